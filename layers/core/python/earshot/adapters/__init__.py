"""The implementations of the ports, and the only package that knows boto3."""
