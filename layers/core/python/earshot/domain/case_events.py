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
    return {**case_data(new), "previous_state": None if old is None else old.state.value}


def case_data(case: Case) -> dict[str, Any]:
    """Return what others get of a case as it is: ids, states and times."""
    return {
        "case": case.id,
        "survey": case.survey,
        "subject": case.subject.value,
        "revision": case.revision,
        "state": case.state.value,
        "paused_at": _moment(case.waiting_since),
        "owner": case.owner,
        "priority": case.priority.value,
        "rule": case.rule,
        "round": case.round,
        "opened_at": iso(case.opened_at),
        "contact_due_at": iso(case.contact_due_at),
        "close_due_at": iso(case.close_due_at),
        "contacted_at": _moment(case.contacted_at),
        "closed_at": _moment(case.closed_at),
        "outcome": case.outcome.value if case.outcome else None,
        "root_cause": case.root_cause.value if case.root_cause else None,
        "changed_at": iso(case.opened_at if case.changed_at is None else case.changed_at),
        "actor": f"rule:{case.rule}" if case.changed_by is None and case.rule is not None else case.changed_by,
    }


def _moment(at: int | None) -> str | None:
    return None if at is None else iso(at)
