"""The events of each write to a response, and what the response remembers for a replay."""

from dataclasses import replace

from earshot.domain.response import EmittedEvent, Previous, Response

RECORDED = "ResponseRecorded"
REVISED = "ResponseRevised"
EXCLUDED = "ResponseExcluded"
INCLUDED = "ResponseIncluded"
ERASED = "ResponseErased"
IDENTIFIED = "DetractorIdentified"
RESPONSE_TYPES = (RECORDED, REVISED, EXCLUDED, INCLUDED, ERASED, IDENTIFIED)


def events_of_write(old: Response | None, new: Response) -> tuple[str, ...]:
    """Return the detail-types that a write publishes; none if no statement changed or events are off for it."""
    if old is not None and old.order == new.order:
        return ()
    if not new.counts:
        return _gone(old, new)
    if not new.statement.emit_events:
        return ()
    # What was withdrawn and is answered again has nothing before it that events could tell.
    first = REVISED if previous_of(old, new) else INCLUDED if old is not None and old.statement.excluded else RECORDED
    newly = is_detractor(new) and not (old is not None and old.statement.emit_events and is_detractor(old))
    return (first, IDENTIFIED) if newly else (first,)


def with_emitted_events(old: Response | None, new: Response) -> Response:
    """Return the response with its last published event set by this write; a write without events keeps it."""
    emitted = events_of_write(old, new)
    last, identified = (old.last_event, old.detractor_event_revision) if old is not None else (None, None)
    if emitted:
        last = EmittedEvent(new.revision, emitted[0], previous_of(old, new))
    if IDENTIFIED in emitted:
        identified = new.revision
    return replace(new, last_event=last, detractor_event_revision=identified if is_detractor(new) else None)


def initial_emitted(response: Response) -> tuple[EmittedEvent | None, int | None]:
    """Return the last published event of a response that was only recorded."""
    if not response.statement.emit_events or not response.counts:
        return None, None
    return EmittedEvent(1, RECORDED), 1 if is_detractor(response) else None


def previous_of(old: Response | None, new: Response) -> Previous | None:
    """Return the former state in events: the old score, if it counted or no longer counts."""
    if old is None or old.score is None:
        return None
    return Previous(old.revision, old.score) if old.counts or not new.counts else None


def is_detractor(response: Response) -> bool:
    """Return whether a response counts as a detractor."""
    return response.counts and response.score is not None and response.score <= 6


def _gone(old: Response | None, new: Response) -> tuple[str, ...]:
    """Return the detail-type of a response that no longer counts; erasing an excluded one is published, too."""
    if old is None or not (old.counts or (old.statement.excluded and old.score is not None)):
        return ()
    # Whoever was told of it hears that it is gone, also where that was said quietly.
    if not new.statement.emit_events and old.last_event is None:
        return ()
    if new.statement.excluded:
        return (EXCLUDED,) if old.counts else ()
    return (ERASED,)
