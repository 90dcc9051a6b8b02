"""The rules and the brand of a survey, and the limits of invitations, checked field by field."""

from typing import Any

from earshot.api.schema import (
    BOOLEAN,
    Field,
    Found,
    Integer,
    NoOthers,
    Nullable,
    Number,
    Optional,
    Part,
    Rule,
    Schema,
    Text,
    kind,
)
from earshot.domain.brand import COLOR, LOGO, Brand, check_color, check_logo
from earshot.domain.eligibility import LATEST_REMINDER, MOST_REMINDERS, Rules

LONGEST_DELAY = 90 * 86_400
SHARE = Number(0, 1)


class _Hours(Field):
    """The hours between which mails go out."""

    __slots__ = ()

    def check(self, value: Any) -> tuple[int, int]:
        """Return the hour it opens and the hour it closes."""
        if not isinstance(value, list) or len(value) != 2:
            raise ValueError("it must be two hours like [8, 20]")
        opens, closes = _OPENS.check(value[0]), _CLOSES.check(value[1])
        if opens >= closes:
            raise ValueError("the opening hour must be before the closing hour")
        return opens, closes

    def schema(self) -> Schema:
        """Return an array of two hours."""
        return {
            "type": "array",
            "prefixItems": [_OPENS.schema(), _CLOSES.schema()],
            "minItems": 2,
            "maxItems": 2,
            "description": "When mails go out: the hour it opens, and the later hour it closes, in the person's zone.",
        }


class _Reminders(Field):
    """The days of the reminders after the invitation."""

    __slots__ = ()

    def check(self, value: Any) -> tuple[int, ...]:
        """Return the days, ascending."""
        if not isinstance(value, list):
            raise ValueError(f"it must be an array of days like [3, 7], not {kind(value)}")
        if len(value) > MOST_REMINDERS:
            raise ValueError(f"it has {len(value)} reminders; at most {MOST_REMINDERS} are allowed")
        days = tuple(_DAY.check(day) for day in value)
        if sorted(set(days)) != list(days):
            raise ValueError("the days must ascend")
        return days

    def schema(self) -> Schema:
        """Return an array of days."""
        return {
            "type": "array",
            "items": _DAY.schema(),
            "maxItems": MOST_REMINDERS,
            "uniqueItems": True,
            "description": "The days of the reminders after the invitation, ascending.",
        }


_OPENS, _CLOSES, _DAY = Integer(0, 23), Integer(1, 24), Integer(1, LATEST_REMINDER)
SENDING_HOURS, REMINDERS = _Hours(), _Reminders()
BRAND_COLOR = Text(7).then(check_color, pattern=f"^{COLOR}$", description="A color like #1d4ed8.")
LOGO_ADDRESS = Text(600).then(check_logo, pattern=f"^{LOGO}$", description="The https address of a picture.")


def _split_hours(found: Found) -> None:
    if "sending_hours" in found.given:
        found.given["opens"], found.given["closes"] = found.given.pop("sending_hours")


RULES = Part(
    Optional("quiet_days", Integer(0, 365)),
    Optional("sample", SHARE),
    Optional("daily_budget", Nullable(Integer(1, 1_000_000))),
    Optional("sending_hours", SENDING_HOURS),
    Optional("reminders", REMINDERS),
    Optional("clicked_scores", BOOLEAN),
    Rule(_split_hours),
    NoOthers(),
    make=lambda given: Rules(**given),
)
BRAND = Part(
    Optional("name", Text(100)),
    Optional("color", Nullable(BRAND_COLOR)),
    Optional("logo", Nullable(LOGO_ADDRESS)),
    NoOthers(),
    make=lambda given: Brand(**given),
)
