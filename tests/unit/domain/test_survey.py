"""The series of a survey."""

from earshot.domain.response import Placement
from earshot.domain.segment_values import OTHER, Value, ValueStatus
from tests.factories import make_survey


def test_a_response_counts_in_the_series_of_each_tracked_segment_it_has() -> None:
    survey = make_survey(segments=("plan", "land"), values={"plan": frozenset({"pro"}), "land": frozenset({"nl"})})
    assert survey.series_of({"plan": "pro", "land": "nl", "age": "7"}) == ("plan=pro", "land=nl")
    assert survey.series_of({"plan": "pro"}) == ("plan=pro",)
    assert survey.series_of({"plan": ""}) == ()


def test_values_without_a_series_share_one() -> None:
    survey = make_survey(segments=("plan",), values={"plan": frozenset({"pro"})})
    survey = survey.with_known([Value("plan", "gold", ValueStatus.CANDIDATE, number=3)])
    survey = survey.with_known([Value("plan", "Pro", ValueStatus.MERGED, into="pro")])
    gold = survey.placement({"plan": "gold"})
    assert (gold.series, gold.candidates) == ((f"plan={OTHER}",), {"plan": 3})
    assert survey.placement({"plan": "Pro"}) == Placement(("plan=pro",))
    assert survey.placement({"plan": "new"}) == Placement((f"plan={OTHER}",))
    assert survey.all_series() == ("all", "plan=pro", f"plan={OTHER}")
    shared = {value: survey.shares("plan", value) for value in ("pro", "Pro", "gold", "new", "x" * 65)}
    assert shared == {"pro": False, "Pro": True, "gold": True, "new": False, "x" * 65: True}
