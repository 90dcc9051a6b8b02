"""A quarter of cases while functions die, people are away, and a calendar changes: no step twice, none forgotten."""
