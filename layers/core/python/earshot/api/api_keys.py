"""API keys as they are asked for, and as they are shown."""

from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from earshot.api.fields import Fields, describes, line, one_of, text
from earshot.api.segment_values import distinct
from earshot.domain.api_key import SCOPES, ApiKey
from earshot.domain.events import iso
from earshot.domain.submission import instant


def read_key_request(body: Mapping[str, Any], now: int) -> tuple[str, list[str], int | None]:
    """Read name and scopes of a key that is to be made, and when it expires (Unix milliseconds), None for never."""
    fields = Fields(body)
    name, scopes = fields.take("name", line(100)), fields.take("scopes", _scopes)
    expires = fields.take("expires", _after(now), None)
    fields.unknown(lambda _: "there is no such field")
    fields.finish()
    return name, scopes, expires


def key_view(key: ApiKey) -> dict[str, Any]:
    """Show a key as it was made; the key itself is not kept."""
    shown = {"id": key.id, "name": key.name, "scopes": list(key.scopes), "created": key.created}
    return {**shown, "expires": None if key.expires is None else iso(key.expires)}


def listed_key_view(key: ApiKey, last_used: str | None) -> dict[str, Any]:
    """Show a key in the list, with the day of its last use."""
    return {**key_view(key), "revoked": key.revoked, "last_used": last_used}


@describes(type="array", items=one_of(*SCOPES), minItems=1, uniqueItems=True)
def _scopes(value: Any) -> list[str]:
    scopes = distinct(value, len(SCOPES), one_of(*SCOPES))
    if not scopes:
        raise ValueError(f"at least one of {', '.join(SCOPES)} is needed")
    return list(scopes)


def _after(now: int) -> Callable[[Any], int | None]:
    # An empty text is refused, not taken for never: it may come of a variable that was not set.
    @describes(
        anyOf=[{"type": "string", "format": "later-day-or-time"}, {"type": "null"}],
        description="A day or a time to come, UTC unless it has an offset; a day is its first moment.",
    )
    def check(value: Any) -> int | None:
        if value is None:
            return None
        said: str = text(64, empty=False)(value)
        try:
            time = instant(said, ZoneInfo("UTC"))
        except (ValueError, OverflowError) as exc:
            raise ValueError("it is neither a day like 2027-08-02 nor a time like 2027-08-02T10:00:00Z") from exc
        if time <= now:
            raise ValueError("it lies in the past: a key expires at a time to come")
        return time

    return check
