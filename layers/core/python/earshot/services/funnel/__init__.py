"""Use cases on the funnel: count invitations by stage, and report them."""
