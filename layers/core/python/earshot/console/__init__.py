"""The console: pages in which a team reads scores, comments and cases, and settles them."""
