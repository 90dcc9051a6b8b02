"""The words of digests in one language, and how that language writes days, numbers and shares."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files

from earshot.languages.catalogue import language_of
from earshot.languages.texts import FIRST_STRONG_ISOLATE, POP_ISOLATE, cleaned

LEFT_TO_RIGHT_ISOLATE = "\u2066"
MINUS = "\u2212"
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestTexts:
    """Every text of a digest in one language, with placeholders for `fill`."""

    language: str
    direction: str  # ltr or rtl

    # how it writes days and numbers: the short names of the months; {d} {m} {y} are day, month's name and year, and {n}
    # the month's number, or that of a share
    months: tuple[str, ...]
    day_format: str
    month_format: str
    percent_format: str
    decimal: str
    group: str

    # above everything
    every: Mapping[str, str]  # by rhythm: what the digest is called
    test: str  # stands before the subject of a test
    collected: str
    promoters: str
    passives: str
    detractors: str

    # the score
    score: str
    responses: str
    interval: str
    part_of: str  # {part} of {whole}
    span: str  # {first} to {last}
    too_few: str  # {least} responses are needed for a score
    change: str
    before: str
    no_change: str
    rise: str
    fall: str
    too_few_to_compare: str
    target: str
    target_status: Mapping[str, str]  # by status
    months_title: str
    moved: str
    none_moved: str
    rate: str
    invited: str  # the days of the invitations, {span}

    # comments
    comments: str
    no_comments: str
    thanks: str

    # cases
    cases: str
    open_cases: str
    overdue: str
    unowned: str
    oldest: str
    opened: str
    closed: str
    contacted_in_time: str
    late_by_owner: str
    nobody: str
    causes: str
    cause: Mapping[str, str]  # by the word of the API
    recovered: str
    responded_again: str
    without_contact: str
    difference: str
    not_random: str
    due_lists: Mapping[str, str]  # by `Due`: the heading of such cases of a member
    due_at: str  # {time}
    look_at_case: str

    # what casts doubt on the figures, and what they are
    health: str
    bounced: str
    silent: str
    not_by_segment: str
    as_of: str  # {day} in {zone}, read at {time}
    not_over: str  # {zone}
    same_in_api: str  # {as_of}

    # below everything, and the page that ends a digest
    reason: str
    stop: str
    stop_title: str
    stop_text: str
    stop_button: str
    stopped_title: str
    stopped_text: str
    undo_button: str
    undone_title: str
    undone_text: str

    def fill(self, text: str, **values: str) -> str:
        """Insert values where a text wants them, once and literally; HTML is escaped by templates."""
        return _PLACEHOLDER.sub(lambda place: self.isolated(cleaned(values[place[1]])), text)

    def number(self, number: int) -> str:
        """Write a whole number."""
        sign = MINUS if number < 0 else ""
        return self._to_the_right(sign + self._grouped(abs(number)))

    def points(self, number: float, *, signed: bool = False) -> str:
        """Write points with one decimal, as a difference with its sign."""
        size = f"{abs(number):.1f}"
        whole, _, part = size.partition(".")
        is_nothing = size == "0.0"
        sign = "" if is_nothing else MINUS if number < 0 else "+" if signed else ""
        return self._to_the_right(f"{sign}{self._grouped(int(whole))}{self.decimal}{part}")

    def share(self, share: float) -> str:
        """Write a share from 0 to 1 in percent, with one decimal."""
        number = f"{100 * share:.1f}".replace(".", self.decimal)
        return self._to_the_right(self.percent_format.replace("{n}", number))

    def share_points(self, difference: float) -> str:
        """Write the difference of two shares in percentage points, with its sign."""
        return self.points(100 * difference, signed=True)

    def day(self, day: date) -> str:
        """Write a day."""
        return self._date(self.day_format, day)

    def month(self, day: date) -> str:
        """Write the month of a day."""
        return self._date(self.month_format, day)

    def days(self, first: date, last: date) -> str:
        """Write some days, or the one that it is."""
        return self.day(first) if first == last else self.fill(self.span, first=self.day(first), last=self.day(last))

    def time(self, moment: datetime) -> str:
        """Write a day and a time of it."""
        return f"{self.day(moment.date())} {self._to_the_right(f'{moment:%H:%M}')}"

    def isolated(self, value: str) -> str:
        """Keep a value that may run the other way from reordering the words around it."""
        return value if self.direction == "ltr" else f"{FIRST_STRONG_ISOLATE}{value}{POP_ISOLATE}"

    def _date(self, pattern: str, day: date) -> str:
        values = {"d": str(day.day), "m": self.months[day.month - 1], "n": str(day.month), "y": str(day.year)}
        return _PLACEHOLDER.sub(lambda place: values[place[1]], pattern)

    def _grouped(self, number: int) -> str:
        return f"{number:,}".replace(",", self.group)

    def _to_the_right(self, number: str) -> str:
        return number if self.direction == "ltr" else f"{LEFT_TO_RIGHT_ISOLATE}{number}{POP_ISOLATE}"


def digest_texts_for(locale: str | None) -> DigestTexts:
    """Return the texts for a BCP 47 locale; English for one without a catalogue."""
    return _catalogue(language_of(locale))


@cache
def _catalogue(language: str) -> DigestTexts:
    content = json.loads(
        files("earshot.languages").joinpath("staff", "digests", f"{language}.json").read_text(encoding="utf-8")
    )
    return DigestTexts(language=language, **content | {"months": tuple(content["months"])})
