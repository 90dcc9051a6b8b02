"""The body of `POST /v1/surveys/{survey}/responses`, one response or a batch, made into submissions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from earshot.api.cleaning import (
    ANONYMOUS,
    LONGEST_CHANNEL,
    LONGEST_EMAIL,
    Lenient,
    LenientObject,
    clean_channel,
    clean_comment,
    clean_contact_requested,
    clean_email,
    clean_final,
    clean_properties,
    clean_seconds,
    clean_token,
)
from earshot.api.fields import PERSON_OR_NONE, SIGNED_TOKEN
from earshot.api.properties import PROPERTIES
from earshot.api.response_fields import COMMENT, CONTACT_REQUESTED, RESPONSE_ID, RESPONSE_TIME, SCORE, SECONDS
from earshot.api.schema import (
    BOOLEAN,
    NO_SUCH_FIELD,
    Batch,
    Cleaning,
    Context,
    Found,
    NoOthers,
    Nullable,
    NullOrEmpty,
    Object,
    OneOf,
    Optional,
    Required,
    Rule,
    Text,
    kind,
)
from earshot.domain import ids
from earshot.domain.errors import FieldError, InvalidError, NotFoundError
from earshot.domain.statement import Rank, Statement, StatementKind
from earshot.domain.submission import Submission, read_responded_at

if TYPE_CHECKING:
    from typing import Annotated, NotRequired, TypedDict

    from earshot.api.json_types import Positive, bounds
    from earshot.api.problems import Fault
    from earshot.api.schema import MOST_IGNORED

    Ignored = Annotated[
        list[Fault],
        bounds(maxItems=MOST_IGNORED),
        "What was cut, converted or left out, and why; without a key, or with `lenient=true`.",
    ]

    class SubmittedResponse(TypedDict):
        """The id of a response, as it was sent or as it was made."""

        id: str
        ignored: NotRequired[Ignored]

    class SubmittedBatch(TypedDict):
        """The ids of a batch's responses, in order."""

        ids: list[str]
        accepted: Positive
        ignored: NotRequired[Ignored]


LONGEST_BATCH = 500


@dataclass(frozen=True, slots=True)
class Arrival:
    """Where and when a body came in: the survey, our clock (Unix milliseconds), whether a key came along, and its id.

    `new_id` makes an id for a response that was given at a time (Unix milliseconds); `timezone` is the survey's.
    `cleaning` cleans what is optional, where it is not refused.
    """

    survey: str
    received: int
    keyed: bool
    correlation: str
    new_id: Callable[[int], str]
    key: str | None = None
    cleaning: Cleaning | None = None
    timezone: str = "UTC"

    def id_for(self, responded_at: str | None) -> str:
        """Make the id of a response that came without one, with the time at which the recorder will find it was given.

        An id of any other time would be replaced, and its sender could not find the response by it.
        """
        if responded_at is None:
            return self.new_id(self.received)
        return self.new_id(read_responded_at(responded_at, self.received, ZoneInfo(self.timezone)))

    def rank(self, person: str | None) -> Rank:
        """Return how well the sender of a response of `person` is known."""
        if self.keyed:
            return Rank.KEYED
        return Rank.ANONYMOUS if person is None else Rank.SIGNED


class ReadResponse(NamedTuple):
    """A response as it was read: its submission, the id exactly as sent, or as made for it, and a token to look at.

    `prefix` is its place in the body. The token is verified later: reading a request calls nothing in AWS.
    """

    submission: Submission
    sent: str
    token: str | None = None
    prefix: str = ""


def read_batch(body: Mapping[str, Any], arrival: Arrival) -> list[ReadResponse]:
    """Read a batch. All faults of all rows are named, or all rows are taken."""
    given = batch().read(body)
    read = [
        _attempt(row, arrival, f"responses[{index}]", given["announce"]) for index, row in enumerate(given["responses"])
    ]
    faults = [fault for result in read if isinstance(result, InvalidError) for fault in result.faults]
    if faults:
        raise InvalidError(*faults)
    taken = [result for result in read if not isinstance(result, InvalidError)]
    of_import = {"import_id": given.get("import"), "updates": given["update"]}
    return [row._replace(submission=replace(row.submission, **of_import)) for row in taken]


def read_response(
    body: Mapping[str, Any], arrival: Arrival, prefix: str = "", emit_events: bool = True
) -> ReadResponse:
    """Read one response."""
    cleaning = arrival.cleaning
    before = len(cleaning.ignored) if cleaning else 0
    context = Context(
        keyed=arrival.keyed, now=arrival.received, survey=arrival.survey, prefix=prefix, cleaning=cleaning
    )
    given = (ROW if prefix else SUBMISSION).read(body, context)
    responded_at = given.get("responded_at")
    sent = given.get("id") or arrival.id_for(responded_at)
    response_id = ids.canonical(sent) or sent
    person: str | None = given.get("person")
    statement = Statement(
        kind=StatementKind.FINAL if given["final"] else StatementKind.PARTIAL,
        received_at=arrival.received,
        score=given["score"],
        comment=given.get("comment"),
        properties=given.get("properties", {}),
        channel=given.get("channel"),
        person=person,
        unverified_email=given.get("email"),
        emit_events=given.get("announce", emit_events),
        seconds=given.get("seconds"),
        by=arrival.key,
        rank=arrival.rank(person),
        cleaned=cleaning is not None and len(cleaning.ignored) > before,
        contact_requested=given.get("contact_requested") or False,
    )
    submission = Submission(arrival.survey, response_id, statement, arrival.received, responded_at, arrival.correlation)
    token: str | None = given.get("token") if person is None else None
    return ReadResponse(submission, sent, token or None, prefix)


def of_person(read: ReadResponse, person: str, arrival: Arrival) -> Submission:
    """Return the submission of a response as that of the person whose token came along."""
    statement = replace(read.submission.statement, person=person, rank=arrival.rank(person))
    return replace(read.submission, statement=statement)


def without_person(read: ReadResponse, reason: str, arrival: Arrival) -> Submission:
    """Return the submission of a response whose token is not trusted: it only loses its person."""
    if arrival.cleaning is None:
        return read.submission
    arrival.cleaning.prefix = read.prefix
    arrival.cleaning.note("token", reason + ANONYMOUS)
    return replace(read.submission, statement=replace(read.submission.statement, cleaned=True))


def read_options(query: Mapping[str, str]) -> tuple[bool, bool]:
    """Read whether the body is only checked, and nothing of it kept; and whether it is cleaned, as without a key."""
    given = OPTIONS.read(query)
    return given["check"] == "true", given["lenient"] == "true"


def read_response_id(text: str) -> str:
    """Read the id of a response from a path; NotFoundError if no response can have it."""
    canonical = ids.canonical(text)
    if canonical is None:
        raise NotFoundError("there is no response with this id; ids are UUIDs")
    return canonical


def _attempt(row: Any, arrival: Arrival, prefix: str, emit_events: bool) -> ReadResponse | InvalidError:
    if not isinstance(row, dict):
        return InvalidError(FieldError(prefix, f"it must be an object, not {kind(row)}"))
    try:
        return read_response(row, arrival, prefix + ".", emit_events)
    except InvalidError as exc:
        return exc


_FIELDS = (
    Optional("token", Lenient(NullOrEmpty(SIGNED_TOKEN), clean_token)),
    Optional("final", Lenient(BOOLEAN, clean_final), True),
    Required("score", SCORE),
    Optional("comment", Lenient(NullOrEmpty(COMMENT), clean_comment)),
    Optional("properties", Lenient(PROPERTIES, clean_properties)),
    Optional("channel", Lenient(NullOrEmpty(Text(LONGEST_CHANNEL)), clean_channel)),
    Optional("email", Lenient(NullOrEmpty(Text(LONGEST_EMAIL)), clean_email)),
)
_CONTACT = Optional("contact_requested", Lenient(Nullable(CONTACT_REQUESTED), clean_contact_requested))
_SECONDS = Optional("seconds", Lenient(Nullable(SECONDS), clean_seconds))
_CLEANED = ("final", "properties", "comment", "contact_requested", "channel", "email", "token", "seconds")
_KEPT = ("id", "score", "person", "responded_at", "announce", "responses")
SUBMISSION = LenientObject(
    Optional("id", RESPONSE_ID),
    Optional("responded_at", RESPONSE_TIME, needs_key=True),
    Optional("person", PERSON_OR_NONE, needs_key=True),
    *_FIELDS,
    Optional("announce", BOOLEAN, True, needs_key=True),
    _SECONDS,
    _CONTACT,
    NoOthers(NO_SUCH_FIELD, locked=("responses",)),
    cleaned=_CLEANED,
    kept=_KEPT,
    name="Submission",
)
# A row of a batch, which comes with a key; `announce` is given once for the batch.
ROW = LenientObject(
    Optional("id", RESPONSE_ID),
    Optional("responded_at", RESPONSE_TIME),
    Optional("person", PERSON_OR_NONE),
    *_FIELDS,
    _SECONDS,
    _CONTACT,
    NoOthers(NO_SUCH_FIELD),
    cleaned=_CLEANED,
    kept=_KEPT,
)
OPTIONS = Object(
    Optional("check", OneOf("true", "false"), "false"),
    Optional("lenient", OneOf("true", "false"), "false"),
)


@cache
def batch() -> Object:
    """Return the declaration of a batch; a response from a page starts faster without it."""
    from earshot.api.imports import IMPORT_ID  # noqa: PLC0415

    def check_import(found: Found) -> None:
        if found.given.get("update") and found.given.get("import") is None and not found.faults:
            found.fault("update", "it needs 'import', which counts the updated responses")

    return Object(
        Required("responses", Batch("responses", LONGEST_BATCH, ROW, apart=True)),
        Optional("announce", BOOLEAN, False),
        Optional("import", Nullable(IMPORT_ID)),
        Optional("update", BOOLEAN, False),
        Rule(check_import),
        NoOthers("a batch has only 'responses', 'announce', 'import' and 'update'"),
        name="SubmissionBatch",
    )
