"""`earshot audit`: cases put together from their facts, compared with what they are and with how they are measured."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from earshot.domain.case_facts import CaseChange, FactKind
from earshot.domain.cases import Case, CaseFigures, CaseOutcome, CaseState, OwnedBy, RootCause
from earshot_cli.client import Client
from earshot_cli.ops.case_audit import CaseAudit
from tests.factories import DAY, NOON
from tests.unit.cli.conftest import Run
from tests.unit.cli.fake_earshot import KEY, FakeEarshot

HOUR = DAY // 24
CONTACTED = CaseChange(FactKind.CONTACTED)
RESOLVED = CaseChange(FactKind.RESOLVED, outcome=CaseOutcome.EXPLAINED, root_cause=RootCause.PRICE)
STORY = (
    CONTACTED,
    CaseChange(FactKind.WAITING),
    CaseChange(FactKind.RESUMED),
    CaseChange(FactKind.ASSIGNED, note="they are away", owner="bo"),
    RESOLVED,
    CaseChange(FactKind.REOPENED),
    CaseChange(FactKind.NOTE, note="rang"),
    CaseChange(FactKind.HANDED_OVER, owner="mia", owned_by=OwnedBy.DEPUTY),
    CaseChange(FactKind.WAITING),
    CaseChange(FactKind.UNREACHABLE, note="nobody", root_cause=RootCause.OTHER),
    CaseChange(FactKind.RESPONDED_AGAIN, extra={"at": NOON + 40 * HOUR, "score": 8}),
)


@pytest.fixture
def story(earshot: FakeEarshot) -> Case:
    """Make a survey with a case of which everything happened, one that is closed, and one that nobody touched."""
    earshot.add_survey()
    cases = earshot.cases
    case = cases.open("ann", owner="mia")
    for hour, change in enumerate(STORY, start=1):
        case = cases.change(case, change, NOON + hour * HOUR)
    cases.change(cases.open("bob"), RESOLVED, NOON + 30 * HOUR)
    cases.open("cid", owner="bo", score=5)
    return case


def audit(earshot: FakeEarshot) -> list[str]:
    run = CaseAudit(Client(earshot.url, KEY), "demo")
    assert list(run.read())[-1:] == [run.number]
    return [each.what for each in run.differences()]


def test_cases_are_what_their_facts_say(earshot: FakeEarshot, story: Case, run: Run) -> None:
    result = run("audit", "demo")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[1] == "demo: figures equal a recount of 3 cases by their facts."
    assert audit(earshot) == []


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda case: replace(case, closed_at=NOON + 99 * HOUR), "closed_at"),
        (lambda case: replace(case, first_closed_at=NOON), "first_closed_at"),
        (lambda case: replace(case, contacted_at=NOON), "contacted_at"),
        (lambda case: replace(case, state=CaseState.NO_ACTION), "state"),
        (lambda case: replace(case, root_cause=RootCause.PEOPLE), "root_cause"),
        (lambda case: replace(case, owner="bo"), "owner"),
        (lambda case: replace(case, round=1), "round"),
        (lambda case: replace(case, responded_again_score=2), "responded_again"),
        (lambda case: replace(case, reopened_at=None), "reopened_at"),
    ],
)
def test_a_case_that_is_not_what_its_facts_say_is_found(
    earshot: FakeEarshot, story: Case, fast: None, change: Callable[[Case], Case], what: str
) -> None:
    earshot.cases.cases.kept[story.id] = change(story)
    assert f"case {story.id} {what}" in audit(earshot)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda figures: replace(figures, closed_at=None, state=CaseState.CONTACTED), "all opened"),
        (lambda figures: replace(figures, score=9), "band 9-10 opened"),
        (lambda figures: replace(figures, owner="zoe"), "owner zoe opened"),
        (lambda figures: replace(figures, responded_again_score=3), "all recovery.closed.recovered"),
        (lambda figures: replace(figures, reopened_at=None), "all reopened.count"),
        (lambda figures: replace(figures, breached_close=True), "all breaches.close.count"),
        (lambda figures: replace(figures, root_cause=RootCause.PEOPLE), "all root_causes.people"),
        (lambda figures: replace(figures, contacted_at=NOON), "owner mia time_to_contact.hours.median"),
        (lambda _: None, "all opened"),
    ],
)
def test_figures_that_drifted_from_their_case_are_found(
    earshot: FakeEarshot, story: Case, fast: None, change: Callable[[CaseFigures], CaseFigures | None], what: str
) -> None:
    earshot.cases.cases.differing = lambda figures: change(figures) if figures.id == story.id else figures
    assert what in audit(earshot)


def test_each_difference_is_a_line_and_the_exit_code_is_1(
    earshot: FakeEarshot, story: Case, fast: None, run: Run
) -> None:
    earshot.cases.cases.kept[story.id] = replace(story, owner="bo")
    result = run("audit", "demo")
    assert result.exit_code == 1
    assert f"case {story.id} owner: kept bo, recounted mia" in result.stdout
    assert "differ from a recount of 3 cases by their facts." in result.stdout
    found = json.loads(run("audit", "demo", "--json").stdout)
    assert (found["equal"], found["cases"]["equal"], found["cases"]["cases"]) == (True, False, 3)
    assert {"what": f"case {story.id} owner", "kept": "bo", "recounted": "mia"} in found["cases"]["differences"]


def test_a_case_that_changes_between_two_looks_is_no_difference(earshot: FakeEarshot, story: Case, fast: None) -> None:
    changes = [lambda: earshot.cases.open("dan"), lambda: earshot.cases.open("eve")]

    def one_more() -> None:
        if changes:
            changes.pop()()

    earshot.cases.before_measures = one_more
    assert audit(earshot) == []


def test_a_case_with_more_changes_than_are_shown_is_taken_as_it_is(earshot: FakeEarshot, story: Case) -> None:
    case = earshot.cases.open("fay")
    for minute in range(210):
        change = CONTACTED if minute == 1 else CaseChange(FactKind.NOTE, note="rang")
        case = earshot.cases.change(case, change, NOON + minute)
    assert audit(earshot) == []


def test_without_the_scope_of_cases_counts_are_recounted_all_the_same(earshot: FakeEarshot, run: Run) -> None:
    earshot.add_survey()
    earshot.without_cases = True
    result = run("audit", "demo")
    assert result.exit_code == 0
    assert "cases:read" in result.stderr
    assert "case" not in result.stdout
    assert json.loads(run("audit", "demo", "--json").stdout)["cases"] is None
