"""One row of the file as a person, or the reasons why it cannot be one."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from hashlib import sha256
from typing import Any
from zoneinfo import available_timezones

from email_validator import EmailNotValidError, validate_email

from earshot.api.people import read_draft
from earshot.domain.errors import InvalidError
from earshot.domain.keyed_hash import folded
from earshot_cli.imports.cleaning import clean_name, whole_id
from earshot_cli.imports.columns import Columns, value_fault
from earshot_cli.imports.csv_file import Record
from earshot_cli.imports.rows import Reason, Row, RowRefusedError, cells_under, person_fault
from earshot_cli.imports.suppress import Suppressed
from earshot_cli.screen import quoted

LOCALE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*", re.ASCII)
# Of a local part like this nothing is left to check but its length; everything else is left to the library.
PLAIN = re.compile(r"[A-Za-z0-9_+-]{1,64}|(?=.{1,64}$)[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)+", re.ASCII)
# What a cell of `suppressed` says: why the person is gets no mail, or (None) that they are.
SUPPRESSED = dict.fromkeys(("yes", "y", "true", "1", "x", "unsubscribed"), "unsubscribed")
SUPPRESSED |= {"bounced": "bounced", "complained": "complained", "spam": "complained"}
NOT_SUPPRESSED = ("no", "n", "false", "0", "-")
ANYBODY = "-"
LONGEST = {"email": 254, "name": 200, "account": 200, "locale": 35}


class PersonReader:
    """Turns the records of one file into people; a repeated person is taken once.

    `suppressed` holds, by the number of its row, each address that is not to be written to; that of a rejected row,
    too. `unread` counts the rows that say so, but whose address cannot be read.
    """

    def __init__(self, header: list[str], columns: Columns) -> None:
        self._columns = columns
        self._width = len(header)
        self._fields = {field: header.index(column) for field, column in columns.fields.items()}
        self._properties = {column: header.index(column) for column in columns.properties}
        self._zones = available_timezones() - {"localtime"}
        self._seen: dict[int, int] = {}
        self.suppressed: dict[int, Suppressed] = {}
        self.unread = 0

    def row(self, record: Record) -> Row:
        """Make the person of a record, or raise RowRefusedError."""
        # An empty cell says nothing: its field is left out, and stays as it is.
        values = {
            field: cell for field, at in self._fields.items() if (cell := "".join(record.cells[at : at + 1]).strip())
        }
        if "id" in values:
            values["id"] = whole_id(values["id"])
        try:
            cells = cells_under(record, self._width)
        except RowRefusedError:
            # It is unknown which cell belongs to which column: the address could be another person's.
            self.unread += values.get("suppressed", "").lower() in SUPPRESSED
            raise
        self._suppress(values, record.number)
        if reasons := [Reason(self._columns.fields[field], text) for field, text in self._faults(values, record.line)]:
            raise RowRefusedError(*reasons)
        values.pop("suppressed", None)
        properties = {name: value for name, at in self._properties.items() if (value := cells[at].strip())}
        person = values | ({"properties": properties} if properties else {})
        if refused := list(self._refused(person, properties)):
            raise RowRefusedError(*refused)
        return Row(record, json.dumps(person, ensure_ascii=False).encode())

    def _suppress(self, values: Mapping[str, str], number: int) -> None:
        """Note the address of a row that says no; whatever else is wrong with the row, its no is kept."""
        if not (reason := SUPPRESSED.get(values.get("suppressed", "").lower())):
            return
        address = values.get("email", "")
        if not address or len(address) > LONGEST["email"] or _address_fault(address):
            self.unread += 1
        else:
            self.suppressed[number] = Suppressed(address, reason)

    def _faults(self, values: dict[str, str], line: int) -> list[tuple[str, str]]:
        named = "id" if "id" in self._fields else "email"
        found = [(name, "is empty") for name in {named, "email"} if name not in values]
        found += [
            (name, f"has {len(values[name])} characters; at most {most} fit")
            for name, most in LONGEST.items()
            if len(values.get(name, "")) > most
        ]
        if fault := person_fault(values.get("id", "")):
            found.append(("id", fault))
        if "email" in values and (fault := _address_fault(values["email"])):
            found.append(("email", fault))
        if "locale" in values and not LOCALE.fullmatch(values["locale"]):
            found.append(("locale", f"{quoted(values['locale'])} is not a language tag like de or pt-BR"))
        if "timezone" in values and values["timezone"] not in self._zones:
            found.append(("timezone", f"{quoted(values['timezone'])} is not an IANA time zone like Europe/Berlin"))
        if (cell := values.get("suppressed", "-").lower()) not in {*SUPPRESSED, *NOT_SUPPRESSED}:
            reasons = "bounced, complained or unsubscribed"
            found.append(("suppressed", f"{quoted(cell)} is neither yes nor no, nor {reasons}"))
        return found or self._again(named, values[named], line)

    def _refused(self, person: Mapping[str, Any], properties: Mapping[str, str]) -> Iterator[Reason]:
        """Yield what else the API would refuse: a dry run asks no server, and refuses the same rows."""
        faults = {name: fault for name, value in properties.items() if (fault := value_fault(clean_name(value)))}
        if faults:
            yield from (Reason(name, fault) for name, fault in faults.items())
            return
        try:
            # The address was checked already, in a faster way; without one, the API wants an id.
            read_draft({"id": ANYBODY, **{name: value for name, value in person.items() if name != "email"}})
        except InvalidError as refused:
            yield from (Reason(self._columns.named(fault.field), fault.reason) for fault in refused.faults)

    def _again(self, named: str, value: str, line: int) -> list[tuple[str, str]]:
        # Eight bytes are kept of each person, not the person: 300,000 of them fit anywhere.
        known = folded(value) if named == "email" else value
        short = int.from_bytes(sha256(known.encode()).digest()[:8])
        first = self._seen.setdefault(short, line)
        return [] if first == line else [(named, f"{quoted(value)} is the same person as in line {first:,}")]


def _address_fault(address: str) -> str | None:
    local, _, domain = address.rpartition("@")
    if PLAIN.fullmatch(local) and _is_domain(domain):
        return None
    if not local.isascii():
        return "has letters outside ASCII before the @, which mail cannot reach"
    try:
        validate_email(address, check_deliverability=False)
    except EmailNotValidError as fault:
        return f"is not a valid email address: {fault}"
    return None


@lru_cache(maxsize=4096)
def _is_domain(domain: str) -> bool:
    """Return whether a domain may stand in an address; of the many rows of a file most share a few domains."""
    # Judging a domain takes most of the time of a row. A local part of 64 characters leaves it no more room than any.
    try:
        validate_email(f"{'a' * 64}@{domain}", check_deliverability=False)
    except EmailNotValidError:
        return False
    return True
