"""The OpenAPI document, made from the code that reads requests and shows answers; `make openapi` runs it."""
