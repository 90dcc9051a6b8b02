"""SVG as text: elements, and escaping of foreign text."""

import re
from html import escape

# What XML allows nowhere, not even escaped.
_BROKEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def words(text: str) -> str:
    """Make a text safe as the content of an element or an attribute."""
    return escape(_BROKEN.sub("\ufffd", text))


def element(name: str, content: str = "", **attributes: str | float | None) -> str:
    """Write an element; underscores in attribute names become hyphens, None leaves an attribute out."""
    text = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_value(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{text}>{content}</{name}>" if content else f"<{name}{text}/>"


def path(places: list[tuple[float, float]], *, closed: bool = False) -> str:
    """Write the `d` of a path along places."""
    steps = " ".join(f"{_value(x)},{_value(y)}" for x, y in places)
    return f"M{steps}{'Z' if closed else ''}"


def _value(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.1f}".removesuffix(".0")
