"""Conditional writes: what was written, and what was refused because things are no longer as they were."""

from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from earshot.adapters.aws_errors import code_of, translated
from earshot.domain.errors import BusyError

CONFLICTS = ("TransactionCanceledException", "TransactionConflictException")
THROTTLES = {"ThrottlingError", "ProvisionedThroughputExceeded"}


def written(write: Callable[..., Any], **request: Any) -> bool:
    """Make a conditional write; False if its condition does not hold."""
    try:
        with translated("the table"):
            write(**request)
    except ClientError as exc:
        if code_of(exc) != "ConditionalCheckFailedException":
            raise
        return False
    return True


def transacted(client: Any, *writes: Mapping[str, Any]) -> bool:
    """Make several writes or none; False if a condition does not hold or someone else was writing."""
    try:
        with translated("the table"):
            client.transact_write_items(TransactItems=list(writes))
    except ClientError as exc:
        if code_of(exc) not in CONFLICTS:
            raise
        reasons = {reason.get("Code") for reason in exc.response.get("CancellationReasons", ())}
        if reasons & THROTTLES:
            raise BusyError("the table is busy; try again in a moment") from exc
        if "ValidationError" in reasons:
            raise
        return False
    return True
