"""Proving an erasure: what is looked for, and where in the table it is left."""
