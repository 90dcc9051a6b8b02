"""How the figures of a case are stored: a row in the list of the open ones, and for good with those of its month.

Neither has anything of a person or of words, so that they outlive an erasure.
"""

from collections.abc import Iterator
from typing import Any

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.case_items import read_outcome, read_root_cause
from earshot.adapters.dynamodb.table import Item, Write, delete, key_of, put
from earshot.domain.case_settings import Priority
from earshot.domain.cases import CaseFigures, CaseState, SubjectKind, month_of


def row_item(figures: CaseFigures) -> dict[str, Any]:
    """Write the row of an open case: what a list shows."""
    return {
        **table_keys.open_case_key(figures.owner, figures.due_at, figures.id),
        "type": "open case",
        **_shown(figures),
        "due": figures.due_at,
    }


def read_row(item: Item) -> CaseFigures:
    """Read a row back; KeyError or ValueError if the item is none."""
    owner, case = table_keys.read_open_case(item["sk"])
    return _read(item, case, owner)


def figures_item(figures: CaseFigures) -> dict[str, Any]:
    """Write the figures of a case, for its month."""
    return {
        **table_keys.case_figures_key(figures.survey, month_of(figures.opened_at), figures.opened_at, figures.id),
        "type": "case figures",
        **_shown(figures),
        "owner": figures.owner,
        "closed_at": figures.closed_at,
        "first_closed_at": figures.first_closed_at,
        "outcome": figures.outcome.value if figures.outcome else None,
        "root_cause": figures.root_cause.value if figures.root_cause else None,
        "reopened_at": figures.reopened_at,
        "responded_again_at": figures.responded_again_at,
        "responded_again_score": figures.responded_again_score,
    }


def read_figures(item: Item) -> CaseFigures:
    """Read figures back; KeyError or ValueError if the item is none."""
    return _read(item, table_keys.case_of_figures(item["sk"]), item.get("owner"))


def moved(old: CaseFigures | None, new: CaseFigures) -> Iterator[Write]:
    """Yield the writes that turn the figures of a case, and its row if it is open, into others; None: there are none.

    What does not change is not written.
    """
    if old == new:
        return
    row = None if old is None or old.state.is_closed else row_item(old)
    then = None if new.state.is_closed else row_item(new)
    if row is not None and (then is None or key_of(then) != key_of(row)):
        yield delete(key_of(row))
    if then is not None and then != row:
        yield put(then)
    if old is None or figures_item(old) != figures_item(new):
        yield put(figures_item(new))


def _shown(figures: CaseFigures) -> dict[str, Any]:
    return {
        "survey": figures.survey,
        "subject": figures.subject.value,
        "opened_at": figures.opened_at,
        "rule": figures.rule,
        "account": figures.account,
        "score": figures.score,
        "priority": figures.priority.value,
        "state": figures.state.value,
        "waits": figures.is_waiting or None,
        "calendar": figures.calendar,
        "contact_due_at": figures.contact_due_at,
        "contacted_at": figures.contacted_at,
        "close_due_at": figures.close_due_at,
        "round": figures.round,
        "breached_contact": figures.breached_contact or None,
        "breached_close": figures.breached_close or None,
    }


def _read(item: Item, case: str, owner: str | None) -> CaseFigures:
    return CaseFigures(
        id=case,
        survey=item["survey"],
        subject=SubjectKind(item["subject"]),
        opened_at=item["opened_at"],
        contact_due_at=item["contact_due_at"],
        close_due_at=item["close_due_at"],
        rule=item.get("rule"),
        account=item.get("account"),
        score=item.get("score"),
        priority=Priority(item["priority"]),
        state=CaseState(item["state"]),
        is_waiting=item.get("waits", False),
        owner=owner,
        calendar=item.get("calendar"),
        contacted_at=item.get("contacted_at"),
        closed_at=item.get("closed_at"),
        first_closed_at=item.get("first_closed_at"),
        outcome=read_outcome(item),
        root_cause=read_root_cause(item),
        round=item["round"],
        breached_contact=item.get("breached_contact", False),
        breached_close=item.get("breached_close", False),
        reopened_at=item.get("reopened_at"),
        responded_again_at=item.get("responded_again_at"),
        responded_again_score=item.get("responded_again_score"),
    )
