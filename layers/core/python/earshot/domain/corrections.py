"""What a correction with a key says: all that stands, but for what it changes."""

from collections.abc import Mapping
from typing import Any

from earshot.domain.response import Response, Statement, StatementKind


def corrected(
    old: Response, changes: Mapping[str, Any], received: int, by: str | None, *, announce: bool = True
) -> Statement:
    """Return what corrects a response; `changes` holds any of score, comment, properties, excluded, and the reason."""
    excluded = changes.get("excluded", old.excluded)
    why = changes.get("reason") if "excluded" in changes else old.exclusion_reason
    return Statement(
        kind=StatementKind.CHANGED_WITH_KEY,
        received=received,
        score=changes.get("score", old.score),
        comment=changes.get("comment", old.comment),
        comment_score=None if "comment" in changes else old.comment_score,
        properties=changes.get("properties", old.properties),
        person=old.person,
        channel=old.channel,
        announce=announce,
        unverified_email=old.unverified_email,
        email_hash=old.email_hash,
        excluded=excluded,
        exclusion_reason=why if excluded else None,
        seconds=old.seconds,
        cleaned=old.cleaned,
        reason=changes.get("reason"),
        by=by,
    )
