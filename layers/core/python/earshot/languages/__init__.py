"""What respondents read, one catalogue a language: the mail, the response page and what may go wrong on it."""
