"""How a response and its history look from outside."""

from typing import TYPE_CHECKING

from earshot.domain.events import iso
from earshot.domain.response import Correction, Response
from earshot.domain.score import category

if TYPE_CHECKING:
    from earshot.api import response_shapes as shapes
    from earshot.api.response_shapes import _WholeResponseHistory


def response_view(response: Response) -> "shapes.Response":
    """Return the view of a response in a list, for callers with a key."""
    return {
        "id": response.id,
        "survey": response.survey,
        "state": response.state,
        "revision": response.revision,
        "score": response.score,
        "category": category(response.score) if response.score is not None else None,
        "comment": response.statement.comment,
        "comment_score": response.statement.comment_score,
        "properties": dict(response.statement.properties),
        "person": response.person,
        "unverified_email": response.statement.unverified_email,
        "channel": response.statement.channel,
        "responded_at": iso(response.responded_at),
        "day": response.day,
        "series": list(response.counted_series),
        "sent_id": response.sent_id,
        "excluded": response.statement.excluded,
        "exclusion_reason": response.statement.exclusion_reason,
    }


def whole_response_view(response: Response) -> "shapes.WholeResponse":
    """Show a response and all that was done to it, the newest correction first."""
    history = response.history
    shown = [_correction(one) for one in reversed(history.corrections)]
    return {
        **response_view(response),
        "received": iso(response.statement.received),
        "rank": response.statement.rank.word,
        "seconds": response.statement.seconds,
        "is_repeat": response.is_repeat,
        "cleaned": response.statement.cleaned,
        "superseded_on": response.superseded_on,
        "import": response.import_id,
        "history": shown,
        "history_left_out": history.left_out,
    }


def _correction(one: Correction) -> "_WholeResponseHistory":
    return {
        "action": one.action,
        "time": iso(one.time),
        "by": one.by,
        "changed": list(one.changed),
        "scores": list(one.scores) if one.scores else None,
        "reason": one.reason,
    }
