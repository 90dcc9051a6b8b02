"""One row of the file as a response, or the reasons why it cannot be one."""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from earshot_cli.importing.columns import Columns
from earshot_cli.importing.csv_file import Record
from earshot_cli.importing.response_ids import ResponseIds
from earshot_cli.screen import quoted

SCORE = re.compile(r"0*([0-9]|10)", re.ASCII)
MOMENT = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)"
    r"(?:[T ](?P<time>\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?) ?(?P<offset>Z|UTC|[+-]\d\d:?\d\d)?)?",
    re.ASCII | re.IGNORECASE,
)
LONGEST_COMMENT = 10_000
LONGEST_PERSON = 256  # bytes of UTF-8
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Reason(NamedTuple):
    """Why a row is refused, by the column to look at (empty: the row as a whole)."""

    column: str
    text: str


class RowRefusedError(Exception):
    """A row that cannot be a response or a person, with every reason that can be told from the row alone."""

    def __init__(self, *reasons: Reason) -> None:
        super().__init__(*reasons)
        self.reasons = reasons


@dataclass(frozen=True, slots=True)
class Row:
    """A row ready to be sent."""

    line: int
    number: int
    encoded: bytes


class RowReader:
    """Turns the records of one file into responses of one survey."""

    def __init__(self, survey: str, zone: ZoneInfo, header: list[str], columns: Columns) -> None:
        self._ids = ResponseIds(survey)
        self._zone = zone
        self._width = len(header)
        self._columns = columns
        self._fields = {field: header.index(column) for field, column in columns.fields.items()}
        self._properties = {column: header.index(column) for column in columns.properties}

    def row(self, record: Record) -> Row:
        """Make the response of a record, or raise RowRefusedError."""
        cells = cells_under(record, self._width)
        score, moment = self._score_and_moment(cells)
        response = {
            "id": str(self._id(record.cells, cells, moment)),
            "score": score,
            "responded_at": _instant(moment),
        }
        return Row(
            record.line,
            record.number,
            json.dumps(response | self._optional(cells), ensure_ascii=False).encode(),
        )

    def _score_and_moment(self, cells: list[str]) -> tuple[int, int]:
        score, moment = self._cell(cells, "score"), self._cell(cells, "responded_at")
        reasons: list[Reason] = []
        if (length := len(self._cell(cells, "comment"))) > LONGEST_COMMENT:
            text = f"has {length:,} characters; a comment has at most {LONGEST_COMMENT:,}"
            reasons.append(self._reason("comment", text))
        if fault := person_fault(self._cell(cells, "person")):
            reasons.append(self._reason("person", fault))
        if not (digits := SCORE.fullmatch(score)):
            reasons.append(self._reason("score", _not_a("whole number from 0 to 10", score)))
        if (milliseconds := _milliseconds(moment, self._zone)) is None:
            reasons.append(
                self._reason("responded_at", _not_a("date such as 2015-08-02 or 2015-08-02T10:00:00Z", moment))
            )
        elif milliseconds < 0:
            reasons.append(self._reason("responded_at", f"{moment} lies before 1970"))
        if reasons or digits is None or milliseconds is None:
            raise RowRefusedError(*reasons)
        return int(digits[1]), milliseconds

    def _id(self, raw: list[str], cells: list[str], moment: int) -> object:
        if "id" not in self._fields:
            return self._ids.of_row(raw, moment)
        key = self._cell(cells, "id")
        if not key:
            raise RowRefusedError(self._reason("id", "is empty"))
        if not (made := self._ids.of_key(key, moment)):
            raise RowRefusedError(self._reason("id", f"an earlier row has the id {quoted(key)}"))
        return made

    def _optional(self, cells: list[str]) -> dict[str, Any]:
        # An empty cell says nothing: its field is left out.
        found: dict[str, Any] = {
            field: value for field in ("comment", "person", "channel") if (value := self._cell(cells, field))
        }
        properties = {name: value for name, at in self._properties.items() if (value := cells[at].strip())}
        return found | ({"properties": properties} if properties else {})

    def _cell(self, cells: list[str], field: str) -> str:
        return cells[self._fields[field]].strip() if field in self._fields else ""

    def _reason(self, field: str, text: str) -> Reason:
        return Reason(self._columns.fields[field], text)


def person_fault(person: str) -> str | None:
    """Say why a text cannot be a person's id, if it cannot."""
    if "/" in person or person in {".", ".."}:
        return f"{quoted(person)} fits no path: an id holds no '/', and is neither '.' nor '..'"
    if any(ord(letter) < 32 or 127 <= ord(letter) < 160 for letter in person):
        return f"{quoted(person)} holds a control character"
    size = len(person.encode())
    return f"has {size} bytes of UTF-8; at most {LONGEST_PERSON} fit" if size > LONGEST_PERSON else None


def cells_under(record: Record, width: int) -> list[str]:
    """The cells of a record, as many as its header has; RowRefusedError if it has more."""
    cells = record.cells + [""] * (width - len(record.cells))
    if any(cells[width:]):
        raise RowRefusedError(Reason("", f"{len(cells)} cells under a header of {width}"))
    return cells


def _not_a(kind: str, value: str) -> str:
    return f"{quoted(value)} is not a {kind}" if value else "is empty"


def _milliseconds(text: str, zone: ZoneInfo) -> int | None:
    if not (found := MOMENT.fullmatch(text)):
        return None
    offset = (found["offset"] or "").upper().replace("UTC", "Z")
    try:
        moment = datetime.fromisoformat(f"{found['day']}T{found['time'] or '00:00'}{offset}")
        aware = moment if offset else moment.replace(tzinfo=zone)
        return (aware.astimezone(UTC) - EPOCH) // timedelta(milliseconds=1)
    except (ValueError, OverflowError):
        return None


def _instant(milliseconds: int) -> str:
    # The very milliseconds of the id, whatever the zone and the notation of the file.
    moment = EPOCH + timedelta(milliseconds=milliseconds)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
