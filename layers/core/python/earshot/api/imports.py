"""The body of `PUT /v1/surveys/{survey}/imports/{import}`, checked, and how an import looks from outside."""

from collections.abc import Mapping
from typing import Any

from earshot.api.fields import Fields, describes, kind, line, optional
from earshot.domain.errors import FieldError, InvalidError
from earshot.domain.events import iso
from earshot.domain.imports import Import
from earshot.domain.names import NAME, is_name

LONGEST_FILE = 200
MOST_ROWS = 1_000_000_000


@describes(type="string", pattern=f"^{NAME}$", description="The id of an import that was begun with PUT.")
def import_name(value: Any) -> str:
    """Check the id of an import."""
    if not isinstance(value, str) or not is_name(value):
        raise ValueError("an import id has 1 to 63 of a-z, 0-9 and '-', and does not begin with '-'")
    return value


def check_import_id(import_id: str) -> str:
    """Check the id of an import in a path; InvalidError if it can be none."""
    try:
        return import_name(import_id)
    except ValueError as exc:
        raise InvalidError(FieldError("id", str(exc))) from exc


def read_import(body: Mapping[str, Any]) -> dict[str, Any]:
    """Read what is said of an import: its file, and in the end how many rows were accepted and refused."""
    fields = Fields(body)
    said = {
        "file": fields.take("file", optional(line(LONGEST_FILE)), None),
        "accepted": fields.take("accepted", optional(_rows), None),
        "refused": fields.take("refused", optional(_rows), None),
    }
    fields.unknown(lambda _: "there is no such field")
    fields.finish()
    return said


def import_view(one: Import) -> dict[str, Any]:
    """Show an import: what its maker said, what became of its rows, and whether it was undone; times in UTC."""
    return {
        "id": one.id,
        "survey": one.survey,
        "state": one.state,
        "file": one.file,
        "started": iso(one.started),
        "by": one.by,
        "accepted": one.accepted,
        "refused": one.refused,
        "new": one.new,
        "known": one.known,
        "updated": one.updated,
        "withdrawn": one.withdrawn,
        "undone": iso(one.undone) if one.undone is not None else None,
        "remaining": one.new - one.withdrawn if one.state == "undoing" else 0,
    }


@describes(type="integer", minimum=0, maximum=MOST_ROWS)
def _rows(value: Any) -> int:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if type(value) is not int or not 0 <= value <= MOST_ROWS:
        said = kind(value) if isinstance(value, (dict, list, str, bool)) or value is None else "this number"
        raise ValueError(f"it must be a whole number from 0 to {MOST_ROWS}, not {said}")
    return value
