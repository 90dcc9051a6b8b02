"""How a language writes days, numbers and shares."""

import re
from dataclasses import dataclass
from datetime import date, datetime

from earshot.languages.texts import FIRST_STRONG_ISOLATE, POP_ISOLATE, cleaned

LEFT_TO_RIGHT_ISOLATE = "\u2066"
MINUS = "\u2212"
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Formats:
    """How a language writes days and numbers.

    `months` are the short names; {d} {m} {y} are day, month's name and year, and {n} the month's number, or that of a
    share.
    """

    language: str
    direction: str  # ltr or rtl

    months: tuple[str, ...]
    day_format: str
    month_format: str
    percent_format: str
    decimal: str
    group: str
    span: str  # {first} to {last}

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
