"""Access as it is sent and shown: which rows a member or an API key meets."""

from typing import TYPE_CHECKING, Any

from earshot.api.queries import SEGMENT_VALUE
from earshot.api.schema import NO_SUCH_FIELD, ListOf, NoOthers, Nullable, Object, OneOf, Optional, Text
from earshot.domain.access import EVERYTHING, Access
from earshot.domain.names import NAME, check_name

if TYPE_CHECKING:
    from typing import Annotated, NotRequired, TypedDict

    from earshot.api.json_types import words

    class AccessView(TypedDict):
        """Which rows somebody meets: all that a field which is absent would leave out."""

        surveys: NotRequired[Annotated[list[str], "The only surveys."]]
        segment: NotRequired[Annotated[str, "The only value of a tracked segment, like `region=emea`."]]
        accounts: NotRequired[Annotated[str, words("own"), "Only people of accounts that the member owns."]]


MOST_SURVEYS = 100
OWN = "own"


def access_view(access: Access) -> "AccessView":
    """Show an access."""
    shown: AccessView = {}
    if access.surveys is not None:
        shown["surveys"] = list(access.surveys)
    if access.segment is not None:
        shown["segment"] = "=".join(access.segment)
    if access.own_accounts:
        shown["accounts"] = OWN
    return shown


def _read(given: dict[str, Any]) -> Access:
    return Access(given.get("surveys"), given.get("segment"), given.get("accounts") == OWN)


_SURVEY = Text(63).then(lambda text: check_name(text, "the id of a survey"), pattern=f"^{NAME}$")
_ACCESS = Object(
    Optional("surveys", ListOf(_SURVEY, MOST_SURVEYS, distinct=True, least=1)),
    Optional("segment", SEGMENT_VALUE),
    Optional("accounts", OneOf(OWN)),
    NoOthers(NO_SUCH_FIELD),
    make=_read,
    description="Which rows: all that a field which is left out would leave out.",
)
ACCESS = Optional("access", Nullable(_ACCESS).then(lambda access: access or EVERYTHING), EVERYTHING)
