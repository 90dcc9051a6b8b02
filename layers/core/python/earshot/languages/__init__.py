"""What respondents read, one catalogue a language: the mail, the answer page and what may go wrong on it."""
