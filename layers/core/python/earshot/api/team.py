"""The members of the team as they are sent, checked field by field, and as they are shown."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING, Any

from earshot.api.access_fields import ACCESS, access_view
from earshot.api.alert_rules import REVISION
from earshot.api.fields import EMAIL
from earshot.api.people import LOCALE, LONGEST_NAME
from earshot.api.schema import (
    BOOLEAN,
    NO_SUCH_FIELD,
    Checked,
    Field,
    Found,
    Line,
    NoOthers,
    Nullable,
    NullOrEmpty,
    Object,
    OneOf,
    Optional,
    Required,
    Rule,
    Text,
)
from earshot.api.survey_settings import ZONE
from earshot.domain.access import Role
from earshot.domain.errors import FieldError, InvalidError
from earshot.domain.events import iso
from earshot.domain.members import Absence, Member
from earshot.domain.names import NAME, check_name
from earshot.domain.sessions import Session
from earshot.services.team.invite_member import Guest

if TYPE_CHECKING:
    from typing import Annotated, TypedDict

    from earshot.api.access_fields import AccessView
    from earshot.api.json_types import Day, Positive, Time, words

    _AbsenceView = TypedDict("_AbsenceView", {"from": Day, "to": Annotated[Day, "The last day away."]})

    class MemberView(TypedDict):
        """A member of the team."""

        id: str
        revision: Positive
        email: str
        name: str | None
        role: Annotated[str, words(*(role.value for role in Role))]
        lead: Annotated[str | None, "The member who leads them."]
        deputy: Annotated[str | None, "The member who stands in while they are away."]
        away: _AbsenceView | None
        timezone: str
        locale: str
        calendar: Annotated[str | None, "The calendar of their hours."]
        access: AccessView

    class SessionView(TypedDict):
        """A session of a member in a browser."""

        id: str
        started_at: Time
        last_used_at: Annotated[Time, "To a quarter of an hour."]
        browser: Annotated[str, "What the browser calls itself; empty if that says nothing."]

    class SessionList(TypedDict):
        """The sessions of a member, the newest first."""

        sessions: list[SessionView]

    class MemberList(TypedDict):
        """The members of the team, in the order of their ids."""

        members: list[MemberView]
        cursor: str | None


TIMEZONE, LANGUAGE = "UTC", "en"


def check_member_id(member: str) -> str:
    """Check the id of a member who is to be added."""
    try:
        return check_name(member, _KIND)
    except ValueError as exc:
        raise InvalidError(FieldError("member", str(exc))) from exc


def read_member(body: Mapping[str, Any], member: str) -> tuple[Member, int | None]:
    """Read a member, and the revision that the change rests on (None: on none)."""
    given = MEMBER.read(body)
    revision = given.pop("revision", None)
    return Member(id=member, **given), revision


def member_view(member: Member) -> "MemberView":
    """Show a member."""
    away = member.away
    return {
        "id": member.id,
        "revision": member.revision,
        "email": member.email,
        "name": member.name,
        "role": member.role.value,
        "lead": member.lead,
        "deputy": member.deputy,
        "away": {"from": away.first.isoformat(), "to": away.last.isoformat()} if away else None,
        "timezone": member.timezone,
        "locale": member.locale,
        "calendar": member.calendar,
        "access": access_view(member.access),
    }


def members_view(members: Iterable[Member]) -> "MemberList":
    """Show all members; there is one page."""
    return {"members": [member_view(each) for each in members], "cursor": None}


def sessions_view(sessions: Iterable[Session]) -> "SessionList":
    """Show sessions; what identifies one is not kept."""
    return {
        "sessions": [
            {
                "id": each.id,
                "started_at": iso(each.made_at),
                "last_used_at": iso(each.seen_at),
                "browser": each.browser,
            }
            for each in sessions
        ]
    }


def read_guest(body: Mapping[str, Any]) -> tuple[Guest, bool]:
    """Read who is invited, and whether they get a mail."""
    given = INVITED.read(body)
    is_mailed = given.pop("mail")
    return Guest(**given), is_mailed


def named(kind: str) -> Field:
    """Return a field that names something by an id like a member's; `kind` is the id's name in a refusal."""
    return Text(63).then(lambda text: check_name(text, kind), pattern=f"^{NAME}$")


def _read_day(value: Any) -> date:
    text = _DAY.check(value)
    with suppress(ValueError):
        day = date.fromisoformat(text)
        # Python also reads other notations, such as weeks.
        if day.isoformat() == text:
            return day
    raise ValueError("it is not a day like 2027-08-02")


def _check_order(found: Found) -> None:
    first, last = found.given.get("from"), found.given.get("to")
    if first and last and first > last:
        found.fault("from", "it must be before 'to', or the same day")


_KIND = "the id of a member"
_DAY, DAY = Text(64), Checked(_read_day, type="string", format="date")
MEMBER_ID = named(_KIND)
_AWAY = Object(
    Required("from", DAY),
    Required("to", DAY),
    Rule(_check_order),
    NoOthers(NO_SUCH_FIELD),
    make=lambda given: Absence(given["from"], given["to"]),
    description="The first and the last day away, in the member's time zone.",
)
INVITED = Object(
    Required("email", EMAIL),
    Optional("name", NullOrEmpty(Line(LONGEST_NAME)), None),
    Required("role", OneOf(*(role.value for role in Role)).then(Role)),
    ACCESS,
    Optional("mail", BOOLEAN, default=True),
    NoOthers(NO_SUCH_FIELD),
    name="InvitedMember",
)
MEMBER = Object(
    Required("email", EMAIL),
    Optional("name", NullOrEmpty(Line(LONGEST_NAME)), None),
    Required("role", OneOf(*(role.value for role in Role)).then(Role)),
    Optional("lead", NullOrEmpty(MEMBER_ID), None),
    Optional("deputy", NullOrEmpty(MEMBER_ID), None),
    Optional("away", Nullable(_AWAY), None),
    Optional("timezone", NullOrEmpty(ZONE).then(lambda zone: zone or TIMEZONE), TIMEZONE),
    Optional("locale", NullOrEmpty(LOCALE).then(lambda locale: locale or LANGUAGE), LANGUAGE),
    Optional("calendar", NullOrEmpty(named("the id of a calendar")), None),
    ACCESS,
    REVISION,
    NoOthers(NO_SUCH_FIELD),
    name="MemberWhole",
)
