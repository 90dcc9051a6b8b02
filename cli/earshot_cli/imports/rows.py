"""One row of the file as a response, or the reasons why it cannot be one."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple
from uuid import UUID

from earshot.domain.iso_time import moment_of
from earshot.domain.keyed_hash import folded
from earshot.domain.person_id import check_id_or_address, check_spelling
from earshot.domain.statement import LONGEST_COMMENT
from earshot_cli.imports.cleaning import clean, clean_name, is_whole_decimal, whole_id
from earshot_cli.imports.columns import Columns, value_fault
from earshot_cli.imports.csv_file import Record
from earshot_cli.imports.dates import DateReader, Moment
from earshot_cli.imports.origins import Origin, hash_of
from earshot_cli.imports.response_ids import Identity, ResponseIds
from earshot_cli.imports.scores import ScoreReader
from earshot_cli.screen import quoted

UNCLEAR = "the original file has rows that may equal it: import that file again with these options"


# Whether contact is requested, in any case; an empty cell says nothing.
YES_OR_NO = {"yes": True, "true": True, "1": True, "x": True, "no": False, "false": False, "0": False, "": False}


class Reason(NamedTuple):
    """Why a row is rejected, by the column to look at (empty: the row as a whole)."""

    column: str
    text: str


class RowRefusedError(Exception):
    """A row that cannot be a response or a person, with every reason that the row alone shows."""

    def __init__(self, *reasons: Reason) -> None:
        super().__init__(*reasons)
        self.reasons = reasons


@dataclass(frozen=True, slots=True)
class Row:
    """A row ready to be sent, the record it was made of, and its occurrence among equal rows (0: it has none)."""

    record: Record
    encoded: bytes
    occurrence: int = 0


class RowReader:
    """Turns the records of one file into responses of one survey."""

    def __init__(
        self, survey: str, header: list[str], columns: Columns, dates: DateReader, scores: ScoreReader | None = None
    ) -> None:
        self._ids = ResponseIds(survey)
        self._dates = dates
        self._scores = scores or ScoreReader()
        self._width = len(header)
        self._columns = columns
        self._fields = {field: header.index(column) for field, column in columns.fields.items()}
        self._properties = {column: header.index(column) for column in columns.properties}
        self._is_decimal: dict[str, bool] = {}

    @property
    def decimals(self) -> list[str]:
        """The properties whose every value up to now was a whole number written as 17.0."""
        return [name for name, is_decimal in self._is_decimal.items() if is_decimal]

    def row(self, record: Record) -> Row:
        """Make the response of a record, or raise RowRefusedError."""
        cells = cells_under(record, self._width)
        score, moment = self._score_and_moment(cells)
        # An empty cell says nothing: its field is left out.
        texts = {field: value for field in ("comment", "person", "channel") if (value := self._cell(cells, field))}
        made, occurrence = self._id(record, self._identity(cells, score, moment.milliseconds), cells, moment)
        response: dict[str, Any] = {
            "id": str(made),
            "score": score,
            # The very milliseconds of the id, whatever the zone and the notation of the file.
            "responded_at": _written(moment.milliseconds),
            **texts,
        }
        if YES_OR_NO[folded(self._cell(cells, "contact_requested"))]:
            response["contact_requested"] = True
        if properties := {name: value for name, at in self._properties.items() if (value := clean_name(cells[at]))}:
            response["properties"] = properties
            for name, value in properties.items():
                self._is_decimal[name] = self._is_decimal.get(name, True) and is_whole_decimal(value)
        return Row(record, json.dumps(response, ensure_ascii=False).encode(), occurrence)

    def remember_texts(self) -> None:
        """Remember from now on what `origin` needs; before the first row."""
        self._ids.remember_texts()

    def origin(self, record: Record, occurrence: int) -> Origin:
        """Return what the report keeps of a rejected record, once every row of the file was read.

        `occurrence` is the row's number among its equals, if it could be read and the API rejected it; else 0.
        """
        cells = record.cells + [""] * (self._width - len(record.cells))
        score, moment = (
            self._scores.score(self._cell(cells, "score")),
            self._dates.moment(self._cell(cells, "responded_at")),
        )
        scores = range(11) if score is None else (score,)
        equals: dict[int, int] = {}
        is_unclear = False
        if moment is None:
            is_unclear = any(self._ids.is_like(self._identity(cells, score, 0)) for score in scores)
        elif not occurrence:
            counts = {score: self._ids.equals(self._identity(cells, score, moment.milliseconds)) for score in scores}
            equals = {score: count for score, count in counts.items() if count}
        now = self._as_it_is(cells, moment)
        if (was := Origin.read_from(record.origin)) is None:
            return replace(now, occurrence=occurrence, equals=equals, is_unclear=is_unclear)
        if not was.is_of(now):
            return was
        # What this file held comes on top of what the first one did.
        both = {score: was.equals.get(score, 0) + equals.get(score, 0) for score in was.equals | equals}
        is_unclear = is_unclear or was.is_unclear
        return replace(was, occurrence=was.occurrence or occurrence, equals=both, is_unclear=is_unclear)

    def moment(self, record: Record) -> Moment | None:
        """Read when a record was given; None if that cannot be read."""
        at = self._fields["responded_at"]
        return self._dates.moment(clean(record.cells[at])) if at < len(record.cells) else None

    def _score_and_moment(self, cells: list[str]) -> tuple[int, Moment]:
        score_text, when = self._cell(cells, "score"), self._cell(cells, "responded_at")
        reasons = list(self._faults_of_texts(cells))
        if (score := self._scores.score(score_text)) is None:
            reasons.append(self._reason("score", _not_a("whole number from 0 to 10", score_text)))
        if (moment := self._dates.moment(when)) is None:
            reasons.append(
                self._reason(
                    "responded_at", _not_a(f"date such as {self._dates.example}", when) + self._dates.hint(when)
                )
            )
        elif moment.milliseconds < 0:
            reasons.append(self._reason("responded_at", f"{quoted(when)} lies before 1970"))
        if reasons or score is None or moment is None:
            raise RowRefusedError(*reasons)
        return score, moment

    def _faults_of_texts(self, cells: list[str]) -> Iterator[Reason]:
        if (length := len(self._cell(cells, "comment"))) > LONGEST_COMMENT:
            text = f"has {length:,} characters; a comment has at most {LONGEST_COMMENT:,}"
            yield self._reason("comment", text)
        if folded(wish := self._cell(cells, "contact_requested")) not in YES_OR_NO:
            yield self._reason("contact_requested", f"{quoted(wish)} is neither yes nor no")
        if fault := person_fault(self._cell(cells, "person")):
            yield self._reason("person", fault)
        for name, at in self._properties.items():
            if fault := value_fault(clean_name(cells[at])):
                yield Reason(name, fault)

    def _identity(self, cells: list[str], score: int, instant: int) -> Identity:
        person, comment = self._cell(cells, "person"), self._cell(cells, "comment")
        return Identity(
            score,
            instant,
            person=folded(person) if "@" in person else person,
            # A spreadsheet that saves the file again writes other line ends.
            comment=comment.replace("\r\n", "\n").replace("\r", "\n"),
            channel=self._cell(cells, "channel"),
        )

    def _as_it_is(self, cells: list[str], moment: Moment | None) -> Origin:
        # Only the cells' score is compared: which number a label means depends on the options.
        texts = self._identity(cells, 0, 0)
        score, when = (clean_name(self._cell(cells, field)) for field in ("score", "responded_at"))
        others = [score, texts.person, texts.comment, texts.channel]
        return Origin(hash_of([when, *others]), hash_of([moment.milliseconds, *others]) if moment else "")

    def _id(self, record: Record, identity: Identity, cells: list[str], moment: Moment) -> tuple[UUID, int]:
        """Return the id of a row, and its occurrence among equal rows; 0 where it has none, or one of the report."""
        if "id" in self._fields:
            return self._id_of_key(cells), 0
        if not record.reported_row:
            occurrence = self._ids.occurrence(identity)
            return self._ids.of_row(identity, occurrence), occurrence
        origin = Origin.read_from(record.origin)
        if origin is None or not origin.is_of(self._as_it_is(cells, moment)):
            changed = replace(identity, reported_row=record.reported_row)
            return self._ids.of_row(changed), 0
        # An option fixed it, and will fix it in the next export of the same rows.
        if origin.is_unclear and not origin.occurrence:
            raise RowRefusedError(Reason("", UNCLEAR))
        occurrence = origin.occurrence or origin.equals.get(identity.score, 0) + self._ids.occurrence(identity)
        return self._ids.of_row(identity, occurrence), occurrence

    def _id_of_key(self, cells: list[str]) -> UUID:
        key = self._cell(cells, "id")
        if not key:
            raise RowRefusedError(self._reason("id", "is empty"))
        if not (made := self._ids.of_key(key)):
            raise RowRefusedError(self._reason("id", f"an earlier row has the id {quoted(key)}"))
        return made

    def _cell(self, cells: list[str], field: str) -> str:
        if field not in self._fields:
            return ""
        cell = clean(cells[self._fields[field]])
        return whole_id(cell) if field in {"person", "id"} else cell

    def _reason(self, field: str, text: str) -> Reason:
        return Reason(self._columns.fields[field], text)


def person_fault(person: str) -> str | None:
    """Return why a text cannot be a person's id, if it cannot."""
    try:
        check_spelling(check_id_or_address(person))
    except ValueError as fault:
        return f"{quoted(person)}: {fault}"
    return None


def cells_under(record: Record, width: int) -> list[str]:
    """Return the cells of a record, one under each column of its header; RowRefusedError if it has fewer or more."""
    cells = record.cells
    if len(cells) < width or any(cells[width:]):
        count = f"{len(cells)} cell{'' if len(cells) == 1 else 's'}"
        raise RowRefusedError(Reason("", f"{count} under a header of {width}"))
    return cells


def _not_a(kind: str, value: str) -> str:
    return f"{quoted(value)} is not a {kind}" if value else "is empty"


def _written(milliseconds: int) -> str:
    return moment_of(milliseconds).isoformat(timespec="milliseconds").replace("+00:00", "Z")
