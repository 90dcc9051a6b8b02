"""What runs in a respondent's browser, and how it is built."""
