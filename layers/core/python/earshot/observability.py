"""What functions say of themselves: JSON lines with ids, states and counts, never a comment, an address or a body."""

import os
from collections.abc import Iterable
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

# More than a batch has messages or records; a line is no place for thousands.
MOST_CORRELATIONS = 100
# Longer than any id we or AWS make; what is longer was put into a queue by hand.
LONGEST_CORRELATION = 128


class NamedLines(LambdaPowertoolsFormatter):
    """Lines that say which function wrote them: all of them share one log group."""

    def serialize(self, log: Any) -> str:
        """Write a line."""
        return super().serialize({**log, "function": os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "")})


logger = Logger(service="earshot", logger_formatter=NamedLines(use_rfc3339=True, utc=True))


def correlations(ids: Iterable[str]) -> list[str]:
    """Name the pieces of work that a line about many is about, each once, in their order."""
    return [each for each in dict.fromkeys(ids) if 0 < len(each) <= LONGEST_CORRELATION][:MOST_CORRELATIONS]
