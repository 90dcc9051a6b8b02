"""The drift of counts: measured exactly or not at all, whatever is written between and during the readings."""

import random
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot_cli.ops.count_drift import CountedResponse, Place, drift, recount

ALL = Place("C#demo#all", "2026-11-21")
OFF = ("h3", "h9")


def seen(revision: int, **share: int) -> CountedResponse:
    return CountedResponse(revision, {(ALL, name): count for name, count in share.items()})


@dataclass
class Table:
    """Responses and one count item, moved together as every writer moves them."""

    responses: dict[str, CountedResponse] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def write(self, chance: random.Random) -> None:
        """Record a new response, or give one another score, or take it back."""
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

    def reading(self, chance: random.Random, writes: int) -> dict[str, CountedResponse]:
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
def test_the_drift_is_exact_whatever_is_written_meanwhile(
    chance: random.Random, responses: int, writes: int, off: int
) -> None:
    table = Table()
    for _ in range(responses):
        table.write(chance)
    table.counts["h3"] = table.counts.get("h3", 0) - off
    for _ in range(40):
        before = table.reading(chance, writes)
        counted = dict(table.counts)
        found = drift(before, {ALL: counted}, table.reading(chance, writes))
        if found is not None:
            break
    else:
        return
    assert found == {ALL: {"h3": off} if off else {}}
    for _ in range(3):
        table.write(chance)
    for name, amount in found[ALL].items():
        table.counts[name] = table.counts.get(name, 0) + amount
    assert {n: c for n, c in table.counts.items() if c} == {n: c for n, c in table.recount().items() if c}


def test_without_writes_one_look_is_enough() -> None:
    reading = {"a": seen(1, h3=1), "b": seen(4, h3=1), "c": seen(2)}
    assert drift(reading, {ALL: {"h3": 7, "h9": 1}}, reading) == {ALL: {"h3": -5, "h9": -1}}


def test_a_count_that_is_missing_lacks_everything() -> None:
    reading = {"a": seen(1, h3=1)}
    assert drift(reading, {ALL: {}}, reading) == {ALL: {"h3": 1}}


def test_places_that_were_not_read_are_left_out() -> None:
    other = Place("C#demo#plan=pro", "2026-11-21")
    reading = {"a": CountedResponse(1, {(ALL, "h3"): 1, (other, "h3"): 1})}
    assert drift(reading, {other: {"h3": 1}}, reading) == {other: {}}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {"a": seen(1, h9=1)}),
        ({"a": seen(1, h3=1)}, {"a": seen(2, h9=1)}),
        ({"a": seen(1, h3=1)}, {"a": seen(3, h3=1)}),
        ({"a": seen(1, h3=1)}, {}),
    ],
    ids=["recorded", "corrected", "corrected twice", "gone"],
)
def test_what_changed_between_the_readings_is_not_guessed(
    before: dict[str, CountedResponse], after: dict[str, CountedResponse]
) -> None:
    assert drift(before, {ALL: {"h3": 1}}, after) is None


def test_a_recount_adds_up_shares() -> None:
    assert recount([seen(1, h3=1).share, seen(1, h3=1, c1=1).share]) == {ALL: {"h3": 2, "c1": 1}}
