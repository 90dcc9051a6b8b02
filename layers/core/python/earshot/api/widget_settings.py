"""The settings of a survey's widget, checked field by field."""

import re

from earshot.api.invitation_rules import SHARE
from earshot.api.schema import (
    BOOLEAN,
    Found,
    Integer,
    ListOf,
    NoOthers,
    Nullable,
    Object,
    OneOf,
    Optional,
    Part,
    Rule,
    Text,
)
from earshot.domain.widget import ADDRESS, BANDS, ORIGIN, PLACEMENTS, Link, Widget, check_address, check_origin

ENTRIES = 20


def _check_path(text: str) -> str:
    # As a browser's location has it: whatever is not ASCII is percent-encoded there.
    if not re.fullmatch("[/*][!-~]*", text):
        raise ValueError(f"{text[:80]!r} is not a path like /pricing or /shop/*, as a browser shows it")
    return text


def _check_link(found: Found) -> None:
    if not found.faults and len(found.given) < 2:
        raise ValueError("a link has a 'label' and a 'url'")


_ORIGIN = Text(300).then(
    check_origin,
    pattern=f"^(?:{ORIGIN})$",
    description="As browsers send it: a site, an app (`capacitor://localhost`), or `null`. `null` is the "
    "origin of every sandboxed frame, file and `data:` page: it admits anybody's.",
)
_PATH = Text(300).then(_check_path, pattern="^[/*][!-~]*$")
_WORDS = Text(300, blank=False)
_LINK = Object(
    Optional("label", Text(100, blank=False)),
    Optional("url", Text(600).then(check_address, pattern=f"^(?:{ADDRESS})$")),
    NoOthers(),
    Rule(_check_link, required=["label", "url"]),
    make=lambda given: Link(**given),
)
_BY_BAND = Object(*(Optional(band, _WORDS) for band in BANDS), NoOthers())
WIDGET = Part(
    Optional("origins", ListOf(_ORIGIN, ENTRIES)),
    Optional("placement", OneOf(*PLACEMENTS)),
    Optional("urls", ListOf(_PATH, ENTRIES)),
    Optional("delay", Integer(0, 3600)),
    Optional("scroll", Integer(0, 100)),
    Optional("sample", SHARE),
    Optional("quiet_days", Integer(0, 365)),
    Optional("partials", BOOLEAN),
    Optional("contact_box", BOOLEAN.described("Whether respondents are shown a box that asks for contact.")),
    Optional("rate", Nullable(Integer(1, 100_000))),
    Optional("hourly_cap", Nullable(Integer(1, 10_000_000))),
    Optional("longest_token_hours", Integer(1, 365 * 24)),
    Optional("follow_ups", _BY_BAND),
    Optional("thanks", _BY_BAND),
    Optional("link", Nullable(_LINK)),
    NoOthers(),
    make=lambda given: Widget(**given),
)
