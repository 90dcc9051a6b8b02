"""Use cases on surveys and the values of their segments."""
