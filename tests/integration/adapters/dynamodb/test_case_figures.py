"""The row and the figures of a case: what does not change is not written."""

from dataclasses import replace

import pytest

from earshot.adapters.dynamodb.case_figures import figures_item, moved, row_item
from earshot.domain.alerts import Alert
from earshot.domain.cases import CaseFigures, CaseState, SubjectKind, figures_of
from earshot.domain.opened_cases import opened_by
from tests.factories import NOON

OPEN = figures_of(opened_by(Alert("demo", "own", "r1", NOON), SubjectKind.ACCOUNT, "acme"))
CONTACTED = replace(OPEN, state=CaseState.CONTACTED, contacted_at=NOON)
CLOSED = replace(OPEN, state=CaseState.RESOLVED, closed_at=NOON)


@pytest.mark.parametrize(
    ("old", "new", "writes"),
    [
        (None, OPEN, ["Put CASES#OPEN", "Put CF#demo#2026-11"]),
        (OPEN, OPEN, []),
        (OPEN, replace(OPEN, score=1), ["Put CASES#OPEN", "Put CF#demo#2026-11"]),
        (OPEN, replace(OPEN, owner="mia"), ["Delete CASES#OPEN", "Put CASES#OPEN", "Put CF#demo#2026-11"]),
        (OPEN, CONTACTED, ["Delete CASES#OPEN", "Put CASES#OPEN", "Put CF#demo#2026-11"]),
        (CONTACTED, replace(CONTACTED, reopened_at=NOON), ["Put CF#demo#2026-11"]),
        (OPEN, CLOSED, ["Delete CASES#OPEN", "Put CF#demo#2026-11"]),
        (CLOSED, replace(CLOSED, responded_again_score=9), ["Put CF#demo#2026-11"]),
        (CLOSED, OPEN, ["Put CASES#OPEN", "Put CF#demo#2026-11"]),
    ],
)
def test_only_what_changes_is_written(old: CaseFigures | None, new: CaseFigures, writes: list[str]) -> None:
    found = [(write.action, write.request.get("Item") or write.request["Key"]) for write in moved(old, new)]
    assert [f"{action} {item['pk']['S']}" for action, item in found] == writes


def test_a_row_sorts_by_owner_and_due_time_and_what_waits_comes_last() -> None:
    waits = replace(CONTACTED, is_waiting=True, owner="mia")
    sorts = [row_item(each)["sk"] for each in (OPEN, replace(CONTACTED, owner="mia"), waits)]
    assert sorts == [
        f"-#0{OPEN.contact_due_at}#{OPEN.id}",
        f"mia#0{OPEN.close_due_at}#{OPEN.id}",
        f"mia#99999999999999#{OPEN.id}",
    ]


def test_figures_sort_by_when_the_case_was_opened() -> None:
    assert figures_item(OPEN)["sk"] == f"0{NOON}#{OPEN.id}"
