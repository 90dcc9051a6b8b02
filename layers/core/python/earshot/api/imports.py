"""The body of `PUT /v1/surveys/{survey}/imports/{import}`, checked, and how an import looks from outside."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from earshot.api.schema import (
    NO_SUCH_FIELD,
    Checked,
    Integer,
    Line,
    NoOthers,
    Nullable,
    Object,
    Optional,
    kind,
)
from earshot.domain.errors import FieldError, InvalidError
from earshot.domain.events import iso
from earshot.domain.imports import Import
from earshot.domain.names import NAME, check_name

if TYPE_CHECKING:
    from typing import Annotated, TypedDict

    from earshot.api.json_types import Count, Time, words

    class ImportView(TypedDict):
        """An import: its declaration, and what became of its rows."""

        id: str
        survey: str
        state: Annotated[str, words("recording", "recorded", "undoing", "undone")]
        file: str | None
        started_at: Time
        by: Annotated[str | None, "The id of the key."]
        accepted: Annotated[Count | None, "The rows that were accepted; null until they are declared."]
        refused: Count | None
        new: Annotated[Count, "The responses that it first recorded."]
        known: Annotated[Count, "The rows whose response was there before."]
        updated: Annotated[Count, "The known ones whose properties it corrected."]
        withdrawn: Count
        undone_at: Annotated[Time | None, "When it was first undone."]
        remaining: Annotated[Count, "The responses that are still to be withdrawn, at most."]

    class ImportList(TypedDict):
        """The imports into a survey."""

        imports: list[ImportView]


LONGEST_FILE = 200
MOST_ROWS = 1_000_000_000


def _check_import_id(value: Any) -> str:
    """Return the id of an import."""
    return check_name(value, "an import id")


class _Rows(Integer):
    """A number of rows."""

    __slots__ = ()

    def _refusal(self, value: Any) -> str:
        sent = kind(value) if isinstance(value, (dict, list, str, bool)) or value is None else "this number"
        return f"{super()._refusal(value)}, not {sent}"


IMPORT_ID = Checked(
    _check_import_id, type="string", pattern=f"^{NAME}$", description="The id of an import that was begun with PUT."
)
_ROWS = _Rows(0, MOST_ROWS)
DECLARATION = Object(
    Optional("file", Nullable(Line(LONGEST_FILE)), None),
    Optional("accepted", Nullable(_ROWS), None),
    Optional("refused", Nullable(_ROWS), None),
    NoOthers(NO_SUCH_FIELD),
    name="ImportDeclaration",
)


def check_import_id(import_id: str) -> str:
    """Check the id of an import in a path; InvalidError if it can be none."""
    try:
        return _check_import_id(import_id)
    except ValueError as exc:
        raise InvalidError(FieldError("id", str(exc))) from exc


def read_import(body: Mapping[str, Any]) -> dict[str, Any]:
    """Read the body of an import: its file, and at the end how many rows were accepted and refused."""
    return DECLARATION.read(body)


def import_view(one: Import) -> "ImportView":
    """Show an import: its declaration, what became of its rows, and whether it was undone; times in UTC."""
    return {
        "id": one.id,
        "survey": one.survey,
        "state": one.state,
        "file": one.file,
        "started_at": iso(one.started_at),
        "by": one.by,
        "accepted": one.accepted,
        "refused": one.refused,
        "new": one.new,
        "known": one.known,
        "updated": one.updated,
        "withdrawn": one.withdrawn,
        "undone_at": iso(one.undone_at) if one.undone_at is not None else None,
        "remaining": one.new - one.withdrawn if one.state == "undoing" else 0,
    }
