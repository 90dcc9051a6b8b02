"""The mails respondents get: a brand, a template, and the bytes that SES sends."""
