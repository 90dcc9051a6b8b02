"""API keys as they are asked for, and as they are shown."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from earshot.api.access_fields import ACCESS, access_view
from earshot.api.schema import (
    NO_SUCH_FIELD,
    Context,
    Contextual,
    Found,
    Line,
    ListOf,
    NoOthers,
    Nullable,
    Object,
    OneOf,
    Optional,
    Required,
    Rule,
    Schema,
    Text,
)
from earshot.domain.access import SCOPES, Role, scopes_of
from earshot.domain.api_key import ApiKey
from earshot.domain.events import iso
from earshot.domain.iso_time import instant
from earshot.services.api_keys.manage_api_keys import KeyDraft

if TYPE_CHECKING:
    from typing import Annotated, TypedDict

    from earshot.api.access_fields import AccessView
    from earshot.api.json_types import Day, Time, words

    class _StoredKey(TypedDict):
        id: str
        name: str
        scopes: list[Annotated[str, words(*SCOPES)]]
        role: Annotated[str | None, words(*(role.value for role in Role), None), "The role that its scopes are of."]
        access: AccessView
        created_at: Time
        expires_at: Time | None

    class ApiKeyView(_StoredKey):
        """A key, without its secret."""

        revoked_at: Time | None
        last_used_on: Day | None

    class NewApiKeyView(_StoredKey):
        """A key, the only time it is shown."""

        key: str

    class ApiKeyList(TypedDict):
        """All API keys."""

        keys: list[ApiKeyView]


class _Scopes(ListOf):
    """The scopes of a key: at least one, none of them twice."""

    __slots__ = ()

    def check(self, value: Any) -> tuple[str, ...]:
        """Return the scopes."""
        scopes = super().check(value)
        if not scopes:
            raise ValueError(f"at least one of {', '.join(SCOPES)} is needed")
        return scopes

    def schema(self) -> Schema:
        """Return an array of scopes."""
        return super().schema() | {"minItems": 1, "uniqueItems": True}


class _LaterTime(Contextual):
    """A day or a time to come, in Unix milliseconds."""

    __slots__ = ()

    def check_in(self, value: Any, context: Context) -> int:
        """Return the time."""
        text = _TIME.check(value)
        try:
            time = instant(text, ZoneInfo("UTC"))
        except (ValueError, OverflowError) as exc:
            raise ValueError("it is neither a day like 2027-08-02 nor a time like 2027-08-02T10:00:00Z") from exc
        if time <= context.now:
            raise ValueError("it is in the past; a key must expire in the future")
        return time

    def schema(self) -> Schema:
        """Return a string that is a day or a time."""
        return {
            "type": "string",
            "format": "later-day-or-time",
            "description": "A future day or time, in UTC unless it has an offset; a day means its first moment.",
        }


def _check_scopes(found: Found) -> None:
    if ("scopes" in found.body) == ("role" in found.body):
        found.fault("scopes", "give either scopes or a role")


def _check_key_access(found: Found) -> None:
    access = found.given.get("access")
    if access is not None and access.own_accounts:
        found.fault("access.accounts", "an API key owns no accounts; limit it to surveys or to a segment")


_TIME = Text(64, blank=False)
SCOPE_LIST, LATER_TIME = _Scopes(OneOf(*SCOPES), len(SCOPES), distinct=True), _LaterTime()
KEY_REQUEST = Object(
    Required("name", Line(100)),
    Optional("scopes", SCOPE_LIST),
    Optional("role", OneOf(*(role.value for role in Role)).then(Role)),
    Rule(_check_scopes, oneOf=[{"required": ["scopes"]}, {"required": ["role"]}]),
    ACCESS,
    Rule(_check_key_access),
    # An empty text is refused, not taken for never: it may come of a variable that was not set.
    Optional("expires_at", Nullable(LATER_TIME)),
    NoOthers(NO_SUCH_FIELD),
    name="KeyRequest",
)


def read_key_request(body: Mapping[str, Any], now: int) -> KeyDraft:
    """Read a key that is to be made."""
    given = KEY_REQUEST.read(body, Context(now=now))
    role = given.get("role")
    scopes = scopes_of(role) if role else given["scopes"]
    return KeyDraft(given["name"], scopes, given.get("expires_at"), role, given["access"])


def key_view(key: ApiKey) -> "_StoredKey":
    """Show a key as it was made; the key itself is not kept."""
    return {
        "id": key.id,
        "name": key.name,
        "scopes": list(key.scopes),
        "role": key.role and key.role.value,
        "access": access_view(key.access),
        "created_at": key.created_at,
        "expires_at": None if key.expires_at is None else iso(key.expires_at),
    }


def listed_key_view(key: ApiKey, last_used: str | None) -> "ApiKeyView":
    """Show a key in the list, with the day of its last use."""
    return {**key_view(key), "revoked_at": key.revoked_at, "last_used_on": last_used}
