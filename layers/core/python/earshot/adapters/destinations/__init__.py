"""What speaks to each kind of destination: one module a kind."""
