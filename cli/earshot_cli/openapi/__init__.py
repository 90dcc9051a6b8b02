"""The OpenAPI document, made from the declarations of routes and the types of replies; `make openapi` runs it."""
