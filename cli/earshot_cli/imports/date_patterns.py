"""Patterns of Python's strptime, held to what they seem to say: much of a pattern is read, and silently left out."""

import re
from collections import Counter
from datetime import UTC, datetime

# What some codes stand for, as strptime reads them in the locale of this program.
COMPOSED = {"c": "%a %b %d %H:%M:%S %Y", "x": "%m/%d/%y", "X": "%H:%M:%S"}
COMPOSED |= {"D": "%m/%d/%y", "F": "%Y-%m-%d", "T": "%H:%M:%S", "R": "%H:%M", "r": "%I:%M:%S %p"}
MONTHS = frozenset("mbB")
WEEKDAYS = frozenset("aAwu")
# Each code of a time of day, and the one it is a part of.
PARTS = {"M": "HI", "S": "M", "f": "S"}


def pattern_fault(pattern: str) -> str | None:
    """Return why a pattern cannot be used, or would be read otherwise than it says; None if it is fine."""
    codes = _codes(pattern)
    found = set(codes)
    # Two of one code: strptime would fail with the fault of a regular expression.
    if twice := [code for code, count in Counter(codes).items() if count > 1]:
        return f"%{twice[0]} appears twice"
    try:
        datetime.strptime(datetime(2015, 8, 2, tzinfo=UTC).strftime(pattern), pattern)  # noqa: DTZ007 only tried
    except (ValueError, re.error) as error:
        return str(error)
    if re.search(r"\b[AP]M\b", re.sub("%.", " ", pattern)):
        return "AM and PM are %p, next to %I"
    return _fault_of_day(found) or _fault_of_time(found)


def _codes(pattern: str) -> list[str]:
    codes = []
    for code in re.findall("%(.)", pattern, re.DOTALL):
        codes += re.findall("%(.)", COMPOSED[code]) if code in COMPOSED else [code]
    return [code for code in codes if code != "%"]


def _fault_of_day(codes: set[str]) -> str | None:
    if not codes & set("YyG"):
        return "it has no year"
    if {"Y", "y"} <= codes:
        return "%Y and %y are both a year: keep one"
    if (week := "".join(sorted(codes & set("UW")))) and not (codes & set("Yy") and codes & WEEKDAYS):
        return f"%{week[0]}, a week, needs %Y and a day of the week such as %a, or is left out"
    ways = {"%d with a month": codes & (MONTHS | {"d"}), "%j": codes & {"j"}, "a week": codes & set("UWV")}
    used = [name for name, has in ways.items() if has]
    if len(used) > 1:
        return f"it has the day twice, by {' and by '.join(used)}, and only one is read"
    return _fault_of_month(codes)


def _fault_of_month(codes: set[str]) -> str | None:
    months = len(codes & MONTHS)
    if months > 1:
        return "it has more than one month"
    if "d" in codes and not months:
        return "it has no month (%m, %b or %B; %M is the minute)"
    return None if codes & set("djUWV") else "it has no day, such as %d"


def _fault_of_time(codes: set[str]) -> str | None:
    if "p" in codes and "I" not in codes:
        return "%p needs %I, the hour of a clock with AM and PM: next to %H it is left out"
    if "I" in codes and "p" not in codes:
        return "%I needs %p, or every hour is one before noon; %H is the hour of a clock with 24"
    if {"H", "I"} <= codes:
        return "%H and %I are both an hour: keep one"
    for part, wholes in PARTS.items():
        if part in codes and not codes & set(wholes):
            return f"%{part} needs " + " or ".join(f"%{whole}" for whole in wholes)
    return None
