"""Who may bring the value of a segment, and that what an owner decides moves exactly its responses."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import permutations
from random import Random
from typing import Any

import pytest

from earshot.domain.errors import ConflictError, InvalidError
from earshot.domain.response import Response
from earshot.domain.segment_values import OPEN_VALUES, OTHER, VALUES_PER_SEGMENT
from earshot.domain.statement import Rank, StatementKind
from earshot.domain.submission import Submission
from earshot.domain.turn import without_turns
from earshot.services.people.erase_person import ErasePersonDeps, Erasure, erase
from earshot.services.responses.record_responses import record
from earshot.services.responses.revise_response import Target, correct
from earshot.services.surveys.backfill_segments import Task, backfill
from earshot.services.surveys.manage_segment_values import Wish, change_values
from tests.factories import NOON, make_submission, make_survey, uuid7
from tests.fakes.alerts import no_alerts_on_people
from tests.fakes.crash import CrashError, crash_by_chance
from tests.fakes.fake_time import no_pause
from tests.fakes.invitations import InMemoryInvitations
from tests.fakes.keys import hash_key
from tests.fakes.ledger import InMemoryLedger
from tests.fakes.people import InMemoryPeople, InMemorySuppressions
from tests.fakes.queues_and_bus import InMemoryQueue
from tests.fakes.surveys import InMemorySurveys
from tests.fakes.turns import long_turn

NOW = "2026-11-29T12:00:00.000Z"
ANONYMOUS, SIGNED, KEYED = Rank.ANONYMOUS, Rank.SIGNED, Rank.KEYED
DAY = "2026-11-21"


class World:
    """A survey, its recorder, its owner and the backfills, who crash and are busy as the dice want it."""

    def __init__(self, dice: Random | None = None, **settings: Any) -> None:
        self.dice = dice
        self.surveys = InMemorySurveys(make_survey(**({"segments": ("plan",)} | settings)))
        self.ledger, self.queue = InMemoryLedger(), self.surveys.backfills
        self.people = InMemoryPeople(self.ledger)
        self.ports: dict[str, Any] = {"ledger": self.ledger, "people": self.people, "pause": no_pause}
        if dice:
            crash_by_chance(self.ledger, dice)

    def arrive(self, *batch: Submission) -> None:
        left = list(batch)
        while left:
            try:
                failed = record(left, surveys=self.surveys, **self.ports)
            except CrashError:
                failed = set(range(len(left)))
            self.check()
            left = [left[place] for place in sorted(failed)]

    def submit(self, plan: str, rank: Rank = ANONYMOUS, score: int = 9, **more: Any) -> Submission:
        fields: dict[str, Any] = {"id": uuid7(NOON, f"{plan}/{rank}/{len(self.ledger.items)}/{more}"), "rank": rank}
        submission = make_submission(score, **(fields | {"properties": {"plan": plan}} | more))
        self.arrive(submission)
        return submission

    def decide(self, **wish: Any) -> None:
        change_values("demo", Wish("plan", **wish), NOW, surveys=self.surveys, backfills=self.queue)

    def turn(self) -> None:
        """Do one message of the backfill queue, which comes back if its function crashed."""
        (message, _), *left = self.queue.sent
        try:
            backfill(
                Task(**without_turns(message | {"segments": tuple(message["segments"])})),
                long_turn(message),
                surveys=self.surveys,
                responses=self.ledger,
                ledger=self.ledger,
                queue=(further := InMemoryQueue()),
                pause=no_pause,
            )
        except CrashError:
            return
        self.queue.sent = [*left, *further.sent]
        self.check()

    def settle(self) -> None:
        for _ in range(400):
            if not self.queue.sent:
                break
            self.turn()
        assert self.queue.sent == []
        assert self.surveys.surveys["demo"].incomplete == ()

    def check(self) -> None:
        assert self.ledger.counted() == self.ledger.recount()
        assert +self.ledger.listed == self.ledger.recount_listed()

    def series(self) -> dict[str, int]:
        found: Counter[str] = Counter()
        for (_, series, _), counts in self.ledger.sums.items():
            found[series] += sum(counts)
        return dict(+found)

    def candidates(self) -> dict[str, int]:
        counted = self.ledger.candidates("demo", "plan")
        values = self.surveys.values("demo", "plan")
        return {one.name: counted.get(one.number or 0, 0) for one in values if one.status.value == "candidate"}

    def rows(self) -> Iterator[Response]:
        return (row for row in self.ledger.items.values() if isinstance(row, Response))


def test_two_hundred_strangers_take_no_place_from_a_value_of_the_owner_or_of_a_key() -> None:
    world = World()
    world.decide(accept=("enterprise",))
    world.arrive(
        *(
            make_submission(0, id=uuid7(NOON, str(number)), properties={"plan": f"poison {number}"})
            for number in range(200)
        )
    )
    world.submit("enterprise")
    world.submit("team", KEYED)
    world.submit("solo", SIGNED, person="ann")
    assert world.series() == {"all": 203, "plan=enterprise": 1, "plan=team": 1, "plan=solo": 1, f"plan={OTHER}": 200}
    assert len(world.candidates()) == 100
    world.settle()
    assert world.series()["plan=team"] == 1


@pytest.mark.parametrize(("rank", "has_series"), [(ANONYMOUS, False), (SIGNED, True), (KEYED, True)])
def test_a_value_has_a_series_once_somebody_vouched_for_it(rank: Rank, has_series: bool) -> None:
    world = World()
    world.submit("pro", rank, person="ann" if rank is SIGNED else None)
    assert world.series() == {"all": 1, ("plan=pro" if has_series else f"plan={OTHER}"): 1}
    assert world.candidates() == ({} if has_series else {"pro": 1})


def test_a_key_that_names_a_candidate_moves_earlier_unsigned_responses() -> None:
    world = World()
    for _ in range(3):
        world.submit("pro")
    assert world.candidates() == {"pro": 3}
    world.submit("pro", KEYED)
    assert world.surveys.surveys["demo"].incomplete == ("plan",)
    world.settle()
    assert world.series() == {"all": 4, "plan=pro": 4}
    assert +world.ledger.listed == {}


def test_a_correction_with_a_key_vouches_for_its_values_too() -> None:
    world = World()
    submission = world.submit("gold")
    changes = {"properties": {"plan": "silver"}}
    correct(Target("demo", submission.id, NOON + 9, "", "k"), changes, surveys=world.surveys, **world.ports)
    assert world.series() == {"all": 1, "plan=silver": 1}
    assert world.candidates() == {"gold": 0}


def test_an_accepted_candidate_gets_all_its_responses_and_an_ignored_one_none() -> None:
    world = World()
    for plan in ("gold", "gold", "asdf", "silver"):
        world.submit(plan)
    world.decide(accept=("gold",), ignore=("asdf",))
    world.settle()
    assert world.series() == {"all": 4, "plan=gold": 2, f"plan={OTHER}": 2}
    assert world.candidates() == {"silver": 1}
    for plan in ("gold", "asdf"):
        world.submit(plan)
    world.submit("asdf", KEYED)
    assert world.series() == {"all": 7, "plan=gold": 3, f"plan={OTHER}": 4}
    assert world.candidates() == {"silver": 1}


def test_a_removed_value_does_not_come_back_unless_the_owner_accepts_it() -> None:
    world = World()
    for _ in range(2):
        world.submit("pro", KEYED)
    world.decide(remove=("pro",))
    world.settle()
    assert world.series() == {"all": 2, f"plan={OTHER}": 2}
    world.submit("pro", KEYED)
    assert world.series() == {"all": 3, f"plan={OTHER}": 3}
    world.decide(accept=("pro",))
    world.settle()
    assert world.series() == {"all": 3, "plan=pro": 3}


def test_a_merged_value_counts_with_the_other_and_parts_from_it_when_it_is_accepted() -> None:
    world = World()
    for plan in ("pro", "Pro", "PRO"):
        world.submit(plan, KEYED)
    world.decide(merge=(("PRO", "Pro"),))
    world.decide(merge=(("Pro", "pro"),))
    world.settle()
    assert world.series() == {"all": 3, "plan=pro": 3}
    world.submit("PRO")
    assert world.series()["plan=pro"] == 4
    world.decide(accept=("Pro",))
    world.settle()
    assert world.series() == {"all": 4, "plan=pro": 3, "plan=Pro": 1}
    world.decide(remove=("pro",))
    world.settle()
    assert world.series() == {"all": 4, "plan=Pro": 1, f"plan={OTHER}": 3}


def test_where_a_segment_is_open_strangers_take_half_of_the_places_at_most() -> None:
    world = World(open_segments=("plan",))
    values = [
        make_submission(9, id=uuid7(NOON, f"open {number}"), properties={"plan": f"{number}"})
        for number in range(OPEN_VALUES + 5)
    ]
    world.arrive(*values)
    assert len(world.series()) == OPEN_VALUES + 2
    assert len(world.candidates()) == 5
    world.submit("of a key", KEYED)
    assert world.series()["plan=of a key"] == 1


def test_a_value_that_is_too_long_or_called_like_what_the_others_share_is_no_candidate() -> None:
    world = World()
    for plan in ("x" * 65, OTHER):
        world.submit(plan, KEYED)
    assert (world.series(), world.candidates()) == ({"all": 2, f"plan={OTHER}": 2}, {})
    world.submit("x" * 64, KEYED)
    assert world.series()["plan=" + "x" * 64] == 1


def test_an_anonymised_response_follows_its_value_and_an_erased_one_is_no_evidence() -> None:
    world = World()
    for person, subtract in (("ann", False), ("ben", True)):
        world.submit("gold", person=person)
        more: dict[str, Any] = {
            "suppressions": InMemorySuppressions(),
            "invitations": InMemoryInvitations(world.people),
        }
        deps = ErasePersonDeps(hash_key=hash_key, **no_alerts_on_people(), **more, **world.ports)
        erase(Erasure(person, subtract=subtract, now=NOON + 9, correlation=""), lambda: True, deps)
    assert world.candidates() == {"gold": 1}
    world.decide(accept=("gold",))
    world.settle()
    assert world.series() == {"all": 1, "plan=gold": 1}


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        ({"ignore": ("pro",)}, "is not a candidate"),
        ({"remove": ("gold",)}, "no series to remove"),
        ({"merge": (("pro", "gold"),)}, "accept it first"),
        ({"accept": tuple(f"{number}" for number in range(VALUES_PER_SEGMENT))}, "at most 200"),
    ],
)
def test_what_cannot_be_decided_changes_nothing(wish: dict[str, Any], message: str) -> None:
    world = World()
    world.submit("pro", KEYED)
    world.submit("gold")
    before = sorted(map(repr, world.surveys.values("demo", "plan")))
    with pytest.raises(ConflictError, match=message):
        world.decide(**wish)
    assert sorted(map(repr, world.surveys.values("demo", "plan"))) == before


def test_a_decision_about_an_untracked_segment_is_refused() -> None:
    world = World(segments=())
    with pytest.raises(InvalidError):
        world.decide(accept=("pro",))


def test_a_decision_made_twice_asks_once_more_for_a_backfill_that_may_have_been_lost() -> None:
    world = World()
    world.submit("gold")
    world.decide(accept=("gold",))
    world.queue.take()  # its sender crashed
    world.decide(accept=("gold",))
    world.settle()
    assert world.series() == {"all": 1, "plan=gold": 1}


PLANS = ("a", "b", "c", "d", "x" * 65, OTHER)


def _submit(world: World, dice: Random, number: int) -> None:
    person = dice.choice([None, None, "ann", "ben"])
    world.arrive(
        make_submission(
            dice.randrange(11),
            id=uuid7(NOON + number % 5, str(number % 7)),
            person=person,
            kind=dice.choice([StatementKind.PARTIAL, StatementKind.FINAL, StatementKind.FINAL]),
            rank=dice.choice([SIGNED, KEYED]) if person else dice.choice([ANONYMOUS, ANONYMOUS, ANONYMOUS, KEYED]),
            received_at=NOON + dice.randrange(9),
            first_received=NOON + 9,
            properties={} if dice.random() < 0.1 else {"plan": dice.choice(PLANS)},
        )
    )


def _decide(world: World, dice: Random, _: int) -> None:
    name, into = dice.sample(("a", "b", "c", "d"), 2)
    wish: dict[str, Any] = dice.choice(
        [{"accept": (name,)}, {"ignore": (name,)}, {"remove": (name,)}, {"merge": ((name, into),)}]
    )
    try:
        world.decide(**wish)
    except ConflictError:
        return


def _work(world: World, _: Random, __: int) -> None:
    if world.queue.sent:
        world.turn()


def _correct(world: World, dice: Random, number: int) -> None:
    rows = [row for row in world.rows() if row.kind.has_person]
    if not rows:
        return
    target = Target("demo", dice.choice(rows).id, NOON + 20 + number, "", "k")
    changes: dict[str, Any] = dice.choice(
        [{"properties": {"plan": dice.choice(PLANS[:4])}}, {"excluded": True, "reason": "a test"}]
    )
    try:
        correct(target, changes, surveys=world.surveys, **world.ports)
    except CrashError:
        return
    finally:
        world.check()


def _erase(world: World, dice: Random, number: int) -> None:
    more: dict[str, Any] = {"suppressions": InMemorySuppressions(), "invitations": InMemoryInvitations(world.people)}
    person, subtract = dice.choice(["ann", "ben"]), dice.random() < 0.5
    how = Erasure(person, subtract=subtract, now=NOON + 50 + number, correlation="", unknown=True)
    try:
        deps = ErasePersonDeps(hash_key=hash_key, **no_alerts_on_people(), **more, **world.ports)
        erase(how, lambda: True, deps)
    except CrashError:
        return
    finally:
        world.check()


STEPS: Sequence[Callable[[World, Random, int], None]] = (*[_submit] * 8, *[_decide] * 3, *[_work] * 4, _correct, _erase)


@pytest.mark.parametrize("block", range(4))
def test_no_counted_response_of_a_value_with_a_series_is_left_in_what_others_share(
    block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever happens in whatever order, once the backfills are through every response is where its value is."""
    monkeypatch.setattr("tests.fakes.surveys.CANDIDATES", 2)
    for seed in range(block * 100, (block + 1) * 100):
        dice = Random(seed)
        world = World(dice, open_segments=dice.choice([(), (), ("plan",)]))
        for number in range(40):
            dice.choice(STEPS)(world, dice, number)
        world.settle()
        survey = world.surveys.with_values(world.surveys.surveys["demo"])
        for row in world.rows():
            if row.statement.properties.get("plan") and row.score is not None:
                assert row.series == survey.series_of(row.statement.properties), (seed, row)
            if not row.statement.properties and row.counts and row.series:
                # An anonymized one follows its value as far as it is known which it was.
                assert row.placement == survey.moved(row, ("plan",)), (seed, row)
        for name, responses in world.candidates().items():
            known = [row for row in world.rows() if row.counts and row.statement.properties.get("plan") == name]
            removed = [row for row in world.rows() if row.counts and not row.statement.properties and row.candidates]
            assert responses <= len(known) + len(removed), (seed, name)
            assert responses >= sum(bool(row.candidates) for row in known), (seed, name)


def _history(dice: Random) -> list[Submission]:
    """Draw four statements of any rank about one response, or two."""
    ids = [uuid7(NOON - number, str(number)) for number in range(dice.choice([1, 1, 2]))]
    return [
        make_submission(
            dice.randrange(11),
            id=dice.choice(ids),
            kind=dice.choice([StatementKind.PARTIAL, StatementKind.FINAL, StatementKind.FINAL]),
            rank=dice.choice([ANONYMOUS, SIGNED, KEYED]),
            received_at=NOON + dice.randrange(5),
            first_received=NOON + 9,
            properties={"plan": dice.choice(("a", "b", "c"))},
            comment=dice.choice([None, f"said {number}"]),
        )
        for number in range(4)
    ]


@pytest.mark.parametrize("block", range(4))
def test_a_thousand_histories_of_ranks_come_to_the_same_in_every_order_of_arrival(block: int) -> None:
    """The best known sender's statement stands, and counts in the series that all orders agree on."""
    for seed in range(block * 250, (block + 1) * 250):
        dice = Random(seed)
        history = _history(dice)
        found = set()
        for order in permutations(history):
            world = World()
            size = dice.choice([1, 1, 2, 4])
            for start in range(0, len(order), size):
                world.arrive(*order[start : start + size])
            world.arrive(dice.choice(order))
            world.settle()
            rows = [
                (row.id, row.score, row.statement.rank, row.kind, row.statement.received_at, row.series)
                for row in world.rows()
            ]
            found.add((tuple(sorted(rows)), tuple(sorted(world.series().items()))))
        assert len(found) == 1, (seed, found)
        for response in {submission.id for submission in history}:
            statements = [one.statement for one in history if one.id == response]
            finals = [one for one in statements if one.kind is StatementKind.FINAL]
            best = max((one.rank for one in finals or statements), default=None)
            ((stands, _),) = found
            assert [row[2] for row in stands if row[0] == response] == [best], seed
