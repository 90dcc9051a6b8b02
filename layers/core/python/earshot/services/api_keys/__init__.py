"""Use cases on API keys: authorize a call, make, list and revoke keys."""
