"""A restored table put into service: checked, set up, given what must outlive a restore, and switched to."""
