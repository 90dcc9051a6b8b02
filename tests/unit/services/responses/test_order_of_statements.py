"""Whatever order statements arrive in, and however often, the same counts, persons and scores come of them."""

from collections.abc import Iterator, Sequence
from itertools import islice, permutations
from random import Random
from typing import Any

import pytest

from earshot.domain import ids
from earshot.domain.response import Alias, Response
from earshot.domain.statement import Rank, StatementKind
from earshot.domain.submission import Submission
from earshot.services.people.erase_person import ErasePersonDeps, Erasure, erase
from earshot.services.responses.record_responses import record
from tests.factories import NOON, make_submission, make_survey, uuid7
from tests.fakes.alerts import no_alerts_on_people
from tests.fakes.crash import CrashError, crash_by_chance
from tests.fakes.fake_time import no_pause
from tests.fakes.invitations import InMemoryInvitations
from tests.fakes.keys import hash_key
from tests.fakes.ledger import InMemoryLedger
from tests.fakes.people import InMemoryPeople, InMemorySuppressions
from tests.fakes.surveys import InMemorySurveys

ORDERS = 8
SIGNED, KEYED, ANONYMOUS = Rank.SIGNED, Rank.KEYED, Rank.ANONYMOUS


class Erased(str):
    """A person's id at the moment they are erased."""

    __slots__ = ()


Step = Submission | Erased


class World:
    """One table and its recorder, who crash and are busy as the dice want it."""

    def __init__(self, dice: Random | None = None) -> None:
        self.dice = dice
        self.surveys = InMemorySurveys(make_survey(segments=("plan",), open_segments=("plan",)))
        self.ledger = InMemoryLedger()
        self.people = InMemoryPeople(self.ledger)
        self.ports: dict[str, Any] = {"ledger": self.ledger, "people": self.people, "pause": no_pause}
        if dice:
            crash_by_chance(self.ledger, dice)
            self.people.is_missed = lambda _: dice.random() < 0.5

    def arrive(self, batch: Sequence[Submission]) -> None:
        """Deliver a batch until nothing of it is left."""
        while batch:
            try:
                failed = record(batch, surveys=self.surveys, **self.ports)
            except CrashError:
                failed = set(range(len(batch)))
            assert self.ledger.counted() == self.ledger.recount()
            batch = [batch[place] for place in sorted(failed)]

    def erase(self, person: str) -> None:
        """Erase a person and take their responses out of the counts."""
        more: dict[str, Any] = {"suppressions": InMemorySuppressions(), "invitations": InMemoryInvitations(self.people)}
        while True:
            try:
                erase(
                    Erasure(person, subtract=True, now=NOON + 99, correlation="", unknown=True),
                    lambda: True,
                    ErasePersonDeps(hash_key=hash_key, **no_alerts_on_people(), **more, **self.ports),
                )
            except CrashError:
                continue
            return

    def live(self, history: Sequence[Step]) -> None:
        batch: list[Submission] = []
        for step in history:
            if isinstance(step, Erased):
                self.arrive(batch)
                batch = []
                self.erase(step)
            else:
                batch.append(step)
            if self.dice is None or self.dice.random() < 0.5:
                self.arrive(batch)
                batch = []
        self.arrive(batch)

    def stands(self) -> tuple[Any, ...]:
        """Return the counts, and of each response that counts or may count again its person, score, series and rank."""
        rows = [
            row
            for row in self.ledger.items.values()
            if isinstance(row, Response) and row.kind is not StatementKind.ERASED
        ]
        values = [
            (row.person or "", row.score, row.series, row.kind, row.statement.rank, row.statement.received_at)
            for row in rows
        ]
        return sorted(values), self.ledger.counted()


def orders_of(history: Sequence[Step], dice: Random) -> Iterator[list[Step]]:
    """Return orders of arrival, all of them if they are few, each with redeliveries; each statement comes once more.

    An erasure takes out what came before it, and what comes after is taken out on arrival: so it may be anywhere.
    """
    all_orders = [list(order) for order in islice(permutations(history), 720)]
    for order in dice.sample(all_orders, min(ORDERS, len(all_orders))):
        again = [step for step in history if dice.random() < 0.4]
        for step in again:
            order.insert(dice.randrange(len(order) + 1), step)
        yield order


def some(dice: Random, seed: int, person: str | None, response: str, received: int) -> Submission:
    ranked: list[dict[str, Any]] = [
        {"kind": StatementKind.PARTIAL},
        {"kind": StatementKind.FINAL},
        {"kind": StatementKind.FINAL},
    ]
    known: list[dict[str, Any]] = [
        {"kind": StatementKind.CHANGED_BY_RESPONDENT},
        {"kind": StatementKind.CHANGED_WITH_KEY},
    ]
    sent = dice.choice(ranked if person is None or dice.random() < 0.7 else known)
    return make_submission(
        dice.randrange(11),
        id=response,
        person=person,
        rank=dice.choice([SIGNED, KEYED] if person else [ANONYMOUS, ANONYMOUS, KEYED]),
        received_at=received,
        first_received=NOON + 9,
        properties=dice.choice([{}, {"plan": "free"}, {"plan": "pro"}]),
        comment=dice.choice([None, f"said {seed}"]),
        **sent,
    )


def history_of(seed: int, names: Sequence[str | None]) -> list[Step]:
    """Draw a history of five steps about one id, or two: statements of these people, and perhaps an erasure."""
    dice = Random(seed)
    sent = [uuid7(NOON - 1000 * number, f"{seed}/{number}") for number in range(dice.choice([1, 1, 2]))]
    sent += dice.choice([[], ["1b4e28ba-2fa1-41d2-883f-0016d3cca427"]])
    steps: list[Step] = [
        some(dice, seed, dice.choice(names), dice.choice(sent), NOON + dice.randrange(9)) for _ in range(5)
    ]
    if dice.random() < 0.2:
        steps[4] = Erased(dice.choice([name for name in names if name]))
    elif None in names and dice.random() < 0.2:
        steps[4] = make_submission(None, id=sent[0], kind=StatementKind.ERASED, received_at=NOON + dice.randrange(9))
    return steps


# With two persons under one id a statement of nobody goes to the one that holds the id: only that depends on the order.
@pytest.mark.parametrize("names", [(None, "ann", "ann"), ("ann", "ben"), ("ann", "ben", "cem")], ids=str)
@pytest.mark.parametrize("block", range(4))
def test_a_thousand_histories_come_to_the_same_in_every_order(block: int, names: Sequence[str | None]) -> None:
    for seed in range(block * 84, (block + 1) * 84):
        history, dice = history_of(seed, names), Random(seed)
        calm = World()
        calm.live(history)
        for order in orders_of(history, dice):
            world = World(dice)
            world.live(order)
            assert world.stands() == calm.stands(), (seed, order)


def test_two_persons_under_one_id_have_a_response_each_whichever_comes_first() -> None:
    ann = make_submission(2, person="ann", rank=SIGNED, kind=StatementKind.PARTIAL, comment="ann is unhappy")
    ben = make_submission(10, person="ben", rank=SIGNED, received_at=NOON + 1)
    for order in ([ann, ben], [ben, ann]):
        world = World()
        world.live([*order, *order])
        rows = {row.person: row for row in world.ledger.items.values() if isinstance(row, Response)}
        assert {name: (row.score, row.history.corrections) for name, row in rows.items()} == {
            "ann": (2, ()),
            "ben": (10, ()),
        }
        first, second = (rows[submission.statement.person] for submission in order)
        assert first.id == ann.id
        assert second.id == ids.of_person("demo", ann.id, second.person or "")
        assert ids.milliseconds(second.id) == ids.milliseconds(ann.id)


def test_two_persons_in_one_batch_have_a_response_each() -> None:
    world = World()
    world.arrive([make_submission(2, person="ann", rank=SIGNED), make_submission(10, person="ben", rank=SIGNED)])
    assert world.ledger.sums["demo", "all", "2026-11-21"] == [0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1]


def test_who_has_a_second_response_under_an_id_without_a_time_is_found_under_it_again() -> None:
    sent, world = "1b4e28ba-2fa1-41d2-883f-0016d3cca427", World()
    for later in range(3):
        for person, score in (("ann", 2), ("ben", 10)):
            submission = make_submission(score, id=sent, person=person, rank=SIGNED, received_at=NOON + later)
            world.arrive([submission])
    assert sum(world.ledger.sums["demo", "all", "2026-11-21"]) == 2
    aliases = [item.sent_id for item in world.ledger.items.values() if isinstance(item, Alias)]
    assert sorted(aliases) == sorted([sent, ids.of_person("demo", sent, "ben")])


def test_a_statement_of_nobody_neither_takes_a_response_over_nor_leaves_it_without_a_person() -> None:
    world = World()
    world.arrive([make_submission(3, person="ann", rank=SIGNED, kind=StatementKind.PARTIAL)])
    world.arrive([make_submission(9, received_at=NOON + 1)])
    (row,) = world.ledger.items.values()
    assert isinstance(row, Response)
    assert (row.person, row.score, row.kind) == ("ann", 9, StatementKind.FINAL)


def test_another_persons_response_counts_though_the_id_belonged_to_an_erased_person() -> None:
    ann = make_submission(2, person="ann", rank=SIGNED)
    ben = make_submission(10, person="ben", rank=SIGNED)
    for subtract in (True, False):
        world = World()
        world.arrive([ann])
        more: dict[str, Any] = {
            "suppressions": InMemorySuppressions(),
            "invitations": InMemoryInvitations(world.people),
        }
        deps = ErasePersonDeps(hash_key=hash_key, **no_alerts_on_people(), **more, **world.ports)
        erase(Erasure("ann", subtract=subtract, now=NOON, correlation=""), lambda: True, deps)
        world.arrive([ben])
        world.arrive([ann, ben])
        assert sum(world.ledger.sums["demo", "all", "2026-11-21"]) == (1 if subtract else 2)
        assert {row.person for row in world.ledger.items.values() if isinstance(row, Response)} == {None, "ben"}


def test_an_erasure_with_a_key_holds_for_every_author() -> None:
    world = World()
    world.arrive([make_submission(2, person="ann", rank=SIGNED)])
    world.arrive([make_submission(None, kind=StatementKind.ERASED)])
    world.arrive([make_submission(2, person="ann", rank=SIGNED)])
    assert world.ledger.counted() == {}


def test_an_erased_persons_late_response_leaves_no_unsigned_comment() -> None:
    world = World()
    more: dict[str, Any] = {"suppressions": InMemorySuppressions(), "invitations": InMemoryInvitations(world.people)}
    deps = ErasePersonDeps(hash_key=hash_key, **no_alerts_on_people(), **more, **world.ports)
    erase(Erasure("ann", subtract=False, now=NOON, correlation="", unknown=True), lambda: True, deps)
    world.arrive(
        [make_submission(2, comment="call me", properties={"plan": "pro"}, unverified_email="ann@example.com")]
    )
    world.arrive([make_submission(3, person="ann", rank=SIGNED, kind=StatementKind.PARTIAL)])
    (row,) = world.ledger.items.values()
    assert isinstance(row, Response)
    assert (row.score, row.statement.comment, row.statement.unverified_email, row.statement.properties) == (
        2,
        None,
        None,
        {},
    )
