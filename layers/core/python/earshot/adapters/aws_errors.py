"""AWS errors, translated once into Earshot's own."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as AwsConnectionError

from earshot.domain.errors import BusyError

BUSY = frozenset(
    {
        "InternalFailure",
        "InternalServerError",
        "LimitExceededException",
        "OverLimit",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "ServiceUnavailable",
        "ThrottledException",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)


def code_of(error: ClientError) -> str:
    """Return the code of an AWS error."""
    return str(error.response.get("Error", {}).get("Code", ""))


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Raise BusyError where AWS is throttling or away; let everything else through as it is."""
    try:
        yield
    except ClientError as exc:
        if code_of(exc) in BUSY:
            raise BusyError(f"{what} is busy; try again in a moment") from exc
        raise
    except (AwsConnectionError, HTTPClientError) as exc:
        raise BusyError(f"{what} cannot be reached; try again in a moment") from exc
