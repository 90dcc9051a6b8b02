"""Use cases on events: publish what changed in the table, and deliver it to the CRM."""
