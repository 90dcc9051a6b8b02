"""What a survey says of its widget, checked field by field."""

import re
from typing import Any

from earshot.api.fields import boolean, describes, kind, one_of, optional, text
from earshot.api.invitation_rules import read_part, share, whole
from earshot.domain.widget import ADDRESS, BANDS, ORIGIN, PLACEMENTS, Link, Widget, check_address, check_origin

ENTRIES = 20


def read_widget(value: Any) -> Widget:
    """Read the settings of a widget; those left out have their defaults."""
    return Widget(**read_changed_widget(value))


def read_changed_widget(value: Any) -> dict[str, Any]:
    """Read only the settings that are given."""
    return read_part(
        value,
        {
            "origins": _list_of(_origin),
            "placement": one_of(*PLACEMENTS),
            "urls": _list_of(_glob),
            "delay": whole(0, 3600),
            "scroll": whole(0, 100),
            "sample": share,
            "quiet_days": whole(0, 365),
            "partials": boolean,
            "rate": optional(whole(1, 100_000)),
            "hourly_cap": optional(whole(1, 10_000_000)),
            "longest_token_hours": whole(1, 365 * 24),
            "follow_ups": _by_band,
            "thanks": _by_band,
            "link": optional(_link),
        },
    )


@describes(
    type="string",
    pattern=f"^(?:{ORIGIN})$",
    maxLength=300,
    description="As browsers send it: a site, an app (`capacitor://localhost`), or `null`. `null` is the "
    "origin of every sandboxed frame, file and `data:` page: it admits anybody's.",
)
def _origin(value: Any) -> str:
    return check_origin(text(300)(value))


@describes(type="string", pattern=f"^(?:{ADDRESS})$", maxLength=600)
def _address(value: Any) -> str:
    return check_address(text(600)(value))


@describes(type="string", pattern="^[/*][!-~]*$", maxLength=300)
def _glob(value: Any) -> str:
    said: str = text(300)(value)
    # As a browser's location has it: whatever is not ASCII is percent-encoded there.
    if not re.fullmatch("[/*][!-~]*", said):
        raise ValueError(f"{said[:80]!r} is not a path like /pricing or /shop/*, as a browser shows it")
    return said


LINK = {"label": text(100, empty=False), "url": _address}


@describes(type="object", properties=LINK, required=list(LINK), additionalProperties=False)
def _link(value: Any) -> Link:
    given = read_part(value, LINK)
    if len(given) < len(LINK):
        raise ValueError("a link has a 'label' and a 'url'")
    return Link(**given)


WORDS = dict.fromkeys(BANDS, text(300, empty=False))


@describes(type="object", properties=WORDS, additionalProperties=False)
def _by_band(value: Any) -> dict[str, str]:
    return read_part(value, WORDS)


def _list_of(check: Any) -> Any:
    @describes(type="array", items=check, maxItems=ENTRIES)
    def checked(value: Any) -> tuple[str, ...]:
        if not isinstance(value, list):
            raise ValueError(f"it must be an array, not {kind(value)}")
        if len(value) > ENTRIES:
            raise ValueError(f"it has {len(value)} entries; at most {ENTRIES} fit")
        return tuple(dict.fromkeys(check(entry) for entry in value))

    return checked
