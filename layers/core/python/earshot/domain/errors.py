"""All errors of Earshot, in one tree; each says what is wrong in one sentence."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong with a request: the field as the caller names it, and the reason."""

    field: str
    reason: str

    def __str__(self) -> str:
        return f"{self.field}: {self.reason}" if self.field else self.reason


class EarshotError(Exception):
    """The root of the tree: something Earshot refuses, in a sentence meant for the caller."""

    def __init__(self, detail: str, faults: Iterable[FieldError] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.faults = tuple(faults)


class InvalidError(EarshotError):
    """The request breaks its contract; every fault is named."""

    def __init__(self, *faults: FieldError) -> None:
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        super().__init__(f"{faults[0]}{more}", faults)


class UnauthenticatedError(EarshotError):
    """The key is missing, wrong or revoked."""


class NotSignedInError(EarshotError):
    """Nobody is signed in in this browser (any more)."""


class UnverifiedError(UnauthenticatedError):
    """The signature of a call is missing, wrong or old."""


class ForbiddenError(EarshotError):
    """The key is good, but not for this."""


class OutsideAccessError(ForbiddenError):
    """What is asked for is outside of the caller's access, or has no counts within it."""


class NotFoundError(EarshotError):
    """There is no such survey, response, key or path."""


class MethodNotAllowedError(EarshotError):
    """The path exists, the method does not."""

    def __init__(self, detail: str, allowed: Iterable[str]) -> None:
        super().__init__(detail)
        self.allowed = tuple(allowed)


class ConflictError(EarshotError):
    """The request is valid but conflicts with the present state."""


class EmployeeSurveyError(ConflictError):
    """The responses of an employee survey are not read, with any key."""


class UnconfirmedError(ConflictError):
    """What a request would touch is not as many as it confirmed; `count` is how many it is."""

    def __init__(self, count: int, confirmed: int) -> None:
        super().__init__(f"nothing was erased: {confirmed:,} confirmed, but {count:,} match now")
        self.count = count


class ChangedError(ConflictError):
    """A change rests on a revision that is no longer the present one; `current` is what there is now."""

    def __init__(self, what: str, current: Any) -> None:
        super().__init__(f"{what} was changed meanwhile: look at `current`, and send its `revision`")
        self.current = current


class AlreadyOpenError(ChangedError):
    """There is one open case of a subject already; `current` is that one."""

    def __init__(self, current: Any) -> None:
        super().__init__("the case", current)
        self.detail = "a case is open already: go on with `current`"


class TooLargeError(EarshotError):
    """The body is larger than this call takes."""


class UnsupportedMediaError(EarshotError):
    """The body has a media type that this call does not take."""


class TooManyError(EarshotError):
    """More came from one source than its limit; `retry_after` is in seconds."""

    def __init__(self, detail: str, retry_after: int) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class HeldError(TooManyError):
    """A survey has taken as many unsigned responses as it takes in an hour, or a network its share of them."""


class BusyError(EarshotError):
    """Something behind Earshot is busy or away; the same request may succeed in a moment."""


class UnforeseenError(EarshotError):
    """A fault of our own; its story is in the log."""
