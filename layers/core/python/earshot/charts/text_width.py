"""The width of text, estimated without a font: enough to keep labels from overlapping."""

from collections.abc import Iterator
from unicodedata import category, east_asian_width

# In parts of the font's size, each about the widest of the usual sans-serif fonts in bold; else they are thinner.
WIDTHS = {
    **dict.fromkeys("iIjl|!.,:;'` ", 0.38),
    **dict.fromkeys('ftr()[]{}/\\-"·', 0.5),
    **dict.fromkeys("mwMW@%", 1.11),
    **dict.fromkeys("+<=>~#&…", 1.0),
}
CAPITAL, SMALL, FIGURE, OTHER = 0.86, 0.72, 0.7, 0.84
FOREIGN_CAPITAL = 1.18
IDEOGRAPH, EMOJI, NOT_BOLD = 1.0, 1.4, 0.88
# Half of what joins two characters into one; the whole must not be cut there.
JOINER = "\u200d"


def wide(text: str, size: float, *, bold: bool = True) -> float:
    """Return about how many pixels wide a line of text is at most, in a font of that size."""
    return size * sum(_square(sign) or _part(sign) * (1 if bold else NOT_BOLD) for sign in text)


def fitted(text: str, size: float, space: float, *, bold: bool = True) -> str:
    """Return a text that fits, shortened if it is too long; no character is separated from its accent."""
    if wide(text, size, bold=bold) <= space:
        return text
    kept, left = "", space - wide("…", size, bold=bold)
    for character in _characters(text):
        left -= wide(character, size, bold=bold)
        if left < 0:
            break
        kept += character
    return f"{kept.rstrip()}…"


def _characters(text: str) -> Iterator[str]:
    """Return the characters with their accents and joined characters."""
    character = ""
    for sign in text:
        if character and not (_is_combining(sign) or character.endswith(JOINER)):
            yield character
            character = ""
        character += sign
    if character:
        yield character


def _is_combining(sign: str) -> bool:
    """Return whether a character belongs to the one before it: an accent, a joiner, a skin tone."""
    return category(sign) in {"Mn", "Me", "Cf"} or "\U0001f3fb" <= sign <= "\U0001f3ff"


def _square(sign: str) -> float:
    """Return the width of a character that is square in every font, such as Chinese and emoji; else 0."""
    is_picture = category(sign) == "So"
    if not _is_combining(sign) and (east_asian_width(sign) in {"W", "F"} or (is_picture and sign >= "\U0001f000")):
        return EMOJI if is_picture else IDEOGRAPH
    return 0.0


def _part(sign: str) -> float:
    if sign in WIDTHS or _is_combining(sign):
        return WIDTHS.get(sign, 0.0)
    if sign.isupper():
        return CAPITAL if sign < "\u0250" else FOREIGN_CAPITAL
    return FIGURE if sign.isdigit() else SMALL if sign.islower() else OTHER
