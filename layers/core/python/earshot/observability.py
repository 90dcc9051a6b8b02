"""The one logger: JSON lines with ids, states and counts; never a comment, an address or a body."""

from aws_lambda_powertools import Logger

logger = Logger(service="earshot", use_rfc3339=True, utc=True)
