"""Operators' commands, which work on a stack with AWS credentials: one module or package for each."""
