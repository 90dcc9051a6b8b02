"""Use cases on campaigns: start, stop, show and work through."""
