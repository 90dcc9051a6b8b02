"""Corrections with a key: the current values, except for what they change."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from earshot.domain.response import Response
from earshot.domain.statement import Rank, Statement, StatementKind


def corrected(
    old: Response, changes: Mapping[str, Any], received: int, by: str | None, *, emit_events: bool = True
) -> Statement:
    """Return what corrects a response; `changes` holds any of the fields, and the reason."""
    stands = old.statement
    excluded = changes.get("excluded", stands.excluded)
    why = changes.get("reason") if "excluded" in changes else stands.exclusion_reason
    return replace(
        stands,
        kind=StatementKind.CHANGED_WITH_KEY,
        received_at=received,
        rank=Rank.ANONYMOUS,
        score=changes.get("score", stands.score),
        comment=changes.get("comment", stands.comment),
        comment_score=None if "comment" in changes else stands.comment_score,
        properties=changes.get("properties", stands.properties),
        contact_requested=changes.get("contact_requested", stands.contact_requested),
        emit_events=emit_events,
        excluded=excluded,
        exclusion_reason=why if excluded else None,
        reason=changes.get("reason"),
        by=by,
    )
