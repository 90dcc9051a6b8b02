"""The log of the functions: JSON lines with ids, states and counts, never a comment, an address or a body."""

import os
from collections.abc import Iterable, Iterator
from itertools import islice
from traceback import walk_tb
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

# More than a batch has messages or records; a line is no place for thousands.
MOST_CORRELATIONS = 100
# Longer than any id that we or AWS make; a longer one was put into a queue by hand.
LONGEST_CORRELATION = 128
# The innermost frames of each error, and its first causes: an endless recursion must not fill the log.
MOST_FRAMES = 20
MOST_CAUSES = 4


# What Powertools adds and nobody needs: each line is billed by its bytes.
LEFT_OUT = ("service",)
# CloudWatch has the time of each line; that of a fault may be read where CloudWatch is not.
LEFT_OUT_OF_INFO = (*LEFT_OUT, "location", "timestamp")


class NamedLines(LambdaPowertoolsFormatter):
    """Lines that say which function wrote them: all of them share one log group."""

    def serialize(self, log: Any) -> str:
        """Write a line."""
        left_out = LEFT_OUT_OF_INFO if log.get("level") == "INFO" else LEFT_OUT
        kept = {name: value for name, value in log.items() if name not in left_out}
        return super().serialize({**kept, "function": function_name()})


def function_name() -> str:
    """Return the function's name in the template; the stack's and the random part of AWS's name repeat the log group.

    CloudFormation joins the three parts by hyphens, and neither of the latter two has one.
    """
    name = os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "")
    return name.rpartition("-")[0].rpartition("-")[2].removesuffix("Function") or name


logger = Logger(service="earshot", logger_formatter=NamedLines(use_rfc3339=True, utc=True))


def correlations(ids: Iterable[str]) -> list[str]:
    """Return the correlation ids for a line about many pieces of work, each once, in their order."""
    return [each for each in dict.fromkeys(ids) if 0 < len(each) <= LONGEST_CORRELATION][:MOST_CORRELATIONS]


def log_failure(message: str, exc: BaseException, **fields: Any) -> None:
    """Log a failure with its stack frames but without the texts of its errors, which may hold personal data.

    `reason` is the error's class. `frames` has a line for each call, the failing one last. Below them follow the
    class and the frames of each error that led to it.
    """
    frames = [line for each in islice(_with_causes(exc), MOST_CAUSES + 1) for line in _described(each)]
    logger.warning(message, reason=type(exc).__name__, frames=frames, **fields)


def _with_causes(exc: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    current: BaseException | None = exc
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)


def _described(exc: BaseException) -> Iterator[str]:
    yield type(exc).__name__
    for frame, line in list(walk_tb(exc.__traceback__))[-MOST_FRAMES:]:
        yield f"{frame.f_code.co_filename}:{line} in {frame.f_code.co_name}"
