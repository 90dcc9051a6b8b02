"""Digests as they are sent, checked field by field, and as they are shown."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from earshot.api.alert_rules import REVISION
from earshot.api.fields import EMAIL
from earshot.api.people import LOCALE
from earshot.api.queries import SEGMENT_VALUE
from earshot.api.schema import (
    NO_SUCH_FIELD,
    NO_SUCH_PARAMETER,
    Checked,
    Field,
    Found,
    Integer,
    ListOf,
    NoOthers,
    Nullable,
    NullOrEmpty,
    Object,
    OneOf,
    Optional,
    Required,
    Rule,
    Schema,
    Text,
)
from earshot.api.survey_settings import ZONE
from earshot.api.team import named
from earshot.domain.business_time import WEEKDAYS
from earshot.domain.digests import (
    MOST_RECIPIENTS,
    Digest,
    DigestRole,
    Every,
    RecipientKind,
    Schedule,
    kind_of,
)
from earshot.domain.errors import FieldError, InvalidError
from earshot.domain.events import iso
from earshot.domain.names import check_name
from earshot.domain.person_id import is_address
from earshot.services.digests.manage_digests import QueuedTest, RecipientStanding

if TYPE_CHECKING:
    from typing import Annotated, NotRequired, TypedDict

    from earshot.api.json_types import Count, Positive, Time, bounds, words
    from earshot.domain.digest_sendings import SendingState

    PeriodName = Annotated[str, "The first and the last day, as `2026-11-23/2026-11-29`."]

    class _SkippedView(TypedDict):
        period: PeriodName
        why: str

    class _StandingView(TypedDict):
        to: str
        stopped: Annotated[bool, "Whether they stopped the digest by the link in it."]
        period: Annotated[PeriodName | None, "Null before the first one."]
        state: Annotated[str | None, words(*(state.value for state in SendingState), None)]
        why: str | None
        at: Annotated[Time | None, "When it was claimed, before it was sent."]
        delivery: Annotated[str | None, "Its delivery, if it goes to Slack."]

    class DigestView(TypedDict):
        """A digest: what a role gets to read about a survey."""

        id: str
        revision: Positive
        role: Annotated[str, words(*(role.value for role in DigestRole))]
        survey: str
        segment: str | None
        to: Annotated[list[str], "Ids of members, addresses, and ids of destinations in Slack."]
        every: Annotated[str, words(*(every.value for every in Every))]
        hour: Annotated[int, bounds(minimum=0, maximum=23)]
        weekday: Annotated[str | None, words(*WEEKDAYS, None), "Of a weekly one."]
        timezone: Annotated[str | None, "Null: that of each member, and of the survey for others."]
        locale: Annotated[str | None, "Null: that of each member, and English for others."]
        last_sent_at: Time | None
        next_at: Annotated[Time | None, "When the next one is due for the first of its recipients."]
        skipped: Annotated[_SkippedView | None, "The last period that somebody did not get, and why."]
        recipients: NotRequired[Annotated[list[_StandingView], "Where one digest is read."]]

    class DigestList(TypedDict):
        """All digests, in the order of their ids."""

        digests: list[DigestView]
        cursor: str | None

    class QueuedDigests(TypedDict):
        """For how many recipients something was queued."""

        queued: Count

    class _NotTestedView(TypedDict):
        to: str
        why: str

    class TestedDigest(TypedDict):
        """For how many recipients a test was queued, and why others get none."""

        queued: Positive
        skipped: list[_NotTestedView]


MONDAY = WEEKDAYS[0]
FORMATS = ("html", "text")
LONGEST_RECIPIENT = 254


class _Recipients(Field):
    """One recipient, or an array of them."""

    __slots__ = ("_many", "_one")

    def __init__(self, one: Field, most: int) -> None:
        self._one, self._many = one, ListOf(one, most, least=1)

    def check(self, value: Any) -> tuple[str, ...]:
        """Return the recipients, each once."""
        found: tuple[str, ...] = self._many.check([value] if isinstance(value, str) else value)
        return found

    def schema(self) -> Schema:
        """Return a text or an array of texts."""
        description = "Ids of members, addresses, and ids of destinations in Slack."
        return {"anyOf": [self._one.schema(), self._many.schema()], "description": description}


def check_digest_id(digest: str) -> str:
    """Check the id of a digest that is to be made."""
    try:
        return check_name(digest, "the id of a digest")
    except ValueError as exc:
        raise InvalidError(FieldError("digest", str(exc))) from exc


def read_digest(body: Mapping[str, Any], digest: str) -> tuple[Digest, int | None]:
    """Read a digest, and the revision that the change rests on (None: on none)."""
    given = DIGEST.read(body)
    revision = given.pop("revision", None)
    weekday = WEEKDAYS.index(given.pop("weekday") or MONDAY)
    schedule = Schedule(given.pop("every"), given.pop("hour"), weekday)
    return Digest(id=digest, schedule=schedule, **given), revision


def read_preview(query: Mapping[str, str]) -> tuple[bool, str | None]:
    """Read whether a preview is HTML, and for which recipient it is (None: the first)."""
    given = PREVIEW.read(query)
    return given["format"] == "html", given.get("to")


def digest_view(digest: Digest, standings: Iterable[RecipientStanding] | None = None) -> "DigestView":
    """Show a digest, with what became of it for each recipient if that was read."""
    schedule = digest.schedule
    view: DigestView = {
        "id": digest.id,
        "revision": digest.revision,
        "role": digest.role.value,
        "survey": digest.survey,
        "segment": "=".join(digest.segment) if digest.segment else None,
        "to": list(digest.to),
        "every": schedule.every.value,
        "hour": schedule.hour,
        "weekday": WEEKDAYS[schedule.weekday] if schedule.every is Every.WEEK else None,
        "timezone": digest.timezone,
        "locale": digest.locale,
        "last_sent_at": None if digest.last_sent_at is None else iso(digest.last_sent_at),
        "next_at": None if digest.next_at is None else iso(digest.next_at),
        "skipped": {"period": digest.skipped[0], "why": digest.skipped[1]} if digest.skipped else None,
    }
    if standings is not None:
        view["recipients"] = [_standing_view(each) for each in standings]
    return view


def digests_view(digests: Iterable[Digest]) -> "DigestList":
    """Show all digests; there is one page."""
    return {"digests": [digest_view(each) for each in digests], "cursor": None}


def test_view(tested: QueuedTest) -> "TestedDigest":
    """Show to how many a test goes, and why others get none."""
    return {
        "queued": tested.queued,
        "skipped": [{"to": to, "why": why} for to, why in tested.skipped.items()],
    }


def _standing_view(standing: RecipientStanding) -> "_StandingView":
    newest = standing.newest
    return {
        "to": standing.to,
        "stopped": standing.is_stopped,
        "period": newest.period.name if newest else None,
        "state": newest.state.value if newest else None,
        "why": newest.reason if newest else None,
        "at": iso(newest.at) if newest else None,
        "delivery": newest.delivery if newest else None,
    }


def _read_recipient(text: str) -> str:
    if is_address(text):
        return str(EMAIL.check(text))
    if kind_of(text) is RecipientKind.DESTINATION:
        return text
    try:
        return check_name(text, "the id of a member")
    except ValueError as exc:
        raise ValueError(f"it is no address and no id: {exc}") from exc


def _read_shown(text: str) -> str:
    if is_address(text):
        raise ValueError("an address does not belong in a URL: leave `to` out, or name a member")
    return text


def _check_weekday(found: Found) -> None:
    if found.given.get("weekday") and found.given.get("every") not in (Every.WEEK, None):
        found.fault("weekday", "only a weekly digest has one")


_RECIPIENT = Text(LONGEST_RECIPIENT, blank=False).then(_read_recipient)
DIGEST = Object(
    Required("role", OneOf(*(role.value for role in DigestRole)).then(DigestRole)),
    Required("survey", named("the id of a survey")),
    Optional("segment", NullOrEmpty(SEGMENT_VALUE), None),
    Required("to", _Recipients(_RECIPIENT, MOST_RECIPIENTS)),
    Required("every", OneOf(*(every.value for every in Every)).then(Every)),
    Required("hour", Integer(0, 23)),
    Optional("weekday", Nullable(OneOf(*WEEKDAYS)), None),
    Rule(_check_weekday),
    Optional("timezone", NullOrEmpty(ZONE), None),
    Optional("locale", NullOrEmpty(LOCALE), None),
    REVISION,
    NoOthers(NO_SUCH_FIELD),
    name="DigestWhole",
)
PREVIEW = Object(
    Optional("format", OneOf(*FORMATS), "html"),
    Optional(
        "to",
        Checked(_read_shown, type="string", maxLength=63, description="A member or a channel among its recipients."),
    ),
    NoOthers(NO_SUCH_PARAMETER),
)
