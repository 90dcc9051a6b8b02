"""The use cases, one a module; what they need of the world comes in as ports."""
