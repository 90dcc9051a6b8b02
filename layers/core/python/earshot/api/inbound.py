"""Calls from outside that change a case, as they are sent."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from earshot.api.schema import NO_SUCH_FIELD, Checked, NoOthers, Nullable, Object, OneOf, Optional, Required, Text
from earshot.domain import ids
from earshot.domain.cases import CaseOutcome, CaseState, RootCause
from earshot.domain.errors import UnsupportedMediaError
from earshot.domain.inbound_calls import InboundCall, SignedCall

if TYPE_CHECKING:
    from typing import Annotated, TypedDict

    class InboundReply(TypedDict):
        """A call that was taken."""

        id: Annotated[str, "The `webhook-id` of the call."]


JSON = "application/json"
LARGEST_CALL = 16 * 1024
LONGEST_SHOWN = 80
# A little less than that of a fact, which also says why a call was not applied.
LONGEST_NOTE = 800


def check_json(headers: Mapping[str, str]) -> None:
    """Raise UnsupportedMediaError unless the body is declared as JSON."""
    media = headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != JSON:
        shown = f"is {media[:LONGEST_SHOWN]}" if media else "has no content type"
        raise UnsupportedMediaError(f"the body {shown}; send the header content-type: {JSON}")


def read_call(body: Mapping[str, Any], destination: str, signed: SignedCall, at: int, correlation: str) -> InboundCall:
    """Read a call that was signed, taken at a moment (Unix milliseconds); InvalidError names each fault."""
    return InboundCall(destination=destination, id=signed.id, at=at, correlation=correlation, **CALL.read(body))


def _read_case(value: Any) -> str:
    case = ids.spelled(value) if isinstance(value, str) else None
    if case is None:
        raise ValueError("it is not the id of a case: take `case` as it came with the alert")
    return case


CALL = Object(
    Required("case", Checked(_read_case, type="string", pattern=ids.PATTERN)),
    Required("state", OneOf(*(state.value for state in CaseState))),
    Optional("outcome", Nullable(OneOf(*(outcome.value for outcome in CaseOutcome)))),
    Optional("root_cause", Nullable(OneOf(*(cause.value for cause in RootCause)))),
    Optional("note", Nullable(Text(LONGEST_NOTE))),
    NoOthers(NO_SUCH_FIELD),
    name="InboundCall",
)
