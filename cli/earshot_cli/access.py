"""Access as it is typed: `--access surveys=demo,shop --access segment=region=emea --access accounts=own`."""

from collections.abc import Iterable
from typing import Annotated, Any

import typer

from earshot_cli.errors import UsageError

EVERYTHING = "everything"
FIELDS = ("surveys", "segment", "accounts")
Access = Annotated[
    list[str] | None,
    typer.Option(
        metavar="WHAT",
        help="Which rows: surveys=demo,shop, segment=region=emea or accounts=own, repeated to limit more; everything.",
    ),
]


def access_typed(typed: Iterable[str]) -> dict[str, Any]:
    """Return an access as the API takes it; UsageError for what means nothing."""
    access: dict[str, Any] = {}
    parts = list(typed)
    if parts == [EVERYTHING]:
        return access
    for part in parts:
        field, sign, value = part.partition("=")
        if not sign or field not in FIELDS or field in access:
            raise UsageError(f"--access takes each of surveys=…, segment=… and accounts=own once, not {part}.")
        access[field] = value.split(",") if field == "surveys" else value
    return access
