"""What a survey says of asking, and what asks for invitations, checked field by field."""

from typing import Any

from earshot.api.fields import Fields, PartError, boolean, describes, kind, no_such_field, optional, text
from earshot.domain.brand import COLOR, LOGO, Brand, check_color, check_logo
from earshot.domain.eligibility import LATEST_REMINDER, MOST_REMINDERS, Rules

LONGEST_DELAY = 90 * 86_400


def read_rules(value: Any) -> Rules:
    """Read the rules of asking; those left out have their defaults."""
    return Rules(**read_changed_rules(value))


def read_changed_rules(value: Any) -> dict[str, Any]:
    """Read only the rules of asking that are given."""
    checks = {"quiet_days": whole(0, 365), "sample": share, "daily_budget": optional(whole(1, 1_000_000))}
    given = read_part(value, checks | {"sending_hours": _hours, "reminders": _reminders, "clicked_scores": boolean})
    opens, closes = given.pop("sending_hours", (None, None))
    return given if opens is None else {**given, "opens": opens, "closes": closes}


def read_brand(value: Any) -> Brand:
    """Read a brand: a name, a colour and a logo."""
    return Brand(**read_changed_brand(value))


def read_changed_brand(value: Any) -> dict[str, Any]:
    """Read only what is given of a brand."""
    checks = {
        "name": text(100),
        "colour": optional(_colour),
        "logo": optional(_logo),
    }
    return read_part(value, checks)


def whole(least: int, most: int) -> Any:
    """Make a check for a whole number between two, however it is written: to JSON 60 and 60.0 are one number."""

    @describes(type="integer", minimum=least, maximum=most)
    def check(value: Any) -> int:
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if type(value) is not int or not least <= value <= most:
            raise ValueError(f"it must be a whole number from {least} to {most}")
        return value

    return check


def read_part(value: Any, checks: dict[str, Any]) -> dict[str, Any]:
    """Check the fields of an object that a field holds; PartError with every fault."""
    fields = _object(value)
    given = {name: fields.take(name, check) for name, check in checks.items() if fields.has(name)}
    fields.unknown(lambda name: no_such_field(name, checks))
    if fields.faults:
        raise PartError(fields.faults)
    return given


def _object(value: Any) -> Fields:
    if not isinstance(value, dict):
        raise ValueError(f"it must be an object, not {kind(value)}")
    return Fields(value)


@describes(type="string", pattern=f"^{COLOR}$", description="A colour like #1d4ed8.")
def _colour(value: Any) -> str:
    return check_color(text(7)(value))


@describes(type="string", pattern=f"^{LOGO}$", maxLength=600, description="The https address of a picture.")
def _logo(value: Any) -> str:
    return check_logo(text(600)(value))


@describes(type="number", minimum=0, maximum=1)
def share(value: Any) -> float:
    """Check a number from 0 to 1."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError("it must be a number from 0 to 1")
    return float(value)


@describes(
    type="array",
    prefixItems=[whole(0, 23), whole(1, 24)],
    minItems=2,
    maxItems=2,
    description="When mails go out: the hour it opens, and the later hour it closes, in the person's zone.",
)
def _hours(value: Any) -> tuple[int, int]:
    if not isinstance(value, list) or len(value) != 2:
        raise ValueError("it must be two hours like [8, 20]")
    opens, closes = whole(0, 23)(value[0]), whole(1, 24)(value[1])
    if opens >= closes:
        raise ValueError("it must open before it closes")
    return opens, closes


@describes(
    type="array",
    items=whole(1, LATEST_REMINDER),
    maxItems=MOST_REMINDERS,
    uniqueItems=True,
    description="The days after the invitation on which who has not answered is reminded, ascending.",
)
def _reminders(value: Any) -> tuple[int, ...]:
    if not isinstance(value, list):
        raise ValueError(f"it must be an array of days like [3, 7], not {kind(value)}")
    if len(value) > MOST_REMINDERS:
        raise ValueError(f"it has {len(value)} reminders; nobody is reminded more than {MOST_REMINDERS} times")
    days = tuple(whole(1, LATEST_REMINDER)(day) for day in value)
    if sorted(set(days)) != list(days):
        raise ValueError("the days must ascend, each after the one before")
    return days
