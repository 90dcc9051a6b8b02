"""How a case, its facts and the responses that joined it are stored."""

from typing import Any

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.table import Item
from earshot.domain.alerts import Alert
from earshot.domain.case_facts import CaseFact, FactKind
from earshot.domain.case_settings import Priority, Targets
from earshot.domain.cases import Case, CaseOutcome, CaseState, OwnedBy, RootCause, SubjectKind


def case_item(case: Case) -> dict[str, Any]:
    """Write a case; what it lacks takes no room, and it stands in the index while a step is to come."""
    item = {
        **table_keys.case_key(case.id),
        "type": "case",
        "v": case.revision,
        "survey": case.survey,
        "subject": case.subject.value,
        "state": case.state.value,
        "opened_at": case.opened_at,
        "contact_due_at": case.contact_due_at,
        "close_due_at": case.close_due_at,
        "round_at": case.round_at,
        "rule": case.rule,
        "alert": case.alert,
        "response": case.response,
        "person": case.person,
        "account": case.account,
        "responses": case.responses,
        "score": case.score,
        "priority": case.priority.value,
        "owner": case.owner,
        "owned_by": case.owned_by.value if case.owned_by else None,
        "calendar": case.calendar,
        "targets": [case.targets.contact_hours, case.targets.close_hours],
        "contacted_at": case.contacted_at,
        "closed_at": case.closed_at,
        "first_closed_at": case.first_closed_at,
        "reopened_at": case.reopened_at,
        "waiting_since": case.waiting_since,
        "pauses": [list(pause) for pause in case.pauses] or None,
        "outcome": case.outcome.value if case.outcome else None,
        "root_cause": case.root_cause.value if case.root_cause else None,
        "round": case.round,
        "breached_contact": case.breached_contact or None,
        "breached_close": case.breached_close or None,
        "steps": case.steps or None,
        "next_step_at": case.next_step_at,
        "responded_again_at": case.responded_again_at,
        "responded_again_score": case.responded_again_score,
        "changed_at": case.changed_at,
        "changed_by": case.changed_by,
    }
    return item if case.next_step_at is None else item | table_keys.due_case(case.next_step_at, case.id)


def read_case(item: Item) -> Case:
    """Read a case back; KeyError or ValueError if the item is none."""
    return Case(
        id=item["pk"].removeprefix(table_keys.CASES),
        survey=item["survey"],
        subject=SubjectKind(item["subject"]),
        opened_at=item["opened_at"],
        contact_due_at=item["contact_due_at"],
        close_due_at=item["close_due_at"],
        round_at=item["round_at"],
        rule=item.get("rule"),
        alert=item.get("alert"),
        response=item.get("response"),
        person=item.get("person"),
        account=item.get("account"),
        responses=item["responses"],
        score=item.get("score"),
        priority=Priority(item["priority"]),
        state=CaseState(item["state"]),
        owner=item.get("owner"),
        owned_by=OwnedBy(item["owned_by"]) if "owned_by" in item else None,
        calendar=item.get("calendar"),
        targets=Targets(*item["targets"]),
        contacted_at=item.get("contacted_at"),
        closed_at=item.get("closed_at"),
        first_closed_at=item.get("first_closed_at"),
        reopened_at=item.get("reopened_at"),
        waiting_since=item.get("waiting_since"),
        pauses=tuple((begins, ends) for begins, ends in item.get("pauses", ())),
        outcome=read_outcome(item),
        root_cause=read_root_cause(item),
        round=item["round"],
        breached_contact=item.get("breached_contact", False),
        breached_close=item.get("breached_close", False),
        steps=item.get("steps", frozenset()),
        next_step_at=item.get("next_step_at"),
        responded_again_at=item.get("responded_again_at"),
        responded_again_score=item.get("responded_again_score"),
        changed_at=item.get("changed_at"),
        changed_by=item.get("changed_by"),
        revision=item["v"],
    )


def fact_item(case: str, fact: CaseFact) -> dict[str, Any]:
    """Write a fact that has a revision."""
    if fact.revision is None:
        raise ValueError("a fact without a revision stands in other items")
    return {
        **table_keys.fact_key(case, fact.revision),
        "type": "case fact",
        "kind": fact.kind.value,
        "at": fact.at,
        "actor": fact.actor,
        "from_state": fact.from_state.value if fact.from_state else None,
        "to_state": fact.to_state.value if fact.to_state else None,
        "note": fact.note,
        "owner": fact.owner,
        "outcome": fact.outcome.value if fact.outcome else None,
        "root_cause": fact.root_cause.value if fact.root_cause else None,
        "response": fact.response,
        "extra": dict(fact.extra) or None,
    }


def read_fact(item: Item) -> CaseFact:
    """Read a fact back, or what a response that joined says; KeyError or ValueError if the item is neither."""
    if item["type"] == "joined":
        return CaseFact(
            kind=FactKind.JOINED,
            at=item["joined_at"],
            actor=f"rule:{item['rule']}",
            response=item["response"],
        )
    return CaseFact(
        kind=FactKind(item["kind"]),
        at=item["at"],
        actor=item["actor"],
        from_state=_state(item, "from_state"),
        to_state=_state(item, "to_state"),
        revision=table_keys.revision_of_fact(item["sk"]),
        note=item.get("note"),
        owner=item.get("owner"),
        outcome=read_outcome(item),
        root_cause=read_root_cause(item),
        response=item.get("response"),
        extra=item.get("extra", {}),
    )


def joined_item(alert: Alert, case: str) -> dict[str, Any]:
    """Write that the response of an alert joined a case."""
    return {
        **table_keys.joined_key(case, alert.subject),
        "type": "joined",
        "survey": alert.survey,
        "response": alert.subject,
        "rule": alert.rule,
        "alert": alert.id,
        "joined_at": alert.raised_at,
    }


def _state(item: Item, name: str) -> CaseState | None:
    return CaseState(item[name]) if name in item else None


def read_outcome(item: Item) -> CaseOutcome | None:
    """Read what came of a case."""
    return CaseOutcome(item["outcome"]) if "outcome" in item else None


def read_root_cause(item: Item) -> RootCause | None:
    """Read what was behind a case."""
    return RootCause(item["root_cause"]) if "root_cause" in item else None
