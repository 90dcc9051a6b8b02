"""Recording: counts equal a recount at every instant, whatever arrives and whatever breaks."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earshot.domain.errors import BusyError
from earshot.domain.response import Alias
from earshot.domain.statement import Rank, StatementKind
from earshot.domain.submission import Submission
from earshot.ports.ledger import Change, Refusal, Verdict
from earshot.services.responses.record_responses import record
from tests.factories import DAY, NOON, make_submission, make_survey, uuid7
from tests.fakes.crash import CrashError
from tests.fakes.fake_time import no_pause
from tests.fakes.ledger import InMemoryLedger
from tests.fakes.people import InMemoryPeople
from tests.fakes.surveys import InMemorySurveys


@pytest.fixture
def ledger() -> InMemoryLedger:
    return InMemoryLedger()


@pytest.fixture
def surveys() -> InMemorySurveys:
    return InMemorySurveys(make_survey(segments=("plan",), open_segments=("plan",)))


def run(submissions: Sequence[Submission], ledger: InMemoryLedger, surveys: InMemorySurveys) -> set[int]:
    failed = record(submissions, surveys=surveys, ledger=ledger, people=InMemoryPeople(ledger), pause=no_pause)
    assert ledger.counted() == ledger.recount()
    return failed


def test_a_batch_of_ninety_nine_is_one_transaction_of_a_hundred_items(
    ledger: InMemoryLedger, surveys: InMemorySurveys
) -> None:
    batch = [make_submission(id=uuid7(seed=str(n))) for n in range(100)]
    assert run(batch, ledger, surveys) == set()
    assert [len(chunk) for chunk in ledger.commits] == [99, 1]
    assert ledger.sums["demo", "all", "2026-11-21"][9] == 100


def test_the_same_response_twice_in_a_batch_and_again_later_counts_once(
    ledger: InMemoryLedger, surveys: InMemorySurveys
) -> None:
    run([make_submission(), make_submission()], ledger, surveys)
    run([make_submission()], ledger, surveys)
    assert ledger.sums["demo", "all", "2026-11-21"][9] == 1


def test_the_earliest_final_response_wins(ledger: InMemoryLedger, surveys: InMemorySurveys) -> None:
    run([make_submission(3, received_at=NOON)], ledger, surveys)
    run([make_submission(9, received_at=NOON + 5)], ledger, surveys)
    assert ledger.sums["demo", "all", "2026-11-21"][3] == 1
    assert sum(ledger.sums["demo", "all", "2026-11-21"]) == 1


def test_a_final_response_replaces_the_partial_one(ledger: InMemoryLedger, surveys: InMemorySurveys) -> None:
    run([make_submission(3, kind=StatementKind.PARTIAL)], ledger, surveys)
    run([make_submission(9, received_at=NOON + 5)], ledger, surveys)
    assert ledger.sums["demo", "all", "2026-11-21"] == [0] * 9 + [1, 0]


def test_every_retry_of_a_wrong_clock_meets_its_first_response(
    ledger: InMemoryLedger, surveys: InMemorySurveys
) -> None:
    wrong = uuid7(NOON - 30 * DAY)
    for later in (0, 1, DAY):
        run([make_submission(id=wrong, received_at=NOON + later, first_received=NOON + later)], ledger, surveys)
    assert sum(sum(counts) for counts in ledger.sums.values()) == 1
    assert isinstance(ledger.items["demo", wrong], Alias)


def test_nothing_brings_an_erased_response_back(ledger: InMemoryLedger, surveys: InMemorySurveys) -> None:
    run([make_submission(None, kind=StatementKind.ERASED, received_at=NOON + 9)], ledger, surveys)
    run([make_submission(3), make_submission(9, kind=StatementKind.CHANGED_WITH_KEY)], ledger, surveys)
    assert ledger.counted() == {}


def test_a_spoiled_change_fails_alone(ledger: InMemoryLedger, surveys: InMemorySurveys) -> None:
    batch = [make_submission(id=uuid7(seed=str(n))) for n in range(50)]
    batch[17] = make_submission(id=uuid7(seed="17"), comment="\ud800")
    assert run(batch, ledger, surveys) == {17}
    assert ledger.sums["demo", "all", "2026-11-21"][9] == 49


def test_an_unknown_survey_fails_alone(ledger: InMemoryLedger, surveys: InMemorySurveys) -> None:
    assert run([make_submission(survey="gone"), make_submission()], ledger, surveys) == {0}
    assert sum(ledger.sums["demo", "all", "2026-11-21"]) == 1


def test_a_competitor_is_waited_for(ledger: InMemoryLedger, surveys: InMemorySurveys) -> None:
    busy = [[Refusal(Verdict.BUSY)], [Refusal(Verdict.BUSY)]]
    ledger.before = lambda _: busy.pop() if busy else None
    assert run([make_submission()], ledger, surveys) == set()
    assert len(ledger.commits) == 3


def test_a_table_that_stays_away_fails_the_messages_and_loses_none(
    ledger: InMemoryLedger, surveys: InMemorySurveys
) -> None:
    def away(_: Sequence[Change]) -> None:
        raise BusyError("away")

    ledger.before = away
    assert run([make_submission(), make_submission(id=uuid7(seed="b"))], ledger, surveys) == {0, 1}


def test_new_values_get_a_series_until_there_are_too_many(ledger: InMemoryLedger) -> None:
    values = frozenset(str(number) for number in range(199))
    surveys = InMemorySurveys(make_survey(segments=("plan",), values={"plan": values}))
    for number, plan in enumerate(("x", "y", "x", "3")):
        run([make_submission(id=uuid7(seed=str(number)), properties={"plan": plan}, rank=Rank.KEYED)], ledger, surveys)
    series = {series: sum(counts) for (_, series, _), counts in ledger.sums.items()}
    assert series == {"all": 4, "plan=x": 2, "plan=(other)": 1, "plan=3": 1}


def test_a_person_is_led_to_each_response_and_no_longer_when_it_is_erased(
    ledger: InMemoryLedger, surveys: InMemorySurveys
) -> None:
    run([make_submission(person="ann"), make_submission(id=uuid7(seed="b"), person="ann")], ledger, surveys)
    assert {pointer[3] for pointer in ledger.pointers} == {uuid7(), uuid7(seed="b")}
    run([make_submission(None, kind=StatementKind.ERASED, received_at=NOON + 9)], ledger, surveys)
    assert {pointer[3] for pointer in ledger.pointers} == {uuid7(seed="b")}


def test_the_zone_is_fixed_before_the_first_day_is_given(ledger: InMemoryLedger) -> None:
    surveys = InMemorySurveys(make_survey(zone_is_fixed=False))
    run([make_submission()], ledger, surveys)
    assert surveys.surveys["demo"].zone_is_fixed


# Of two persons under one id each has a response; one of nobody goes to the one that holds the id, as does its erasure.
SENDERS: list[tuple[str | None, ...]] = [(None, "ann"), ("ann", "bob")]


def submissions_of(*names: str | None) -> st.SearchStrategy[Submission]:
    kinds = StatementKind if None in names else [kind for kind in StatementKind if kind.has_person]
    return st.builds(
        a_submission,
        score=st.integers(0, 10),
        kind=st.sampled_from([StatementKind.PARTIAL, StatementKind.FINAL, StatementKind.FINAL, *kinds]),
        rank=st.sampled_from(Rank),
        seed=st.sampled_from("abc"),
        ahead=st.integers(0, 5),
        plan=st.sampled_from([None, "free", "pro"]),
        person=st.sampled_from(names),
        clock=st.sampled_from([0, -1000, -9 * DAY]),
    )


def a_submission(score: int, kind: StatementKind, seed: str, ahead: int, plan: str | None, **more: Any) -> Submission:
    person, clock, rank = more["person"], more["clock"], more["rank"]
    return make_submission(
        None if kind is StatementKind.ERASED else score,
        kind=kind,
        rank=rank,
        id=uuid7(NOON + clock, seed),
        received_at=NOON + ahead,
        first_received=NOON + ahead,
        properties={} if kind.is_anonymized or plan is None else {"plan": plan},
        person=person if kind.has_person else None,
    )


class Fate:
    """What befalls each commit of a history, one draw after the other."""

    def __init__(self, draws: list[str]) -> None:
        self.draws = draws

    def before(self, changes: Sequence[Change]) -> list[Refusal] | None:
        match self.draws.pop() if self.draws else "fine":
            case "crash before":
                raise CrashError
            case "conflict":
                return [Refusal(Verdict.BUSY) for _ in changes]
            case "away":
                raise BusyError("away")
            case "crash after":
                self.after_next = True
        return None

    after_next = False

    def after(self, _: Sequence[Change]) -> None:
        if self.after_next:
            self.after_next = False
            raise CrashError


fates = st.lists(st.sampled_from(["fine", "crash before", "crash after", "conflict", "away"]), max_size=12)


@settings(max_examples=300, deadline=None)
@given(
    st.one_of([st.lists(submissions_of(*names), min_size=1, max_size=12) for names in SENDERS]),
    fates,
    st.randoms(use_true_random=False),
    st.integers(1, 5),
)
def test_counts_equal_a_recount_in_every_history(history, draws, chance, size) -> None:  # type: ignore[no-untyped-def]
    ledger, surveys = InMemoryLedger(), InMemorySurveys(make_survey(segments=("plan",), open_segments=("plan",)))
    fate = Fate(draws)
    ledger.before, ledger.after = fate.before, fate.after
    waiting = [history[start : start + size] for start in range(0, len(history), size)] * 2
    chance.shuffle(waiting)
    while waiting:
        batch = waiting.pop()
        try:
            failed = record(batch, surveys=surveys, ledger=ledger, people=InMemoryPeople(ledger), pause=no_pause)
        except CrashError:
            failed = set(range(len(batch)))
        assert ledger.counted() == ledger.recount()
        if failed:
            waiting.insert(0, [batch[place] for place in sorted(failed)])
    calm_ledger = InMemoryLedger()
    calm_surveys = InMemorySurveys(make_survey(segments=("plan",), open_segments=("plan",)))
    record(history, surveys=calm_surveys, ledger=calm_ledger, people=InMemoryPeople(calm_ledger), pause=no_pause)
    assert statements(ledger) == statements(calm_ledger)


def statements(ledger: InMemoryLedger) -> list[tuple[object, ...]]:
    """Return what is stored of each response; its id and day depend on who came first, and may differ."""
    rows = [item for item in ledger.items.values() if not isinstance(item, Alias)]
    series = [row.series if row.kind.has_person else () for row in rows]
    # Between changes the rank decides nothing, so of two that say the same at the same time either may give it.
    ranks = [row.statement.rank if row.kind.is_ranked else None for row in rows]
    stands = [(row.kind, row.score, row.statement.received_at, row.person or "") for row in rows]
    return sorted(zip(stands, ranks, series, strict=True), key=repr)
