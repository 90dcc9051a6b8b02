"""What a respondent sees: pages that work without a script, and the forms that come back; no AWS, no clock."""
