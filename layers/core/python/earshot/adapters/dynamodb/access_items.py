"""The access of a member or an API key as an attribute of its item; nothing where it leaves nothing out."""

from collections.abc import Mapping
from typing import Any

from earshot.domain.access import EVERYTHING, Access


def access_attribute(access: Access) -> dict[str, Any] | None:
    """Return the attribute of an access, None for access to everything."""
    if access == EVERYTHING:
        return None
    parts = {"surveys": access.surveys, "segment": access.segment, "own_accounts": access.own_accounts or None}
    return {name: part for name, part in parts.items() if part is not None}


def read_access(stored: Mapping[str, Any] | None) -> Access:
    """Read an access back."""
    if stored is None:
        return EVERYTHING
    surveys, segment = stored.get("surveys"), stored.get("segment")
    return Access(
        None if surveys is None else tuple(surveys),
        None if segment is None else (segment[0], segment[1]),
        bool(stored.get("own_accounts", False)),
    )
