"""The events that Earshot publishes: ids, scores and reasons only."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from earshot.domain.iso_time import moment_of
from earshot.domain.response import ALL, EXCLUDED, IDENTIFIED, EmittedEvent, Response, events_of_write, previous_of
from earshot.domain.score import category
from earshot.domain.statement import StatementKind

if TYPE_CHECKING:
    # Everything announces; hardly anything walks campaigns.
    from earshot.domain.campaign import Campaign

SOURCE = "earshot"
VERSION = 1

_NAMESPACE = UUID("6f1f5b54-3a2d-5f0e-9d0c-0a6e1a5f7c11")


@dataclass(frozen=True, slots=True)
class Event:
    """One event: its type in the past participle, and its detail as events/schemas/ describes it."""

    detail_type: str
    detail: Mapping[str, Any]

    @property
    def id(self) -> str:
        """Return the id by which consumers drop repeats."""
        return str(self.detail["metadata"]["id"])

    def to_json(self) -> str:
        """Write the detail as it travels."""
        return json.dumps(self.detail, ensure_ascii=False, separators=(",", ":"))


def response_events(old: Response | None, new: Response, time: str) -> list[Event]:
    """Return the events of a write to a response; none if no statement changed or events are off for it.

    `time` is the ISO 8601 time of the write.
    """
    was = [ALL, *old.series] if old is not None else []
    at = EmittedEvent(new.revision, "", previous_of(old, new))
    return [_response_event(detail_type, new, at, was, time) for detail_type in events_of_write(old, new)]


def repeated_events(response: Response) -> list[Event]:
    """Return the last events of a response again, under their ids; none if it never had any.

    The events have the current state; their time is when that was received, and `replayed` distinguishes them.
    """
    last, identified = response.last_event, response.detractor_event_revision
    if last is None or (response.counts and not response.statement.emit_events):
        return []
    time, series = iso(response.statement.received_at), [ALL, *response.series]
    events = [_response_event(last.detail_type, response, last, series, time)]
    if identified is not None:
        # A consumer that keeps the greatest revision must not take the older one for late.
        at = last if identified == last.revision else EmittedEvent(identified, IDENTIFIED)
        identifying = _response_event(IDENTIFIED, response, at, series, time)
        events = [*events, identifying] if at is last else [identifying, *events]
    return [_replayed(event) for event in events]


def score_event(survey: str, series: str, computed_at: int, windows: Mapping[str, Any], time: str) -> Event:
    """Return the event that a series' windows were recomputed; `computed_at` in Unix milliseconds."""
    data = {"survey": survey, "series": series, "computed_at": iso(computed_at), "windows": windows}
    return make_event("ScoreRecomputed", f"{survey}/{series}/{computed_at}", time, f"{survey}/{series}", data)


def campaign_events(old: "Campaign | None", new: "Campaign", time: str) -> list[Event]:
    """Return the event that a campaign has finished; a stopped one has none."""
    if not new.is_finished or new.ended_at is None or (old is not None and old.state is new.state):
        return []
    data = {
        "campaign": new.id,
        "survey": new.survey,
        "matched": new.matched,
        "asked": new.asked,
        "declined": dict(new.declined),
        "started_at": iso(new.started_at),
        "ended_at": iso(new.ended_at),
    }
    return [make_event("CampaignFinished", f"{new.survey}/{new.id}", time, new.correlation, data)]


def suppression_event(address_hash: str, reason: str, suppressed: int, time: str) -> Event:
    """Return the event that an address is suppressed; only the hash key can reveal whose it is."""
    data = {"address_hash": address_hash, "reason": reason}
    return make_event("RespondentSuppressed", f"{address_hash}/{suppressed}", time, "", data)


def iso(milliseconds: int) -> str:
    """Write Unix milliseconds as an ISO 8601 time in UTC."""
    return moment_of(milliseconds).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _state(detail_type: str, response: Response) -> str:
    """Return the contract's word for a state: how a removed response went; an anonymized one is `changed`."""
    if not response.counts:
        return "excluded" if detail_type == EXCLUDED else "erased"
    return "changed" if response.kind is StatementKind.ANONYMISED else response.kind.state


def _response_event(detail_type: str, new: Response, at: EmittedEvent, was: list[str], time: str) -> Event:
    """Describe a response at a revision, with its previous state and the series it counted in then."""
    data: dict[str, Any] = {
        "survey": new.survey,
        "response": new.id,
        "revision": at.revision,
        "state": _state(detail_type, new),
        "responded_at": iso(new.responded_at),
        "day": new.day,
    }
    if new.counts and new.score is not None:
        data |= {
            "score": new.score,
            "category": category(new.score),
            "series": list(new.counted_series),
            "properties": dict(new.statement.properties),
            "channel": new.statement.channel,
        }
    if (before := at.previous) is not None:
        data["previous"] = {"revision": before.revision, "score": before.score, "category": category(before.score)}
        data["previous_series"] = was
    return make_event(detail_type, _of_revision(new.survey, new.id, at.revision), time, new.correlation, data)


def response_event_id(survey: str, response: str, revision: int, detail_type: str) -> str:
    """Return the id that the event of a type has about a revision of a response."""
    return _id(_of_revision(survey, response, revision), detail_type)


def _of_revision(survey: str, response: str, revision: int) -> str:
    return f"{survey}/{response}/{revision}"


def _id(subject: str, detail_type: str) -> str:
    return str(uuid5(_NAMESPACE, f"{subject}/{detail_type}"))


def _replayed(event: Event) -> Event:
    metadata = {**event.detail["metadata"], "replayed": True}
    return Event(event.detail_type, {"metadata": metadata, "data": event.detail["data"]})


def make_event(detail_type: str, subject: str, time: str, correlation: str, data: Mapping[str, Any]) -> Event:
    """Make an event whose id is that of its subject and type, so that a repeat has the same."""
    metadata = {
        "id": _id(subject, detail_type),
        "version": VERSION,
        "time": time,
        "correlation_id": correlation,
    }
    return Event(detail_type, {"metadata": metadata, "data": data})
