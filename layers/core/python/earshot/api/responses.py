"""The body of `POST /v1/surveys/{survey}/responses`, one answer or a batch, made into submissions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from earshot.api.cleaning import NOBODYS, Cleaning
from earshot.api.fields import CHARACTERS, Fields, batch, boolean, describes, kind, one_of, optional, or_none, text
from earshot.api.properties import properties
from earshot.api.respondent_identity import who_answers
from earshot.domain import ids
from earshot.domain.errors import FieldError, InvalidError, NotFoundError
from earshot.domain.identity_claims import UntrustedTokenError
from earshot.domain.iso_time import read_time
from earshot.domain.response import Rank, Statement, StatementKind
from earshot.domain.sqs_submissions import LONGEST_SHOWN
from earshot.domain.submission import EPOCH, MILLISECOND, Submission, answered_at
from earshot.domain.unicode_text import normal_text

LONGEST_BATCH = 500
COMMENT, CHANNEL, EMAIL = 10_000, 64, 254
NEEDS_KEY = ("person", "responded_at", "announce", "responses")

ID = (
    "A UUID made where the question was shown (version 7 keeps the list in order), in any spelling. Post it again as "
    "often as you like, it counts once. Version 8 needs a key."
)
TIME = (
    "A day in the survey's zone like 2015-08-02, or a time like 2015-08-02T10:00:00Z, in any notation of ISO 8601; "
    "without an offset it is in the survey's zone. From 1970 on, never in the future."
)


def _nobody(_token: str, _response: str) -> str:
    raise UntrustedTokenError("nothing reads tokens here")


@dataclass(frozen=True, slots=True)
class Arrival:
    """Where and when a body came in: the survey, our clock (Unix milliseconds), whether a key came along, and its id.

    `new_id` makes an id for an answer that was given at a time (Unix milliseconds); `timezone` is the survey's.
    `identify` returns the person of the token that came with a response of some id, else raises
    UntrustedTokenError. `cleaning` cleans what is optional, where it is not refused.
    """

    survey: str
    received: int
    keyed: bool
    correlation: str
    new_id: Callable[[int], str]
    identify: Callable[[str, str], str] = _nobody
    key: str | None = None
    cleaning: Cleaning | None = None
    timezone: str = "UTC"

    def id_for(self, responded_at: str | None) -> str:
        """Make the id of an answer that came without one, with the time that the recorder finds it was given.

        An id of any other time would not stay, and its sender has no other one to ask for it again.
        """
        if responded_at is None:
            return self.new_id(self.received)
        return self.new_id(answered_at(responded_at, self.received, ZoneInfo(self.timezone)))

    def rank(self, person: str | None) -> Rank:
        """Return how well the sender of an answer of `person` is known."""
        if self.keyed:
            return Rank.KEYED
        return Rank.ANONYMOUS if person is None else Rank.SIGNED


def read_batch(body: Mapping[str, Any], arrival: Arrival) -> tuple[list[Submission], list[str]]:
    """Read a batch; give its submissions and the ids as sent. All faults of all rows are named, or none are taken."""
    from earshot.api.imports import import_name  # noqa: PLC0415 - the answer of a page starts faster without

    fields = Fields(body)
    rows = fields.take("responses", batch("responses", LONGEST_BATCH))
    announce = fields.take("announce", boolean, False)
    import_id = fields.take("import", optional(import_name), None)
    updates = fields.take("update", boolean, False)
    if updates and import_id is None and not fields.faults:
        fields.fault("update", "it needs 'import', whose figures say how many were updated")
    fields.unknown(lambda _: "a batch has only 'responses', 'announce', 'import' and 'update'")
    fields.finish()
    read = [_attempt(row, arrival, f"responses[{index}]", announce) for index, row in enumerate(rows)]
    faults = [fault for result in read if isinstance(result, InvalidError) for fault in result.faults]
    if faults:
        raise InvalidError(*faults)
    taken = [result for result in read if not isinstance(result, InvalidError)]
    of_import = {"import_id": import_id, "updates": updates}
    return [replace(submission, **of_import) for submission, _ in taken], [sent for _, sent in taken]


def read_answer(
    body: Mapping[str, Any], arrival: Arrival, prefix: str = "", announce: bool = True
) -> tuple[Submission, str]:
    """Read one answer; give it, and its id exactly as sent (or as made for it)."""
    cleaning = arrival.cleaning
    before = len(cleaning.ignored) if cleaning else 0
    if cleaning is not None:
        body = cleaning.clean(body, prefix, any_id=arrival.keyed)
    fields = Fields(body, prefix)
    given = fields.take("id", _id(arrival.keyed), None)
    responded_at = fields.take("responded_at", _time(arrival.received), None) if arrival.keyed else None
    sent = given or arrival.id_for(responded_at)
    response_id = ids.canonical(sent) or sent

    def refused(reason: str) -> None:
        if cleaning is not None:
            cleaning.ignored.append(FieldError(f"{prefix}token", reason + NOBODYS))

    person = who_answers(fields, arrival, response_id, refused)
    statement = Statement(
        kind=StatementKind.FINAL if fields.take("final", boolean, True) else StatementKind.PARTIAL,
        received=arrival.received,
        score=fields.take("score", score),
        # What was cleaned is in its one spelling: to spell it again takes as long as all else.
        comment=fields.take("comment", or_none(comment if cleaning is None else text(COMMENT)), None),
        properties=fields.take("properties", properties if cleaning is None else dict, {}) or {},
        channel=fields.take("channel", or_none(text(CHANNEL)), None),
        person=person,
        unverified_email=fields.take("email", or_none(text(EMAIL)), None),
        announce=_announce(fields, arrival, announce, batch=bool(prefix)),
        seconds=fields.take("seconds", optional(seconds), None),
        by=arrival.key,
        rank=arrival.rank(person),
        cleaned=cleaning is not None and len(cleaning.ignored) > before,
    )
    fields.unknown(_why_unknown(arrival.keyed))
    fields.finish()
    return (
        Submission(arrival.survey, response_id, statement, arrival.received, responded_at, arrival.correlation),
        sent,
    )


def read_options(query: Mapping[str, str]) -> tuple[bool, bool]:
    """Read whether the body is only checked, and nothing of it kept; and whether it is cleaned, as without a key."""
    fields = Fields(query)
    yes_or_no = one_of("true", "false")
    check, lenient = (fields.take(name, yes_or_no, "false") for name in ("check", "lenient"))
    fields.finish()
    return check == "true", lenient == "true"


def read_response_id(text: str) -> str:
    """Read the id of a response from a path; NotFoundError if no response can have it."""
    canonical = ids.canonical(text)
    if canonical is None:
        raise NotFoundError("there is no response with such an id; ids are UUIDs")
    return canonical


@describes(type="integer", minimum=0, maximum=10)
def score(value: Any) -> int:
    """Check a score: a whole number from 0 to 10 (to JSON 9 and 9.0 are one), nothing that only looks like one."""
    if isinstance(value, float) and value.is_integer() and 0 <= value <= 10:
        return int(value)
    if type(value) is not int or not 0 <= value <= 10:
        said = repr(value)[:40] if isinstance(value, (str, int, float)) and not isinstance(value, bool) else kind(value)
        raise ValueError(f"{said.encode('utf-8', 'replace').decode()} is not a whole number from 0 to 10")
    return value


@describes(type="string", maxLength=COMMENT, pattern=CHARACTERS, description="Kept in NFC and trimmed.")
def comment(value: Any) -> str | None:
    """Check a comment, and give it in NFC and trimmed; None if nothing is left."""
    checked = text(COMMENT)
    return checked(normal_text(checked(value))) or None


@describes(
    type="number",
    minimum=0,
    maximum=LONGEST_SHOWN,
    description="How long the question had been shown when the answer was sent, for the quality of the data.",
)
def seconds(value: Any) -> float:
    """Check for how many seconds the question was shown; milliseconds are kept."""
    if type(value) not in (int, float) or not 0 <= value <= LONGEST_SHOWN:
        raise ValueError(f"it is not a number from 0 to {LONGEST_SHOWN}")
    return round(float(value), 3)


def _attempt(row: Any, arrival: Arrival, prefix: str, announce: bool) -> tuple[Submission, str] | InvalidError:
    if not isinstance(row, dict):
        return InvalidError(FieldError(prefix, f"it must be an object, not {kind(row)}"))
    try:
        return read_answer(row, arrival, prefix + ".", announce)
    except InvalidError as exc:
        return exc


def _announce(fields: Fields, arrival: Arrival, default: bool, *, batch: bool) -> bool:
    if batch or not arrival.keyed:
        return default
    return bool(fields.take("announce", boolean, default))


def _id(keyed: bool) -> Callable[[Any], str | None]:
    @describes(anyOf=[{"type": "string", "pattern": ids.PATTERN}, {"type": "null"}], description=ID)
    def check(value: Any) -> str | None:
        if value is None:
            return None
        canonical = ids.canonical(value) if isinstance(value, str) else None
        if canonical is None:
            raise ValueError("it is not a UUID" if keyed else "it is neither a UUID nor a name of 1 to 200 characters")
        if ids.is_server_made(canonical) and not keyed:
            raise ValueError("version 8 UUIDs are made by Earshot alone; use version 7")
        return str(value)

    return check


def _time(received: int) -> Callable[[Any], str | None]:
    @describes(anyOf=[{"type": "string", "format": "day-or-time"}, {"type": "null"}], description=TIME)
    def check(value: Any) -> str | None:
        if value is None:
            return None
        if not isinstance(value, str):
            raise ValueError(f"it must be a string, not {kind(value)}")
        _check_time(value, received)
        return value

    return check


def _check_time(value: str, received: int) -> None:
    try:
        moment = read_time(value)
    except ValueError as exc:
        raise ValueError("it is neither a day like 2015-08-02 nor a time like 2015-08-02T10:00:00Z") from exc
    if moment.year < 1970 or moment.year > 9000:
        raise ValueError("it lies before 1970" if moment.year < 1970 else "it lies in the future")
    # Without an offset the zone is the survey's, at most 14 hours ahead of UTC.
    slack = ids.FAR_FUTURE if moment.tzinfo else 14 * 3_600_000
    aware = moment if moment.tzinfo else moment.replace(tzinfo=EPOCH.tzinfo)
    if (aware - EPOCH) // MILLISECOND > received + slack:
        raise ValueError("it lies in the future")


def _why_unknown(keyed: bool) -> Callable[[str], str]:
    def reason(name: str) -> str:
        if name in NEEDS_KEY and not keyed:
            return "this field needs an API key"
        return "there is no such field"

    return reason
