"""How a response and its history look from outside."""

from typing import TYPE_CHECKING, TypeVar

from earshot.domain.events import iso
from earshot.domain.response import Correction, Response
from earshot.domain.score import category

if TYPE_CHECKING:
    from typing import Annotated, TypedDict

    from earshot.api.json_types import Count, Day, Positive, ScoreValue, Time, bounds, words
    from earshot.domain.statement import StatementKind
    from earshot.services.responses.erase_responses import Progress

    # An excluded response is one more state of its own.
    RESPONSE_STATES = tuple(dict.fromkeys((*(kind.state for kind in StatementKind), "excluded")))

    # The fields that a history names.
    CHANGED = ("score", "comment", "properties", "contact_requested", "excluded", "exclusion_reason")

    class ResponseView(TypedDict):
        """A response."""

        id: str
        survey: str
        state: Annotated[str, words(*RESPONSE_STATES)]
        revision: Positive
        score: ScoreValue | None
        category: Annotated[str, words("promoter", "passive", "detractor")] | None
        comment: str | None
        comment_score: Annotated[
            ScoreValue | None, "The score the comment was written with, where that was changed since."
        ]
        properties: dict[str, str]
        contact_requested: Annotated[bool, "Whether the respondent wants to be contacted."]
        person: str | None
        unverified_email: Annotated[
            str | None, "An address that a page sent without a signature: a label, not a person."
        ]
        channel: str | None
        responded_at: Time
        day: Day
        series: Annotated[list[str], "The series it counts in."]
        sent_id: Annotated[str | None, "The id as sent, where its clock was so wrong that the response got another."]
        excluded: Annotated[bool, "Whether it is kept out of every score."]
        exclusion_reason: Annotated[str | None, "Why; null too once its person was erased."]

    class ErasingView(TypedDict):
        """How far the erasing of many responses is."""

        count: Annotated[Count, "How many fit, and were confirmed."]
        erased: Annotated[Count, "How many are done, with the calls before."]
        remaining: Annotated[Count, "At most so many are left; 0 when it is done."]

    class _HistoryEntry(TypedDict):
        action: Annotated[str, words("revised", "excluded", "included", "withdrawn", "anonymised", "erased")]
        corrected_at: Time
        by: Annotated[str | None, "The id of the key, `member:{id}`, `respondent`, `person-erased`, or `retention`."]
        changed: list[Annotated[str, words(*CHANGED)]]
        scores: Annotated[
            Annotated[list[ScoreValue | None], bounds(minItems=2, maxItems=2)] | None,
            "The old and the new one, if they differ.",
        ]
        reason: str | None

    _ImportedResponse = TypedDict(
        "_ImportedResponse", {"import": Annotated[str | None, "The import that first recorded it."]}
    )

    class WholeResponseView(ResponseView, _ImportedResponse):
        """A response and its history."""

        received_at: Time
        rank: Annotated[Annotated[str, words("anonymous", "signed", "keyed")], "How well its sender is known."]
        seconds: Annotated[float | None, "How long the question had been shown."]
        is_repeat: Annotated[bool, "Whether it repeats a response of the same person from the day before."]
        cleaned: Annotated[bool, "Whether something of it did not fit, and was cut, converted or left out."]
        superseded_on: Annotated[Day | None, "The day of the same person's next response."]
        history: Annotated[Annotated[list[_HistoryEntry], bounds(maxItems=50)], "The newest correction first."]
        history_left_out: Annotated[Count, "How many older corrections there were."]


View = TypeVar("View", bound="ResponseView")


def response_view(response: Response) -> "ResponseView":
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
        "contact_requested": response.statement.contact_requested,
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


def whole_response_view(response: Response) -> "WholeResponseView":
    """Show a response and all that was done to it, the newest correction first."""
    history = response.history
    shown = [_correction(one) for one in reversed(history.corrections)]
    return {
        **response_view(response),
        "received_at": iso(response.statement.received_at),
        "rank": response.statement.rank.word,
        "seconds": response.statement.seconds,
        "is_repeat": response.is_repeat,
        "cleaned": response.statement.cleaned,
        "superseded_on": response.superseded_on,
        "import": response.import_id,
        "history": shown,
        "history_left_out": history.left_out,
    }


def _correction(one: Correction) -> "_HistoryEntry":
    return {
        "action": one.action,
        "corrected_at": iso(one.corrected_at),
        "by": one.by,
        "changed": list(one.changed),
        "scores": list(one.scores) if one.scores else None,
        "reason": one.reason,
    }


def erasing_view(progress: "Progress") -> "ErasingView":
    """Show how far the erasing of many responses is."""
    return {"count": progress.count, "erased": progress.erased, "remaining": progress.remaining}


def nameless(view: View) -> View:
    """Return the view of a response without whose it is, for who may not know people."""
    view["person"] = view["unverified_email"] = None
    return view
