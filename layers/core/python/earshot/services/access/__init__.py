"""What is within the access of a caller: surveys, rows and figures."""
