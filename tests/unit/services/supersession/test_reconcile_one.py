"""Latest per person: whatever happened, each window holds what sorting and taking each person's last would leave."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from earshot.domain.errors import EarshotError
from earshot.domain.response import Response
from earshot.domain.score import Histogram
from earshot.domain.statement import StatementKind
from earshot.domain.submission import Submission
from earshot.domain.window import rolling
from earshot.ports.ledger import Change, Refusal, Verdict
from earshot.services.people import erase_person
from earshot.services.people.erase_person import ErasePersonDeps
from earshot.services.responses import revise_response
from earshot.services.responses.record_responses import record
from earshot.services.responses.revise_response import Target, correct
from earshot.services.scores.report_score import Basis, ScoreScope, report
from earshot.services.scores.report_trend import Period, report_trend
from tests.factories import DAY, NOON, make_submission, make_survey, uuid7
from tests.fakes.alerts import no_alerts, no_alerts_on_people
from tests.fakes.crash import CrashError
from tests.fakes.fake_time import no_pause
from tests.fakes.invitations import InMemoryInvitations
from tests.fakes.keys import hash_key
from tests.fakes.ledger import InMemoryLedger
from tests.fakes.people import InMemoryPeople, InMemorySuppressions
from tests.fakes.surveys import InMemorySurveys

TODAY = date(2026, 11, 21)
SURVEY = make_survey(segments=("plan",), values={"plan": frozenset({"free", "pro"})})


class World:
    """A survey, its people, and what an independent bookkeeper knows of the anonymized ones."""

    def __init__(self) -> None:
        self.surveys = InMemorySurveys(SURVEY)
        self.ledger = InMemoryLedger()
        self.people = InMemoryPeople(self.ledger)
        self.anonymized: dict[str, str | None] = {}
        self.ports: dict[str, Any] = {"ledger": self.ledger, "people": self.people, "pause": no_pause}

    def record(self, *submissions: Submission) -> set[int]:
        return record(submissions, surveys=self.surveys, **self.ports)

    def respond(self, score: int, age: int, seed: str = "", **more: Any) -> Submission:
        """Record a response that is so many days old."""
        submission = respond(score, age, seed, **more)
        assert self.record(submission) == set()
        return submission

    def find(self, submission: Submission) -> Response:
        found = self.ledger.find(submission.survey, submission.id)
        assert found is not None
        return found

    def correct(self, submission: Submission, **changes: Any) -> None:
        correct(
            Target(submission.survey, submission.id, NOON + DAY, "", "0f1e2d3c4b5a"),
            changes,
            surveys=self.surveys,
            **self.ports,
        )

    def erase(self, submission: Submission) -> None:
        target, invitations = (
            Target(submission.survey, submission.id, NOON + DAY, "", "0f1e2d3c4b5a"),
            InMemoryInvitations(),
        )
        revise_response.erase(target, surveys=self.surveys, invitations=invitations, alerts=no_alerts(), **self.ports)

    def erase_person(self, person: str, *, subtract: bool) -> None:
        if not subtract:
            self.anonymized |= self.links(person)
        more: dict[str, Any] = {"suppressions": InMemorySuppressions(), "invitations": InMemoryInvitations(self.people)}
        erasure = erase_person.Erasure(person, subtract, NOON + DAY, "", unknown=True)
        deps = ErasePersonDeps(hash_key=hash_key, **no_alerts_on_people(), **more, **self.ports)
        erase_person.erase(erasure, lambda: True, deps)

    def kept(self) -> list[Response]:
        rows = [row for row in self.ledger.items.values() if isinstance(row, Response) and row.counts]
        return sorted(rows, key=lambda row: (row.responded_at, row.id))

    def links(self, person: str) -> dict[str, str | None]:
        """Return for each response of a person the day of the next one."""
        mine = [row for row in self.kept() if row.person == person]
        following = [*(row.day for row in mine[1:]), None]
        return {row.id: day for row, day in zip(mine, following, strict=False)}

    def by_hand(self, first: str, end: str, series: str) -> Histogram:
        """Sort, take each person's last in the window, and count those of the series."""
        latest: dict[str, Response] = {}
        for row in self.kept():
            following = self.anonymized.get(row.id)
            is_passed = row.kind is StatementKind.ANONYMISED and following is not None and following < end
            if first <= row.day < end and not is_passed:
                latest[row.person or row.id] = row
        return Histogram.of(row.score or 0 for row in latest.values() if series in ("all", *row.series))

    def assert_exact(self, windows: Sequence[tuple[str, date]]) -> None:
        """Compare every link, and every series of every window, with the count by hand."""
        assert self.ledger.counted() == self.ledger.recount()
        for row in self.kept():
            expected = self.anonymized.get(row.id) if row.person is None else self.links(row.person)[row.id]
            assert row.superseded_on == expected, row
        for length, as_of in windows:
            for segment in (None, ("plan", "pro"), ("plan", "free")):
                self.assert_window(ScoreScope((SURVEY,), segment, Basis.LATEST), length, as_of)

    def assert_window(self, population: ScoreScope, length: str, as_of: date) -> None:
        series = "=".join(population.segment or ["all"])
        score = report(population, rolling(length, as_of), counts=self.ledger)
        window = rolling(length, as_of)
        assert score.histogram == self.by_hand(window.start.isoformat(), window.end.isoformat(), series)
        if before := window.previous:
            assert score.previous == self.by_hand(before.start.isoformat(), before.end.isoformat(), series)
        trend = report_trend(population, Period(length, as_of, as_of + timedelta(1)), counts=self.ledger).daily_scores
        held = score.histogram
        assert (trend.promoters, trend.detractors) == ([held.promoters], [held.detractors])
        assert trend.responses == [held.responses]


def respond(score: int, age: int, seed: str = "", **more: Any) -> Submission:
    time = NOON - age * DAY
    fields = {"id": uuid7(time, f"{seed}{score}{age}"), "person": "ann", "received_at": time, "first_received": time}
    return make_submission(score, **(fields | more))


def latest(world: World, length: str = "30d") -> list[int]:
    population = ScoreScope((SURVEY,), None, Basis.LATEST)
    counts = report(population, rolling(length, TODAY), counts=world.ledger).histogram.counts
    return [score for score, count in enumerate(counts) for _ in range(count)]


LENGTHS = ("1d", "3d", "30d", "month", "quarter", "all")
EVERY = [(length, TODAY - timedelta(ago)) for length in LENGTHS for ago in range(6)]


@pytest.fixture
def world() -> World:
    return World()


def test_of_a_person_the_latest_response_in_the_window_counts(world: World) -> None:
    world.respond(0, 4)
    world.respond(10, 2)
    world.respond(7, 1, person="bob")
    assert latest(world) == [7, 10]
    world.assert_exact(EVERY)


def test_before_the_later_response_the_earlier_one_was_the_latest(world: World) -> None:
    world.respond(0, 4)
    world.respond(10, 2)
    population = ScoreScope((SURVEY,), None, Basis.LATEST)
    score = report(population, rolling("30d", TODAY - timedelta(3)), counts=world.ledger)
    assert score.histogram == Histogram.of([0])


def test_anonymous_responses_are_each_their_own_respondent(world: World) -> None:
    for age in range(3):
        world.respond(5, age, person=None)
    assert latest(world) == [5, 5, 5]


def test_a_response_that_comes_late_takes_its_place_between_the_others(world: World) -> None:
    world.respond(0, 5)
    world.respond(10, 1)
    world.respond(4, 3)
    assert [row.superseded_on for row in world.kept()] == ["2026-11-18", "2026-11-20", None]
    world.assert_exact(EVERY)


def test_responses_of_one_day_follow_one_another_too(world: World) -> None:
    for second in (3, 1, 2):
        world.respond(second, 0, received_at=NOON + second * 1000, id=uuid7(NOON + second * 1000))
    assert latest(world, "1d") == [3]
    world.assert_exact(EVERY)


def test_an_erased_response_gives_its_place_to_the_one_before(world: World) -> None:
    world.respond(0, 5)
    middle, last = world.respond(4, 3), world.respond(10, 1)
    world.erase(middle)
    assert [row.superseded_on for row in world.kept()] == ["2026-11-20", None]
    world.erase(last)
    assert latest(world) == [0]
    world.assert_exact(EVERY)


def test_what_is_excluded_gives_its_place_away_and_takes_it_again_when_it_is_included(world: World) -> None:
    first, middle, last = world.respond(0, 5), world.respond(4, 3), world.respond(10, 1)
    for submission in (middle, last):
        world.correct(submission, excluded=True, reason="a test")
    assert (latest(world), world.find(first).superseded_on) == ([0], None)
    world.correct(middle, excluded=False, reason="no test")
    assert (latest(world), world.find(first).superseded_on) == ([4], "2026-11-18")
    world.correct(last, excluded=False, reason="no test")
    assert latest(world) == [10]
    world.assert_exact(EVERY)


def test_a_corrected_score_is_the_one_that_was_superseded(world: World) -> None:
    submission = world.respond(0, 5)
    world.respond(4, 3)
    world.correct(submission, score=9)
    world.assert_exact(EVERY)
    assert latest(world) == [4]


def test_another_persons_response_under_the_same_id_is_linked_to_their_own(world: World) -> None:
    world.respond(0, 5)
    world.respond(10, 1)
    world.respond(8, 2, person="bob")
    partial = world.respond(4, 3, kind=StatementKind.PARTIAL)
    world.respond(6, 3, id=partial.id, received_at=partial.first_received + 1, person="bob")
    assert sorted((row.score, row.person, row.superseded_on) for row in world.kept()) == [
        (0, "ann", "2026-11-18"),
        (4, "ann", "2026-11-20"),
        (6, "bob", "2026-11-19"),
        (8, "bob", None),
        (10, "ann", None),
    ]
    world.assert_exact(EVERY)


def test_a_response_that_a_lesser_statement_gives_a_person_is_linked_to_theirs(world: World) -> None:
    world.respond(0, 5)
    final = world.respond(6, 3, person=None)
    world.respond(4, 3, id=final.id, kind=StatementKind.PARTIAL)
    assert [(row.score, row.person, row.superseded_on) for row in world.kept()] == [
        (0, "ann", "2026-11-18"),
        (6, "ann", None),
    ]
    world.assert_exact(EVERY)


def test_a_withdrawn_response_counts_for_nobody_until_it_is_given_again(world: World) -> None:
    world.respond(0, 5)
    submission = world.respond(10, 1)
    changed: dict[str, Any] = {"id": submission.id, "kind": StatementKind.CHANGED_BY_RESPONDENT}
    world.respond(0, 1, **changed)
    world.record(make_submission(None, **changed, person="ann", received_at=NOON + 1, first_received=NOON + 1))
    assert latest(world) == [0]
    world.respond(9, 0, **changed, received_at=NOON + 2, first_received=NOON + 2)
    assert latest(world) == [9]
    world.assert_exact(EVERY)


@pytest.mark.parametrize("subtract", [False, True])
def test_an_anonymized_person_counts_as_before_or_not_at_all(world: World, subtract: bool) -> None:
    for score, age in ((0, 5), (4, 3), (10, 1)):
        world.respond(score, age)
    world.erase_person("ann", subtract=subtract)
    assert latest(world) == ([] if subtract else [10])
    world.assert_exact(EVERY)


def test_a_first_response_costs_no_write_and_a_repeated_one_a_transaction(world: World) -> None:
    world.respond(0, 5)
    assert len(world.ledger.commits) == 1
    world.respond(4, 3)
    assert [len(commit) for commit in world.ledger.commits] == [1, 1, 1]
    assert world.ledger.cells.keys() == {("demo", "all", "2026-11-16", "2026-11-18")}


def test_a_crash_between_the_write_and_the_link_is_healed_by_the_redelivery(world: World) -> None:
    world.respond(0, 5)
    submission = respond(10, 1)

    def crash(call: str) -> None:
        if call == "latest_responses":
            raise CrashError

    world.people.before = crash
    with pytest.raises(CrashError):
        world.record(submission)
    assert latest(world) == [0, 10]
    world.people.before = lambda _: None
    assert world.record(submission) == set()
    assert latest(world) == [10]


def test_people_whose_responses_never_hold_still_leave_the_message_for_later(world: World) -> None:
    world.respond(0, 5)
    world.ledger.before = lambda changes: [Refusal(Verdict.BUSY) for _ in changes] if changes[0].old else None
    assert world.record(respond(10, 1)) == {0}
    world.ledger.before = lambda _: None
    assert world.record(respond(10, 1)) == set()
    assert latest(world) == [10]


def test_what_there_is_no_time_to_link_is_written_and_comes_again(world: World) -> None:
    submissions = [respond(0, 5), respond(1, 4), respond(2, 3, person="ben")]
    looked = iter([True, False])
    assert record(submissions, surveys=world.surveys, has_time=lambda: next(looked), **world.ports) == {2}
    assert len(world.kept()) == 3
    assert world.record(*submissions) == set()
    world.assert_exact(EVERY)


def test_a_single_response_costs_one_read_of_pointers_and_nothing_else(world: World) -> None:
    calls: list[str] = []
    world.people.before = calls.append
    world.respond(9, 1)
    assert calls.count("latest_responses") == 1
    assert not {"responses_before", "responses_after"} & set(calls)


def test_a_response_that_one_batch_gives_to_two_people_is_linked_to_its_final_owner(world: World) -> None:
    world.respond(0, 5, "first", person="ben")
    first = respond(3, 2, "same", person="ann")
    later = replace(first, statement=replace(first.statement, person="ben", kind=StatementKind.CHANGED_WITH_KEY))
    assert world.record(first, later) == set()
    world.assert_exact(EVERY)


def test_a_response_that_was_removed_while_another_was_linked_to_it_leaves_no_link(world: World) -> None:
    """The remover looked before the response in front of it came, and that one's link is written after the removal."""
    last = world.respond(10, 1)
    early = respond(0, 5)
    met: list[str] = []

    def meanwhile(changes: Sequence[Change]) -> None:
        if changes[0].new.superseded_on and not met:
            met.append("commit")
            world.erase(last)

    world.ledger.before = meanwhile
    assert world.record(early) == set()
    assert met
    assert world.find(early).superseded_on is None
    world.assert_exact(EVERY)


def test_a_response_that_was_linked_to_one_while_that_was_being_removed_leaves_no_link(world: World) -> None:
    """The response in front came after the remover's look, and before its write: only the second look can find it."""
    last, early = world.respond(10, 1), respond(0, 5)
    met: list[str] = []

    def meanwhile(_: Sequence[Change]) -> None:
        if not met:
            met.append("commit")
            assert world.record(early) == set()

    world.ledger.before = meanwhile
    world.erase(last)
    assert met
    assert world.find(early).superseded_on is None
    world.assert_exact(EVERY)


def test_a_withdrawn_response_that_a_key_gives_a_score_again_takes_its_place(world: World) -> None:
    world.respond(0, 5)
    submission = world.respond(10, 1)
    gone: dict[str, Any] = {
        "kind": StatementKind.CHANGED_BY_RESPONDENT,
        "received_at": NOON + 1,
        "first_received": NOON + 1,
    }
    world.record(make_submission(None, id=submission.id, person="ann", **gone))
    world.correct(submission, score=4)
    assert latest(world) == [4]
    world.assert_exact(EVERY)


@pytest.mark.parametrize("order", ["oldest first", "newest first", "shuffled"])
def test_a_history_of_one_person_that_comes_at_once_is_linked_at_once(world: World, order: str) -> None:
    submissions = [respond(age % 11, age) for age in range(60, 0, -1)]
    if order == "shuffled":
        Random(7).shuffle(submissions)
    assert world.record(*(submissions[::-1] if order == "newest first" else submissions)) == set()
    world.assert_exact(EVERY)


class History:
    """A random history: crashes, conflicts, and a competitor who does something of their own between any two calls."""

    names: Sequence[str | None] = ("ann", "ann", "ann", "bob", None)
    most = 5

    def __init__(self, seed: int) -> None:
        self.dice, self.world = Random(seed), World()
        self.waiting: list[list[Submission]] = []
        self.submissions: list[Submission] = []
        self.competes = self.crashes = False

    def live(self, steps: int) -> None:
        for _ in range(steps):
            self.step()
            assert self.world.ledger.counted() == self.world.ledger.recount()
        self.disturb(crashes=False, competes=False)
        while self.waiting:
            self.deliver(self.waiting.pop())

    def step(self) -> None:
        chance = self.dice.random()
        if chance < 0.05:
            self.disturb(crashes=False, competes=False)
            self.world.erase_person(self.dice.choice(["ann", "bob"]), subtract=self.dice.random() < 0.5)
        elif chance < 0.45:
            self.disturb(crashes=True, competes=False)
            self.respond()
        else:
            # A removal that crashes between its transaction and its last look is no message that would come again.
            self.disturb(crashes=False, competes=True)
            self.act()

    def act(self) -> None:
        self.respond() if self.dice.random() < 0.7 else self.change()

    def respond(self) -> None:
        batch = [self.some() for _ in range(self.dice.randrange(1, self.most))]
        self.submissions += batch
        self.deliver([*batch, *self.dice.sample(self.submissions, 1)])
        if self.waiting and self.dice.random() < 0.5:
            self.deliver(self.waiting.pop(0))

    def deliver(self, batch: list[Submission]) -> None:
        try:
            failed = self.world.record(*batch)
        except CrashError:
            failed = set(range(len(batch)))
        if failed:
            self.waiting.append([batch[place] for place in failed])

    def change(self) -> None:
        target = self.dice.choice(self.submissions or [self.some()])
        # It may not be there yet, its person may be erased, or somebody else busy with it.
        with suppress(EarshotError):
            match self.dice.randrange(4):
                case 0:
                    self.world.erase(target)
                case 1:
                    self.world.correct(target, score=self.dice.randrange(11))
                case is_excluded:
                    self.world.correct(target, excluded=is_excluded == 2, reason="so")

    def some(self) -> Submission:
        dice = self.dice
        time = NOON - dice.randrange(6) * DAY + dice.randrange(3)
        return make_submission(
            dice.randrange(11),
            id=uuid7(time, str(dice.randrange(2 * self.most + 2))),
            kind=dice.choice(
                [StatementKind.FINAL, StatementKind.FINAL, StatementKind.PARTIAL, StatementKind.CHANGED_BY_RESPONDENT]
            ),
            received_at=time + dice.randrange(4),
            first_received=time + dice.randrange(4),
            person=dice.choice(self.names),
            properties={"plan": dice.choice(["free", "pro"])} if dice.random() < 0.7 else {},
            responded_at=f"2026-11-{dice.randrange(16, 22)}" if dice.random() < 0.2 else None,
        )

    def disturb(self, *, crashes: bool, competes: bool) -> None:
        self.crashes, self.competes = crashes, competes
        self.world.people.before = lambda _: self.strike()
        self.world.ledger.after = lambda _: self.strike()
        self.world.ledger.reading = self.strike
        self.world.ledger.before = self.before

    def before(self, changes: Sequence[Change]) -> list[Refusal] | None:
        self.strike()
        is_busy = (self.crashes or self.competes) and self.dice.random() < 0.1
        return [Refusal(Verdict.BUSY) for _ in changes] if is_busy else None

    def strike(self) -> None:
        if self.competes and self.dice.random() < 0.25:
            self.competes = False
            self.act()
        elif self.crashes and self.dice.random() < 0.06:
            raise CrashError


@pytest.mark.parametrize("seed", range(150))
def test_in_every_history_the_windows_hold_what_a_count_by_hand_gives(seed: int) -> None:
    history = History(seed)
    history.live(12)
    dice = history.dice
    history.world.assert_exact([(dice.choice(LENGTHS), TODAY - timedelta(dice.randrange(8))) for _ in range(6)])


class Crowd(History):
    """Histories in which many people respond at once, and batches of them come twice, in pieces and out of order."""

    names = (*(f"p{number}" for number in range(9)), "ann", "bob", None)
    most = 40


@pytest.mark.parametrize("seed", range(40))
def test_in_every_history_of_a_crowd_each_persons_responses_are_linked(seed: int) -> None:
    history = Crowd(seed)
    history.live(10)
    history.world.assert_exact([("30d", TODAY)])
