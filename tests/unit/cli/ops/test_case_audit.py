"""`earshot audit`: cases put together from their facts, compared with what they are and with how they are measured."""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.domain.case_facts import HANDED_OVER_FROM, CaseChange, FactKind
from earshot.domain.cases import Case, CaseFigures, CaseOutcome, CaseState, OwnedBy, RootCause
from earshot.domain.errors import ConflictError, InvalidError
from earshot_cli.client import Client
from earshot_cli.ops.case_audit import BY_FACTS, CaseAudit, read_figures, recount
from tests.factories import DAY, NOON
from tests.unit.cli.conftest import Run
from tests.unit.cli.fake_cases import FakeCases
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
    ],
)
def test_figures_that_drifted_from_their_case_are_found(
    earshot: FakeEarshot, story: Case, fast: None, change: Callable[[CaseFigures], CaseFigures | None], what: str
) -> None:
    earshot.cases.cases.differing = lambda figures: change(figures) if figures.id == story.id else figures
    assert what in audit(earshot)


def test_an_open_case_without_figures_is_found(earshot: FakeEarshot, story: Case, fast: None) -> None:
    earshot.cases.cases.differing = lambda figures: None if figures.state is CaseState.OPEN else figures
    assert "all opened" in audit(earshot)


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


@st.composite
def changes(draw: st.DrawFn) -> CaseChange:
    """Make anything that may happen to a case, in an order that it may be in or not."""
    kind = draw(st.sampled_from([each for each in FactKind if each not in (FactKind.OPENED, FactKind.JOINED)]))
    note = "rang" if kind not in (FactKind.STEP, FactKind.MOVED) else None
    if kind.closes:
        outcome, cause = draw(st.sampled_from(CaseOutcome)), draw(st.sampled_from(RootCause))
        return CaseChange(kind, note, outcome=outcome, root_cause=cause)
    if kind in (FactKind.ASSIGNED, FactKind.HANDED_OVER) or (kind is FactKind.REOPENED and draw(st.booleans())):
        owner = draw(st.sampled_from(["mia", "bo"] if kind is FactKind.ASSIGNED else ["mia", "bo", None]))
        extra = {HANDED_OVER_FROM: "ann"} if kind is FactKind.REOPENED else {}
        return CaseChange(kind, note, owner=owner, owned_by=OwnedBy.DEPUTY if owner else None, extra=extra)
    if kind is FactKind.MOVED:
        return CaseChange(kind, contact_due_at=NOON + draw(st.integers(0, 90)) * HOUR)
    if kind is FactKind.RESPONDED_AGAIN:
        return CaseChange(kind, extra={"at": NOON + draw(st.integers(0, 90)) * HOUR, "score": draw(st.integers(0, 10))})
    if kind is FactKind.RESPONSE_CHANGED:
        return CaseChange(kind, extra={"score": draw(st.integers(0, 10))})
    return CaseChange(kind, note)


@given(st.lists(st.tuples(changes(), st.integers(0, 30)), max_size=25), st.sampled_from([None, "mia"]))
def test_whatever_happened_to_a_case_its_figures_are_those_of_its_facts(
    story: list[tuple[CaseChange, int]], owner: str | None
) -> None:
    calls, at = FakeCases(), NOON
    case = calls.open("ann", owner=owner)
    for change, hours in story:
        at += hours * HOUR
        with suppress(ConflictError, InvalidError):
            case = calls.change(case, change, at)
    (figures,) = calls.cases.figures("demo", "2026-11")
    shown = calls.reply([case.id], {})
    assert {name: recount(shown)[name] for name in BY_FACTS} == {name: shown[name] for name in BY_FACTS}
    assert replace(read_figures(shown), rule=figures.rule, priority=figures.priority) == figures
