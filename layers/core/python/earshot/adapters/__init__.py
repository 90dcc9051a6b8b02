"""The ports made real, and the only place that knows boto3."""
