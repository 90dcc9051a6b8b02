"""Use cases of digests: when one is due, what stands in it, and sending it at most once."""
