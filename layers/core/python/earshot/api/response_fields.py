"""The fields of a response, as they are checked where nothing is cleaned."""

from typing import Any

from earshot.api.cleaning import LONGEST_NAME, id_of
from earshot.api.schema import BOOLEAN, CHARACTERS, Context, Contextual, Field, Number, Schema, Text, kind
from earshot.domain import ids
from earshot.domain.iso_time import EPOCH, MILLISECOND, read_time
from earshot.domain.statement import LONGEST_COMMENT, LONGEST_SHOWN
from earshot.domain.unicode_text import normal_text


class Score(Field):
    """A score: a whole number from 0 to 10 (to JSON 9 and 9.0 are one), nothing that only looks like one."""

    __slots__ = ()

    def check(self, value: Any) -> int:
        """Return the score."""
        if isinstance(value, float) and value.is_integer() and 0 <= value <= 10:
            return int(value)
        if type(value) is not int or not 0 <= value <= 10:
            plain = isinstance(value, (str, int, float)) and not isinstance(value, bool)
            text = repr(value)[:40] if plain else kind(value)
            raise ValueError(f"{text.encode('utf-8', 'replace').decode()} is not a whole number from 0 to 10")
        return value

    def schema(self) -> Schema:
        """Return an integer with its bounds."""
        return {"type": "integer", "minimum": 0, "maximum": 10}


class ResponseId(Contextual):
    """The id of a response, or where it is read leniently, the name that one is made of."""

    __slots__ = ()

    def check_in(self, value: Any, context: Context) -> str | None:
        """Return the id as it was sent, or as it was made of its name."""
        if value is None:
            return None
        if context.cleaning is not None:
            value = id_of(value, context.survey, any_id=context.keyed)
        canonical = ids.canonical(value) if isinstance(value, str) else None
        if canonical is None:
            keyed = context.keyed
            raise ValueError("it is not a UUID" if keyed else "it is neither a UUID nor a name of 1 to 200 characters")
        if ids.is_server_made(canonical) and not context.keyed:
            raise ValueError("version 8 UUIDs are made by Earshot alone; use version 7")
        return str(value)

    def schema(self) -> Schema:
        """Return a UUID, or null."""
        return {
            "type": ["string", "null"],
            "pattern": ids.PATTERN,
            "description": "A UUID made where the question was shown (version 7 keeps the list in order), in any "
            "spelling. Post it again as often as you like, it counts once. Version 8 needs a key.",
        }

    def lenient_schema(self) -> Schema:
        """Return a name, or null."""
        name = {"type": "string", "minLength": 1, "maxLength": LONGEST_NAME, "pattern": CHARACTERS}
        return {
            "anyOf": [name, {"type": "null"}],
            "description": "A UUID of version 4 or 7 made where the question was shown (version 7 keeps the list in "
            "order), or any other name: its response has an id made from survey and name. Post it again as often as "
            "you like, it counts once.",
        }


class ResponseTime(Contextual):
    """When a response was given, as it was sent."""

    __slots__ = ()

    def check_in(self, value: Any, context: Context) -> str | None:
        """Return the day or the time."""
        if value is None:
            return None
        if not isinstance(value, str):
            raise ValueError(f"it must be a string, not {kind(value)}")
        _check_time(value, context.now)
        return value

    def schema(self) -> Schema:
        """Return a day or a time, or null."""
        return {
            "type": ["string", "null"],
            "format": "day-or-time",
            "description": "A day in the survey's zone like 2015-08-02, or a time like 2015-08-02T10:00:00Z, in any "
            "notation of ISO 8601; without an offset it is in the survey's zone. From 1970 on, never in the future.",
        }


class Seconds(Number):
    """For how many seconds the question had been shown; milliseconds are kept."""

    __slots__ = ()

    def check(self, value: Any) -> float:
        """Return the seconds."""
        if type(value) not in (int, float) or not 0 <= value <= LONGEST_SHOWN:
            raise ValueError(f"it is not a number from 0 to {LONGEST_SHOWN}")
        return round(float(value), 3)


def _spell_comment(text: str) -> str | None:
    return _COMMENT_TEXT.check(normal_text(text)) or None


def _check_time(value: str, received: int) -> None:
    try:
        moment = read_time(value)
    except ValueError as exc:
        raise ValueError("it is neither a day like 2015-08-02 nor a time like 2015-08-02T10:00:00Z") from exc
    if moment.year < 1970 or moment.year > 9000:
        raise ValueError("it is before 1970" if moment.year < 1970 else "it is in the future")
    # Without an offset the zone is the survey's, at most 14 hours ahead of UTC.
    slack = ids.FAR_FUTURE if moment.tzinfo else 14 * 3_600_000
    aware = moment if moment.tzinfo else moment.replace(tzinfo=EPOCH.tzinfo)
    if (aware - EPOCH) // MILLISECOND > received + slack:
        raise ValueError("it is in the future")


_COMMENT_TEXT = Text(LONGEST_COMMENT)
# None if nothing is left.
COMMENT = _COMMENT_TEXT.then(_spell_comment, description="Kept in NFC and trimmed.")
SCORE, RESPONSE_ID, RESPONSE_TIME = Score(), ResponseId(), ResponseTime()
SECONDS = Seconds(0, LONGEST_SHOWN).described(
    "How long the question had been shown when the response was sent, for the quality of the data."
)
CONTACT_REQUESTED = BOOLEAN.described("Whether the respondent wants to be contacted.")
