"""Use cases: signing in, and the sessions of members."""
