"""By how much counts are off: told exactly or not at all, whatever is written between and during the readings."""

import random
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot_cli.ops.count_drift import Damage, Place, Seen, ranges

ALL = Place("C#demo#all", "2026-11-21")
OFF = ("h3", "h9")


def seen(revision: int, **share: int) -> Seen:
    return Seen(revision, {(ALL, name): count for name, count in share.items()})


@dataclass
class Table:
    """Responses and one count item, moved together as every writer moves them."""

    responses: dict[str, Seen] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def write(self, chance: random.Random) -> None:
        """Record a new answer, or give one another score, or take it back."""
        old = chance.choice([None, *self.responses])
        score = chance.choice(["h3", "h9", None])
        name = old if old is not None else f"r{len(self.responses)}"
        before = self.responses.get(name)
        revision = before.revision + 1 if before else 1
        self.responses[name] = seen(revision, **({score: 1} if score else {}))
        for sign, share in ((1, self.responses[name].share), (-1, before.share if before else {})):
            for (_, attribute), count in share.items():
                self.counts[attribute] = self.counts.get(attribute, 0) + sign * count

    def recount(self) -> dict[str, int]:
        totals: dict[str, int] = {}
        for response in self.responses.values():
            for (_, attribute), count in response.share.items():
                totals[attribute] = totals.get(attribute, 0) + count
        return totals

    def reading(self, chance: random.Random, writes: int) -> dict[str, Seen]:
        """Read one response after the other, while others write in between."""
        found, names = {}, sorted(self.responses)
        for name in names:
            found[name] = self.responses[name]
            if writes and chance.random() < 0.3:
                self.write(chance)
                writes -= 1
        # What came while it was read may be seen or not: here it is seen if it sorts behind.
        return found | {name: self.responses[name] for name in sorted(self.responses) if name not in names}


@given(st.randoms(use_true_random=False), st.integers(0, 12), st.integers(0, 3), st.integers(-3, 3))
def test_what_is_added_is_the_damage_whoever_writes_meanwhile(
    chance: random.Random, answers: int, writes: int, off: int
) -> None:
    table = Table()
    for _ in range(answers):
        table.write(chance)
    table.counts["h3"] = table.counts.get("h3", 0) - off
    damage = Damage()
    for _ in range(40):
        before = table.reading(chance, writes)
        counted = dict(table.counts)
        spans = ranges(before, table.reading(chance, writes))
        if spans is None:
            continue
        damage.learn({name: spans.get((ALL, name), (0, 0)) for name in OFF}, counted, None)
        assert not damage.is_absurd
        if damage.is_settled:
            break
    if not damage.is_settled:
        return
    for _ in range(3):
        table.write(chance)
    for name, amount in damage.amounts():
        table.counts[name] = table.counts.get(name, 0) + amount
    assert {n: c for n, c in table.counts.items() if c} == {n: c for n, c in table.recount().items() if c}


def test_when_nobody_writes_one_look_settles_it() -> None:
    reading = {"a": seen(1, h3=1), "b": seen(4, h3=1), "c": seen(2)}
    damage = Damage()
    spans = ranges(reading, reading)
    assert spans == {(ALL, "h3"): (2, 2)}
    damage.learn({"h3": (2, 2)}, {"h3": 7, "h9": 1}, None)
    assert (damage.is_settled, dict(damage.amounts())) == (True, {"h3": -5, "h9": -1})


def test_an_answer_that_came_in_between_leaves_a_doubt_that_a_further_look_takes_away() -> None:
    spans = ranges({}, {"a": seen(1, h9=1)})
    assert spans == {(ALL, "h9"): (0, 1)}
    damage = Damage()
    damage.learn({"h9": (0, 1)}, {}, None)
    assert not damage.is_settled
    damage.learn({"h9": (1, 1)}, {"h9": 1}, None)
    assert (damage.is_settled, dict(damage.amounts())) == (True, {})


def test_an_edit_in_between_was_one_or_the_other() -> None:
    assert ranges({"a": seen(1, h3=1)}, {"a": seen(2, h9=1)}) == {(ALL, "h3"): (0, 1), (ALL, "h9"): (0, 1)}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"a": seen(1, h3=1)}, {"a": seen(3, h3=1)}),
        ({}, {"a": seen(2, h3=1)}),
        ({"a": seen(1, h3=1)}, {}),
    ],
    ids=["two edits", "recorded and edited", "gone"],
)
def test_what_nobody_can_tell_is_not_guessed(before: dict[str, Seen], after: dict[str, Seen]) -> None:
    assert ranges(before, after) is None


def test_what_another_rebuild_mended_meanwhile_is_looked_at_anew() -> None:
    damage = Damage()
    damage.learn({"h3": (2, 3)}, {"h3": 0}, None)
    damage.learn({"h3": (2, 2)}, {"h3": 2}, "other")
    assert (damage.told, damage.is_settled, dict(damage.amounts())) == ("other", True, {})


def test_readings_that_contradict_each_other_are_noticed() -> None:
    damage = Damage()
    damage.learn({"h3": (2, 2)}, {"h3": 0}, None)
    damage.learn({"h3": (2, 2)}, {"h3": 1}, None)
    assert damage.is_absurd
