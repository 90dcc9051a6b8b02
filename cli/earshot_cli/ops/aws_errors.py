"""Errors of AWS as one sentence for the person at the terminal, and operations that stop halfway."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import typer

from earshot.domain.errors import BusyError
from earshot_cli.errors import CommandError
from earshot_cli.screen import note

LOCAL_IS_GONE = "The local Earshot is not running: start it with `make run`, then try again."
CREDENTIALS = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or pass --profile, or run `aws sso login`"
REGION = "such as --region eu-central-1, or set AWS_DEFAULT_REGION"
UNKNOWN_CREDENTIALS = frozenset(
    {
        "AuthFailure",
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "InvalidClientTokenId",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
NOT_ALLOWED = frozenset({"AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation"})
NO_CREDENTIALS = frozenset(
    {
        "CredentialRetrievalError",
        "LoginTokenLoadError",
        "MetadataRetrievalError",
        "NoAuthTokenError",
        "NoCredentialsError",
        "PartialCredentialsError",
        "SSOTokenLoadError",
        "TokenRetrievalError",
        "UnauthorizedSSOTokenError",
    }
)
UNREACHABLE = frozenset({"ConnectTimeoutError", "ConnectionClosedError", "EndpointConnectionError", "ReadTimeoutError"})


class UnreachableError(CommandError):
    """The stack could not be read at all; nothing was done."""

    exit_code = 2


@dataclass(frozen=True)
class StackPlace:
    """Where a stack is; as text, the way a person would say it."""

    stack: str
    region: str | None
    is_local: bool

    def __str__(self) -> str:
        if self.is_local:
            return "the local Earshot"
        return f"the stack {self.stack!r}" + (f" in {self.region}" if self.region else "")


@contextmanager
def plain_errors(place: StackPlace) -> Iterator[None]:
    """Turn any error of boto3 into a CommandError that says what was wrong and what to do."""
    # boto3 takes longer to import than every other command takes to run.
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    try:
        yield
    except BusyError as error:
        raise CommandError(f"{error}: {place}.") from error
    except ClientError as error:
        raise _refused(error, place) from error
    except BotoCoreError as error:
        raise _failed(error, place) from error


@contextmanager
def stoppable(so_far: Callable[[], str]) -> Iterator[None]:
    """Print what an operation has done so far if AWS is busy or Ctrl-C stops it; it can be continued."""
    try:
        yield
    except (BusyError, KeyboardInterrupt) as stop:
        note(f"Stopped: {so_far()}", "yellow")
        if isinstance(stop, BusyError):
            raise CommandError(f"{str(stop).capitalize()}: wait a little, then continue.") from stop
        raise typer.Exit(130) from None


def _refused(error: Any, place: StackPlace) -> CommandError:
    problem = error.response.get("Error", {})
    code, message = str(problem.get("Code", "")), str(problem.get("Message", "")).rstrip(".")
    if code in UNKNOWN_CREDENTIALS:
        return UnreachableError(f"AWS does not accept these credentials ({code}: {message}): {CREDENTIALS}.")
    if code in NOT_ALLOWED:
        return UnreachableError(f"These credentials may not do that on {place}: {message}. Use others, with --profile.")
    return CommandError(f"{place} refused {error.operation_name}: {message} ({code}).")


def _failed(error: Exception, place: StackPlace) -> CommandError:
    name, reason = type(error).__name__, " ".join(str(error).split()).rstrip(".")
    if name in NO_CREDENTIALS:
        return UnreachableError(f"There are no AWS credentials for {place} ({reason}): {CREDENTIALS}.")
    if name in UNREACHABLE and place.is_local:
        return UnreachableError(LOCAL_IS_GONE)
    sentences = {
        "ProfileNotFound": f"{reason}: `aws configure list-profiles` lists your profiles.",
        "NoRegionError": f"Which region is the stack {place.stack!r} in? Pass --region, {REGION}.",
        "InvalidRegionError": f"{reason}: pass --region, {REGION}.",
        "EndpointConnectionError": f"{place} cannot be reached ({reason}): is {place.region} a region of AWS?",
    }
    return UnreachableError(sentences.get(name, f"{place} cannot be reached: {reason}."))
