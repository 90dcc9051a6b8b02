"""The counts of a survey held against a recount of its responses."""
