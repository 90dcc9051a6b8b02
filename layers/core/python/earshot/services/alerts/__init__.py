"""Use cases on alerts: evaluate rules, deliver to destinations, manage both."""
