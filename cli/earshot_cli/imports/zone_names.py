"""Time zones as the headings of columns name them: in full, as an offset, or in letters that several zones share."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import available_timezones

_SIGN = "[+\\-\u2212\u2013]"
_OFFSET = re.compile(rf"(?:UTC|GMT)?({_SIGN})(\d{{1,2}})(?::?([0-5]\d))?", re.ASCII | re.IGNORECASE)
# An offset after UTC or GMT may be short; one alone is in brackets, or has hours and minutes.
_OFFSET_IN_TEXT = re.compile(
    rf"(?<![^\W_])(?:UTC|GMT)\s?{_SIGN}\s?\d{{1,2}}(?::?[0-5]\d)?(?!\d)"
    rf"|[(\[]\s*{_SIGN}\d{{1,2}}(?::?[0-5]\d)?\s*[)\]]"
    rf"|(?<=\s){_SIGN}\d\d:?[0-5]\d(?!\d)",
    re.IGNORECASE,
)
# As a word of its own, also in created_at_utc and createdAtUtc; "outcome" holds the letters, too.
_UTC = re.compile(
    r"(?<![^\W_])(?i:UTC|GMT|zulu)(?![^\W_])|(?<=[a-z])(?:U[Tt][Cc]|G[Mm][Tt]|Zulu)(?![a-z])"
    r"|[(\[]Z[)\]]|\b(?i:(?:coordinated )?universal time|greenwich mean time)\b"
)
_INITIALS = re.compile(
    r"[ECMPAHN][SD]T|AK[SD]T|EST5EDT|CST6CDT|MST7MDT|PST8PDT|BRS?T|ART|CLT|COT|PET|UYT|VET"
    r"|[CEMW]ES?T|[MOW]ES?Z|BST|IST|MSK|SAST|CAT|EAT|WAT|GST|PKT|ICT|WIB|WITA|WIT|HKT|SGT|PHT|JST|KST"
    r"|A[EC][SD]T|AWST|AET|NZ[SD]T"
)
_US_SHORT = re.compile("[ECMP]T")
# Also words, or parts of names: in capitals among small letters they are zones, elsewhere they may be anything.
_WORDS = re.compile("ART|PET|MET|WET|WEST|CAT|EAT|WAT|IST|AST|WIT|COT|MEST|GST|ICT|PHT|HST|NST|HDT|NDT|ADT")
_ZONE_WORDS = re.compile(
    r"\b(?:(?:eastern|central|mountain|pacific|atlantic|alaskan?|hawaii(?:an)?|(?:western |central |eastern )?european"
    r"|british|irish|indian?|japan(?:ese)?|chin(?:a|ese)|korean?|singapore|hong kong|australian|moscow|israel|arabian"
    r"|gulf|london|berlin|paris|madrid|rome|amsterdam|new york|chicago|denver|los angeles|tokyo|sydney|us)\s+time"
    r"|\w+ (?:standard|daylight|summer) time|\w*(?:sommer|normal|winter)zeit|\w+(?:europäische|er) zeit"
    r"|heure normale|heure d['’]été|hora estándar|horario de verano|ora legale|ora solare)\b",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"[(\[]\s*([^()\[\]]+?)\s*[)\]]")
_TOKEN = re.compile(r"[^\W_]+")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class NamedZone:
    """The words of a text that name a time zone, and which one that is; "" if several zones go by them."""

    words: str
    zone: str


def zone_named_in(text: str) -> NamedZone | None:
    """Find the time zone that a heading names; None if it names none."""
    if found := _OFFSET_IN_TEXT.search(text):
        words = found[0].strip("()[] \t")
        return NamedZone(words, _written(words))
    if full := _full_name(text):
        return full
    if found := _UTC.search(text):
        return NamedZone(found[0].strip("()[]"), "UTC")
    if found := _ZONE_WORDS.search(text):
        return NamedZone(found[0], "")
    return _initials(text)


def offset_zone(name: str) -> tzinfo | None:
    """Return the zone of an offset such as +05:30 or UTC-5; None if the text is none."""
    if not (found := _OFFSET.fullmatch(name.replace(" ", ""))):
        return None
    ahead = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
    if ahead >= timedelta(hours=24):
        return None
    return timezone(ahead if found[1] == "+" else -ahead) if ahead else UTC


def _written(offset: str) -> str:
    zone = offset_zone(offset)
    return str(zone) if zone else ""


def _full_name(text: str) -> NamedZone | None:
    if "/" not in text:
        return None
    # A heading may write the spaces of a name that has underscores.
    folded = text.replace(" ", "_").casefold()
    found = [
        (at, name)
        for folded_name, name in _names().items()
        if (at := folded.find(folded_name)) >= 0 and _is_apart(folded, at, at + len(folded_name))
    ]
    if not found:
        return None
    at, name = max(found, key=lambda one: len(one[1]))
    return NamedZone(text[at : at + len(name)], name)


@cache
def _names() -> dict[str, str]:
    return {name.casefold(): name for name in available_timezones() if "/" in name}


def _is_apart(text: str, start: int, end: int) -> bool:
    return not text[start - 1 : start].isalnum() and not text[end : end + 1].isalnum()


def _initials(text: str) -> NamedZone | None:
    found = next((inside for one in _BRACKETED.findall(text) for inside in _in_brackets(one)), None)
    if found is None:
        # createdAtEst has the words that created_at_est has.
        found = next(_in_words(_TOKEN.findall(_HUMP.sub(" ", text))), None)
    return NamedZone(found, "") if found else None


def _in_brackets(text: str) -> Iterator[str]:
    """Yield the letters of zones in brackets, where few other letters stand: (EST), (US ET), (CET/CEST)."""
    for token in _TOKEN.findall(text):
        if _INITIALS.fullmatch(token) or _US_SHORT.fullmatch(token) or _INITIALS.fullmatch(text.upper()):
            yield token


def _in_words(tokens: list[str]) -> Iterator[str]:
    """Yield the letters of zones among the words of a heading: in capitals among others, or at its end."""
    has_small = not "".join(tokens).isupper()
    for at, token in enumerate(tokens, 1):
        is_last, in_capitals = at == len(tokens), has_small and token.isupper()
        if _INITIALS.fullmatch(token.upper()):
            if in_capitals or (is_last and not _WORDS.fullmatch(token.upper())):
                yield token
        elif is_last and in_capitals and _US_SHORT.fullmatch(token):
            yield token
