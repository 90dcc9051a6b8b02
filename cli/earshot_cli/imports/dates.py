"""Dates and times as exports write them: ISO 8601 unless the user names another notation; nothing is guessed."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from decimal import Decimal

from earshot.domain.iso_time import read_time
from earshot_cli.errors import UsageError
from earshot_cli.imports.cleaning import clean_name
from earshot_cli.imports.date_patterns import pattern_fault

# The names of the one zone that is the same everywhere, as a word of a text.
UTC_NAME = re.compile(r"(?<![^\W_])(?:UTC|GMT)(?![^\W_])", re.IGNORECASE)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MIDNIGHT = datetime.min.time()
NUMBER = re.compile(r"\d{1,15}(?:[.,]\d{1,15})?", re.ASCII)
# The days on which the two calendars of spreadsheets begin; the first counts a 29 February 1900 that never was.
EXCEL = datetime(1899, 12, 30)  # noqa: DTZ001 its zone is the column's
EXCEL_1904 = datetime(1904, 1, 1)  # noqa: DTZ001

# The Z of ISO 8601 as a letter of a pattern.
LITERAL_Z = re.compile(r"%[HMSfX]\s?Z(?![^\W_])")
# Before this the question was not asked: a number that means an earlier day is one of another unit.
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)

_TIME = (
    r"(?:[ T,]+(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.(?P<fraction>\d+))?)?"
    r"(?:\s?(?P<half>[AP])\.?M\.?)?"
    r"(?:\s?(?:(?P<utc>Z|UTC|GMT)(?![+-])|(?:UTC|GMT)?(?P<offset>[+-]\d{1,2}(?::?\d\d)?)))?)?"
)
_SEPARATOR = r"(?P<separator>[/.\-])"
_NUMBERED = {
    "mdy": rf"(?P<month>\d{{1,2}}){_SEPARATOR}(?P<day>\d{{1,2}})(?P=separator)(?P<year>\d{{4}}|\d\d)",
    "dmy": rf"(?P<day>\d{{1,2}}){_SEPARATOR}(?P<month>\d{{1,2}})(?P=separator)(?P<year>\d{{4}}|\d\d)",
    "ymd": rf"(?P<year>\d{{4}}){_SEPARATOR}(?P<month>\d{{1,2}})(?P=separator)(?P<day>\d{{1,2}})",
}
EXAMPLES = {
    "iso": "2015-08-02 or 2015-08-02T10:00:00Z",
    "mdy": "8/2/2015 or 08/02/2015 1:30 PM",
    "dmy": "2.8.2015 or 02/08/2015 13:30",
    "ymd": "2015/08/02 or 2015/8/2 1:30:05 PM GMT+2",
    "excel": "42218.5625, the days since 1900",
    "excel-1904": "40756.5625, the days since 1904",
    "unix": "1438522200, the seconds since 1970",
    "unix-ms": "1438522200000, the milliseconds since 1970",
}


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant in Unix milliseconds, as it was written: with a time of day (midnight is none), with an offset."""

    milliseconds: int
    has_time: bool
    has_offset: bool


class DateReader:
    """Reads the dates of a column in one notation; what has no offset is local time in `zone`."""

    def __init__(self, notation: str, zone: tzinfo) -> None:
        self.example = EXAMPLES.get(notation, f"the format {notation}")
        self._notation = notation
        self._zone = zone
        self._read = _reader(notation)

    def moment(self, text: str) -> Moment | None:
        """Read a cell; None if it is no date in this notation."""
        try:
            # Browsers and Node write a narrow no-break space before AM, some a mark of direction around each number.
            read = self._read(clean_name(text))
            aware = read if read.tzinfo else read.replace(tzinfo=self._zone)
            milliseconds = (aware.astimezone(UTC) - EPOCH) // timedelta(milliseconds=1)
        except (ValueError, OverflowError):
            return None
        return Moment(milliseconds, read.time() != MIDNIGHT, read.tzinfo is not None)

    def hint(self, text: str) -> str:
        """Return which other notation a cell that cannot be read seems to be in; "" if none."""
        other = {"unix": ("unix-ms", "milliseconds", 1), "unix-ms": ("unix", "seconds", 1_000)}
        if self._notation not in other:
            return ""
        name, unit, milliseconds = other[self._notation]
        try:
            _unix(clean_name(text), milliseconds)
        except (ValueError, OverflowError):
            return ""
        return f"; as {unit} it is one: --date-format {name}"


Reading = Callable[[str], datetime]


def _reader(notation: str) -> Reading:
    if "%" in notation:
        return _strptime(notation)
    readers: dict[str, Reading] = {
        "iso": read_time,
        "excel": lambda text: _serial(text, EXCEL),
        "excel-1904": lambda text: _serial(text, EXCEL_1904),
        "unix": lambda text: _unix(text, 1_000),
        "unix-ms": lambda text: _unix(text, 1),
        **{name: _numbered(pattern) for name, pattern in _NUMBERED.items()},
    }
    if notation not in readers:
        raise UsageError(
            f"--date-format {notation}: name one of {', '.join(readers)}, or write a pattern such as "
            "'%d.%m.%Y %H:%M' (the codes of Python's strptime)."
        )
    return readers[notation]


def _strptime(pattern: str) -> Reading:
    if fault := pattern_fault(pattern):
        raise UsageError(f"--date-format {pattern}: {fault}.")
    # Python reads the letters of a zone and forgets them, whether they are those of %Z or of the pattern itself.
    names_utc = bool(UTC_NAME.search(pattern) or LITERAL_Z.search(pattern))
    has_name = "%Z" in pattern.replace("%%", "")

    def read(text: str) -> datetime:
        moment = datetime.strptime(text, pattern)  # noqa: DTZ007 its zone is the column's
        if moment.tzinfo or not (names_utc or has_name):
            return moment
        if has_name and not UTC_NAME.search(text):
            raise ValueError("only UTC and GMT are the same everywhere")
        return moment.replace(tzinfo=UTC)

    return read


def _numbered(pattern: str) -> Reading:
    compiled = re.compile(pattern + _TIME, re.ASCII | re.IGNORECASE)

    def read(text: str) -> datetime:
        found = compiled.fullmatch(text)
        if found is None:
            raise ValueError("it is no such date")
        year = int(found["year"])
        return datetime(
            year if len(found["year"]) == 4 else 2000 + year if year < 69 else 1900 + year,
            int(found["month"]),
            int(found["day"]),
            _hour(found),
            int(found["minute"] or 0),
            int(found["second"] or 0),
            int((found["fraction"] or "0")[:6].ljust(6, "0")),
            tzinfo=_offset(found),
        )

    return read


def _hour(found: "re.Match[str]") -> int:
    hour, half = int(found["hour"] or 0), found["half"]
    if half is None:
        return hour
    if not 1 <= hour <= 12:
        raise ValueError("a clock with AM and PM has the hours 1 to 12")
    return hour % 12 + (12 if half in "Pp" else 0)


def _offset(found: "re.Match[str]") -> timezone | None:
    if found["utc"]:
        return UTC
    if not found["offset"]:
        return None
    sign, digits = found["offset"][0], found["offset"][1:].replace(":", "")
    hours, minutes = (digits[:-2], digits[-2:]) if len(digits) > 2 else (digits, "0")
    ahead = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(ahead if sign == "+" else -ahead)


def _serial(text: str, begins: datetime) -> datetime:
    if not NUMBER.fullmatch(text):
        raise ValueError("it is no number of days")
    days = Decimal(text.replace(",", "."))
    # A spreadsheet's fraction is rounded: the nearest millisecond is what was meant.
    milliseconds = int((days * 86_400_000).to_integral_value())
    return begins + timedelta(milliseconds=milliseconds)


def _unix(text: str, milliseconds: int) -> datetime:
    if not NUMBER.fullmatch(text):
        raise ValueError("it is no number of seconds")
    moment = EPOCH + timedelta(milliseconds=int(Decimal(text.replace(",", ".")) * milliseconds))
    if moment < EARLIEST:
        raise ValueError("it lies before 1990")
    return moment
