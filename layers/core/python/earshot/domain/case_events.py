"""The events of a case: that it opened, changed or closed. Ids, states and times; no person, and no words."""

from typing import Any

from earshot.domain.cases import Case
from earshot.domain.events import Event, iso, make_event


def case_events(old: Case | None, new: Case, time: str) -> list[Event]:
    """Return the event of a write to a case; none if it changed nothing that others see, as a note or a reminder.

    `time` is the ISO 8601 time of the write. Each revision has one event at most, whose id is made of both.
    """
    if old is not None and _seen(old) == _seen(new):
        return []
    subject = f"{new.id}/{new.revision}"
    if old is None:
        return [make_event("CaseOpened", subject, time, "", _data(old, new))]
    is_closed = new.state.is_closed and not old.state.is_closed
    return [make_event("CaseClosed" if is_closed else "CaseChanged", subject, time, "", _data(old, new))]


def _seen(case: Case) -> tuple[Any, ...]:
    """Return what others follow; a response that joins is an alert of its own."""
    return (
        case.state,
        case.is_waiting,
        case.owner,
        case.contact_due_at,
        case.close_due_at,
        case.round,
        case.outcome,
        case.root_cause,
    )


def _data(old: Case | None, new: Case) -> dict[str, Any]:
    return {
        "case": new.id,
        "survey": new.survey,
        "subject": new.subject.value,
        "revision": new.revision,
        "state": new.state.value,
        "previous_state": None if old is None else old.state.value,
        "paused_at": _moment(new.waiting_since),
        "owner": new.owner,
        "priority": new.priority.value,
        "rule": new.rule,
        "round": new.round,
        "opened_at": iso(new.opened_at),
        "contact_due_at": iso(new.contact_due_at),
        "close_due_at": iso(new.close_due_at),
        "contacted_at": _moment(new.contacted_at),
        "closed_at": _moment(new.closed_at),
        "outcome": new.outcome.value if new.outcome else None,
        "root_cause": new.root_cause.value if new.root_cause else None,
        "changed_at": iso(new.opened_at if new.changed_at is None else new.changed_at),
        "actor": f"rule:{new.rule}" if new.changed_by is None and new.rule is not None else new.changed_by,
    }


def _moment(at: int | None) -> str | None:
    return None if at is None else iso(at)
