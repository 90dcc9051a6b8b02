"""The edge: HTTP requests, queue messages and refusals, in and out of the domain's words."""
