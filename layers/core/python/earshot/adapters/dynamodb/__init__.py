"""The ports over the DynamoDB table."""
