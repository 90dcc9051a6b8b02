"""A brand: who asks, as mails and pages show it."""

import re
from dataclasses import dataclass

_COLOUR = re.compile(r"#[0-9a-f]{6}")
_LOGO = re.compile(r"https://[A-Za-z0-9.-]+(:[0-9]{1,5})?/[^\s\"'<>]{0,500}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Brand:
    """A name, a colour (`#rrggbb`) and the https address of a logo; without one, mails and pages are plain."""

    name: str = ""
    colour: str | None = None
    logo: str | None = None


def check_colour(text: str) -> str:
    """Give a colour in its one spelling; ValueError unless it is like #1d4ed8."""
    if not _COLOUR.fullmatch(text.lower()):
        raise ValueError("it is not a colour like #1d4ed8")
    return text.lower()


def check_logo(text: str) -> str:
    """Check the address of a logo; ValueError unless it is an https address that can stand in a page."""
    if not _LOGO.fullmatch(text):
        raise ValueError("it is not an https address of a picture")
    return text
