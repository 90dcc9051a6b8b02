"""The doctor's examinations of a stack: each reads one room of it, and judges what it read."""
