"""A brand: who asks, as mails and pages show it."""

import re
from dataclasses import dataclass

COLOR = "#[0-9a-fA-F]{6}"
LOGO = r"https://[A-Za-z0-9.-]+(:[0-9]{1,5})?/[^\s\"'<>]{0,500}"


@dataclass(frozen=True, slots=True)
class Brand:
    """A name, a color (`#rrggbb`) and the https address of a logo; without one, mails and pages are plain."""

    name: str = ""
    color: str | None = None
    logo: str | None = None


def check_color(text: str) -> str:
    """Return a color in lower case; ValueError unless it is like #1d4ed8."""
    if not re.fullmatch(COLOR, text):
        raise ValueError("it is not a color like #1d4ed8")
    return text.lower()


def check_logo(text: str) -> str:
    """Check the address of a logo; raise ValueError unless it is an https address that is safe in a page."""
    if not re.fullmatch(LOGO, text, re.ASCII):
        raise ValueError("it is not an https address of a picture")
    return text
