"""Unicode text: code points that cannot be stored, and invisible characters that make names differ."""

import re
from collections.abc import Iterable, Mapping

# Half a character, and the two that Unicode keeps out of every text.
_NO_CHARACTER = re.compile("[\ud800-\udfff\ufffe\uffff]")

# What is white space in any script, and what ends a line.
_SPACE = re.compile(r"\s+")
# What shows nothing: control characters but white space, soft hyphen, zero width space, word joiner and its like,
# byte order mark, and what only steers the direction of writing.
INVISIBLE = (
    r"\u0000-\u0008\u000e-\u001b\u007f-\u0084\u0086-\u009f\u00ad\u061c\u180e"
    r"\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"
)
JOINERS = r"\u200c\u200d"
_INVISIBLE = re.compile(f"[{INVISIBLE}]")
# What shows nothing by itself either, and stays in names for the few scripts and emoji that need it: fillers, selectors
# of a form, annotations, notation of music and shorthand, tags. In an id they only make it look like another.
_FILLERS = (
    r"\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\uffa0\ufff9-\ufffb"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_SELECTORS = frozenset(map(chr, range(0xFE00, 0xFE10)))
# Compiled where it is first needed: most ids are ASCII.
_HIDDEN = rf"[{INVISIBLE}{_FILLERS}{JOINERS}\ufe00-\ufe0f]"
_VIRAMA, _ARABIC = 9, "AL"  # a combining class, and the direction of letters that join
_JOINERS = frozenset("\u200c\u200d")
# Letters, the marks on them, and the signs that emoji are made of.
_BEFORE, _AFTER = ("L", "M", "So", "Sk", "Sm"), ("L", "M", "So", "Sm")
_JOINERS_IN_A_ROW = re.compile(f"[{JOINERS}]+([{JOINERS}])")
_VAIN_JOINER = re.compile("(?<![ab])J|J(?!b)")
# More marks on one letter than any script has (UAX #15, stream-safe text). Python takes a time in the square of their
# number to put them in order.
MOST_COMBINING = 30


def has_unstorable_characters(text: str) -> bool:
    """Return whether a text has a code point that cannot be stored (an unpaired surrogate, U+FFFE, U+FFFF)."""
    if text.isascii():
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return "\ufffe" in text or "\uffff" in text


def replace_unstorable(text: str) -> str:
    """Remove code points that cannot be stored, and leave the rest unchanged."""
    return _NO_CHARACTER.sub("", text) if has_unstorable_characters(text) else text


def normal(name: str) -> str:
    """Return a name or value in its one spelling: NFC, without invisible characters.

    White space at the ends goes, inside it becomes one space. Joiners stay between letters or emoji, where they show.
    Case and width distinguish names, since they are visible.
    """
    if name.isascii() and name.isprintable() and "  " not in name:
        return name.strip()
    seen = _SPACE.sub(" ", _INVISIBLE.sub("", name)).strip()
    if not _JOINERS.isdisjoint(seen):
        seen = _SPACE.sub(" ", _joined(seen)).strip()
    return _composed(seen)


def first_invisible(name: str) -> str | None:
    """Return the first invisible character of a name, or None.

    Stricter than `normal`: a joiner shows in the scripts whose letters it joins or parts and in emoji, a selector of a
    form after an emoji; between the letters of others, neither does.
    """
    if name.isascii() and name.isprintable():
        return None
    for found in re.finditer(_HIDDEN, name):
        start, end = found.span()
        if not _is_effective(found[0], name[start - 1 : start], name[end : end + 1]):
            return found[0]
    return None


def normal_text(text: str) -> str:
    """Return a written text in NFC and trimmed, otherwise unchanged."""
    trimmed = text.strip()
    return trimmed if trimmed.isascii() else _composed(trimmed)


def normal_number(number: float) -> str:
    """Return a JSON number as text in its one spelling: 1.0 is 1, 1e3 is 1000."""
    return str(int(number)) if isinstance(number, float) and number.is_integer() else repr(number)


def normal_pairs(pairs: Mapping[str, str]) -> dict[str, str]:
    """Return properties with names and values in their one spelling; of names that become one the first one stays."""
    found: dict[str, str] = {}
    for name, value in pairs.items():
        found.setdefault(normal(name), normal(value))
    return {name: value for name, value in found.items() if name and value}


def made_one(names: Iterable[str]) -> str | None:
    """Return the first name that becomes the same as one before it; None if there is none."""
    seen: set[str] = set()
    for name in names:
        if (spelled := normal(name)) in seen:
            return name
        seen.add(spelled)
    return None


def _composed(text: str) -> str:
    """Return a text in NFC, or as it is if it has a letter with more than thirty marks."""
    # Only texts in other letters pay for the start of the tables.
    from unicodedata import combining, normalize  # noqa: PLC0415

    runs = bytes(map(combining, text)).split(b"\0")
    return text if max(map(len, runs)) > MOST_COMBINING else normalize("NFC", text)


def _joined(text: str) -> str:
    """Remove joiners that join nothing: the character before and the one after must both show.

    Of several in a row only the last may join.
    """
    from unicodedata import category  # noqa: PLC0415 as above

    text = _JOINERS_IN_A_ROW.sub(r"\1", text)
    kinds = {ord(one): "J" if one in _JOINERS else _kind(one, category(one)) for one in set(text)}
    kept, start = list[str](), 0
    for vain in _VAIN_JOINER.finditer(text.translate(kinds)):
        kept.append(text[start : vain.start()])
        start = vain.end()
    return "".join((*kept, text[start:]))


def _kind(character: str, category: str) -> str:
    """Return as a letter whether a joiner may stand before and after it ("b"), after it alone ("a"), or neither."""
    if character.isascii() and not character.isalpha():
        return " "  # the signs of ASCII are no emoji
    return "b" if category.startswith(_AFTER) else "a" if category.startswith(_BEFORE) else " "


def _shows(character: str, *categories: str) -> bool:
    from unicodedata import category  # noqa: PLC0415 as above

    # The signs of ASCII are no emoji.
    is_sign = character.isascii() and not character.isalpha()
    return bool(character) and not is_sign and category(character).startswith(categories)


def _is_effective(character: str, before: str, after: str) -> bool:
    """Return whether a hidden character changes how its neighbours look, as RFC 5892 (A.1, A.2) has it of joiners."""
    from unicodedata import bidirectional, category, combining  # noqa: PLC0415 as above

    if character in _SELECTORS:
        return _shows(before, "So", "Sm")
    if character not in _JOINERS or not before:
        return False
    if combining(before) == _VIRAMA or (_shows(after, "So", "Sm") and category(before) in {"So", "Sm", "Sk", "Mn"}):
        return True
    return bool(after) and bidirectional(before) == bidirectional(after) == _ARABIC
