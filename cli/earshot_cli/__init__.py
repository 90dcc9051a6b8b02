"""The `earshot` command and the local stack: what runs on a laptop and is never deployed."""
