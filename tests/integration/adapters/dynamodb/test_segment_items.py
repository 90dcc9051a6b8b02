"""The values of segments: places, candidates, decisions and the backfills they ask for, in memory and in DynamoDB."""

from dataclasses import replace
from typing import Any

import pytest

from earshot.adapters.dynamodb.surveys import DynamoDBSurveys
from earshot.domain.segment_values import (
    CANDIDATES,
    OPEN_VALUES,
    VALUES_PER_SEGMENT,
    Places,
    Source,
    Value,
    ValueStatus,
)
from tests.factories import make_survey
from tests.fakes.queues_and_bus import InMemoryQueue
from tests.fakes.surveys import InMemorySurveys

NOW = "2026-11-29T12:00:00.000Z"
SURVEY = make_survey(segments=("plan", "region"))


class Kept:
    """Surveys of either kind, and the backfills they asked for."""

    def __init__(self, surveys: Any, backfills: InMemoryQueue) -> None:
        self.surveys, self.backfills = surveys, backfills
        surveys.put(SURVEY, None)

    def value(self, name: str, segment: str = "plan") -> Value | None:
        known = {value.name: value for value in self.surveys.values("demo", segment)}
        return known.get(name)

    def admit(self, name: str, source: Source, segment: str = "plan") -> Any:
        """Add a series for a value; return what is known of it then."""
        return next(iter(self.surveys.admit("demo", segment, [name], source)), None)

    def propose(self, name: str, segment: str = "plan") -> Any:
        """Propose a value; give what is known of it then."""
        return next(iter(self.surveys.propose("demo", segment, [name])), None)

    def incomplete(self) -> tuple[str, ...]:
        return tuple(self.surveys.get("demo").incomplete)


@pytest.fixture(params=["fake", "dynamodb"])
def kept(request: pytest.FixtureRequest) -> Kept:
    if request.param == "fake":
        surveys = InMemorySurveys()
        return Kept(surveys, surveys.backfills)
    backfills = InMemoryQueue()
    return Kept(DynamoDBSurveys(request.getfixturevalue("dynamodb"), "earshot", backfills), backfills)


def test_a_value_nobody_knew_gets_a_series_and_no_backfill(kept: Kept) -> None:
    assert kept.admit("pro", Source.KEY) == Value("plan", "pro", ValueStatus.SERIES, Source.KEY)
    assert kept.admit("pro", Source.SIGNED).source is Source.KEY
    assert (kept.backfills.take(), kept.incomplete()) == ([], ())
    known = kept.surveys.with_values(SURVEY)
    assert (known.values, known.others) == ({"plan": frozenset({"pro"})}, {})


def test_a_candidate_that_gets_a_series_asks_for_its_past_and_keeps_its_number(kept: Kept) -> None:
    first, second = (kept.propose(name) for name in ("gold", "silver"))
    assert (first.number, second.number) == (1, 2)
    assert kept.propose("gold") == first
    revision = kept.surveys.get("demo").revision
    assert kept.admit("gold", Source.KEY).number == 1
    assert kept.backfills.take() == [{"survey": "demo", "segments": ["plan"], "revision": revision + 1}]
    assert (kept.incomplete(), kept.surveys.get("demo").revision) == (("plan",), revision + 1)
    kept.admit("silver", Source.SIGNED)
    # One is under way: the new revision makes it begin again.
    assert (kept.backfills.take(), kept.surveys.get("demo").revision) == ([], revision + 2)
    assert kept.surveys.with_values(SURVEY).numbers == {"plan": {1: "gold", 2: "silver"}}


def test_a_hundred_wait_and_of_the_next_it_is_known_that_they_are_not_listed(kept: Kept) -> None:
    assert all(kept.propose(f"{number}") for number in range(CANDIDATES))
    assert not kept.surveys.with_values(SURVEY).places_of("plan").is_unlisted
    assert kept.propose("one too many") is None
    assert kept.propose("7").number == 8
    assert kept.propose("north", "region").number == 1
    known = kept.surveys.look_up(SURVEY, [("plan", "new"), ("region", "north")])
    assert [known.places_of(name).is_crowded for name in SURVEY.segments] == [True, False]
    kept.admit("south", Source.KEY, "region")
    assert kept.incomplete() == ()
    kept.admit("one too many", Source.KEY)
    assert kept.incomplete() == ("plan",)


def test_values_of_anybody_take_half_of_the_places_and_all_are_taken_once(kept: Kept) -> None:
    for number in range(OPEN_VALUES):
        assert kept.admit(f"{number}", Source.OPEN)
    assert kept.admit("of a stranger", Source.OPEN) is None
    for number in range(OPEN_VALUES, VALUES_PER_SEGMENT):
        assert kept.admit(f"{number}", Source.SIGNED)
    assert kept.admit("of a key", Source.KEY) is None
    assert kept.admit("7", Source.KEY).source is Source.OPEN
    assert len(kept.surveys.with_values(SURVEY).values["plan"]) == VALUES_PER_SEGMENT


def test_only_what_is_asked_for_is_looked_up(kept: Kept) -> None:
    for name in ("pro", "free"):
        kept.admit(name, Source.KEY)
    kept.propose("gold")
    for _ in range(2):
        found = kept.surveys.look_up(kept.surveys.get("demo"), [("plan", "pro"), ("plan", "gold"), ("plan", "new")])
        assert found.values == {"plan": frozenset({"pro"})}
        assert list(found.others["plan"]) == ["gold"]


def test_a_value_that_lost_its_series_is_not_remembered_as_if_it_had_one(kept: Kept) -> None:
    kept.admit("pro", Source.KEY)
    assert kept.surveys.look_up(kept.surveys.get("demo"), [("plan", "pro")]).knows("plan", "pro")
    assert kept.surveys.decide(kept.surveys.get("demo"), [Value("plan", "pro", ValueStatus.REMOVED)], NOW)
    found = kept.surveys.look_up(kept.surveys.get("demo"), [("plan", "pro")])
    assert found.series("plan", "pro") == "plan=(other)"
    assert kept.admit("pro", Source.KEY).status is ValueStatus.REMOVED


def test_a_decision_is_written_with_the_survey_or_not_at_all(kept: Kept) -> None:
    kept.admit("pro", Source.KEY)
    kept.propose("Pro")
    survey = kept.surveys.get("demo")
    merged = Value("plan", "Pro", ValueStatus.MERGED, into="pro")
    assert kept.surveys.decide(survey, [merged], NOW)
    assert not kept.surveys.decide(survey, [Value("plan", "pro", ValueStatus.REMOVED)], NOW)
    now = kept.surveys.get("demo")
    assert (now.revision, now.incomplete, now.updated_at) == (survey.revision + 1, ("plan",), NOW)
    assert kept.value("Pro") == replace(merged, number=1)
    assert kept.surveys.with_values(now).series("plan", "Pro") == "plan=pro"
    # Its place among the candidates is free, and its number is given to nobody else.
    assert kept.propose("gold").number == 2


def test_what_is_ignored_or_listed_before_it_came_moves_nothing(kept: Kept) -> None:
    owned = Value("plan", "pro", ValueStatus.SERIES, Source.OWNER)
    assert kept.surveys.decide(kept.surveys.get("demo"), [owned, Value("plan", "spam", ValueStatus.IGNORED)], NOW)
    assert kept.incomplete() == ()
    assert kept.value("pro") == owned
    assert kept.propose("spam").status is ValueStatus.IGNORED


def test_a_deleted_survey_leaves_no_values(kept: Kept) -> None:
    bare = make_survey(id="bare", segments=("plan",), zone_is_fixed=False)
    kept.surveys.put(bare, None)
    kept.surveys.decide(bare, [Value("plan", "pro", ValueStatus.SERIES, Source.OWNER)], NOW)
    assert kept.surveys.delete(kept.surveys.get("bare"))
    kept.surveys.put(bare, None)
    left = kept.surveys.with_values(bare)
    assert (left.values, left.places_of("plan")) == ({}, Places())
