"""The AsyncAPI document, made from the schemas and samples under events/; `make asyncapi` runs it."""
