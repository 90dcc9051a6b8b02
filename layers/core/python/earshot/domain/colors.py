"""Readable shades of the brand's color, in light and dark mode (contrast as WCAG 2.2 defines it)."""

import re
from dataclasses import dataclass

DEFAULT = "#1f4e79"
PAPER, NIGHT = "#ffffff", "#16181d"
WHITE, BLACK = "#ffffff", "#000000"
TEXT = 4.5
STEPS = 20

_COLOR = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True, slots=True)
class Palette:
    """A brand's color, the text on it, and its nearest shades that can be read on paper and at night."""

    brand: str
    on_brand: str
    by_day: str
    by_night: str


def palette(color: str | None) -> Palette:
    """Make a palette of `#rrggbb`; anything else gets the default, since nothing unchecked may reach a style sheet."""
    brand = color.lower() if color and _COLOR.fullmatch(color) else DEFAULT
    return Palette(brand, text_on(brand), readable(brand, PAPER), readable(brand, NIGHT))


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colors, from 1 (none) to 21 (black on white)."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def text_on(color: str) -> str:
    """Return white if it is readable on the color, else black, which then is."""
    return WHITE if contrast(WHITE, color) >= TEXT else BLACK


def readable(color: str, ground: str) -> str:
    """Return the nearest shade that is readable on the ground: the color mixed with white or black."""
    towards = text_on(ground)
    mixtures = (_mix(color, towards, step / STEPS) for step in range(STEPS + 1))
    return next(mixture for mixture in mixtures if contrast(mixture, ground) >= TEXT)


def _mix(color: str, other: str, share: float) -> str:
    pairs = zip(_channels(color), _channels(other), strict=True)
    return "#" + "".join(f"{round(one + (two - one) * share):02x}" for one, two in pairs)


def _channels(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def _luminance(color: str) -> float:
    red, green, blue = (_linear(channel / 255) for channel in _channels(color))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)
