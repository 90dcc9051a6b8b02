"""Open cases, show them, and take out of them what is erased."""
