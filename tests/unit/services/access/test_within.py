"""What is within an access: surveys, figures, and what may be granted."""

import pytest

from earshot.domain.access import EVERYTHING, Access, Caller
from earshot.domain.errors import ForbiddenError, OutsideAccessError
from earshot.domain.segment_values import OTHER, Places
from earshot.services.access.within import (
    check_grant,
    check_survey,
    check_whole,
    check_whole_survey,
    figures_within,
    holds_every_row,
    named,
    value_within,
)
from earshot.services.scores.report_score import ScoreScope
from tests.factories import make_survey

EMEA = Access(segment=("region", "emea"))
DEMO = make_survey(segments=("region", "plan"), values={"region": ("emea", "apac"), "plan": ("pro",)})


def test_access_to_everything_is_asked_for_nothing() -> None:
    check_whole(EVERYTHING)
    check_whole_survey(EVERYTHING, "demo")
    for segment in (None, ("plan", "pro")):
        assert figures_within(EVERYTHING, ScoreScope((DEMO,), segment)).segment == segment
    assert value_within(EVERYTHING, DEMO, "plan") is None


def test_what_is_refused_says_what_access_is_limited_to() -> None:
    with pytest.raises(OutsideAccessError, match="limited to the surveys a, b and region=emea: an owner"):
        check_whole(Access(("a", "b"), ("region", "emea")))
    with pytest.raises(OutsideAccessError, match="limited to the survey shop: an owner"):
        check_survey(Access(("shop",)), "demo")
    with pytest.raises(OutsideAccessError, match=r"of all responses of the survey.* the accounts you own"):
        check_whole_survey(Access(own_accounts=True), "demo")
    check_whole_survey(Access(("demo",)), "demo")
    assert named(EVERYTHING) == "nothing"


def test_figures_are_those_of_the_segment() -> None:
    for asked in (None, ("region", "emea")):
        assert figures_within(EMEA, ScoreScope((DEMO,), asked)) == ScoreScope((DEMO,), ("region", "emea"))


@pytest.mark.parametrize(
    ("access", "asked", "words"),
    [
        (EMEA, ScoreScope((DEMO,), ("region", "apac")), "this segment is outside"),
        (EMEA, ScoreScope((DEMO,), ("plan", "pro")), "this segment is outside"),
        (EMEA, ScoreScope((DEMO, make_survey(id="shop"))), "'shop' does not track 'region'"),
        (Access(("shop",)), ScoreScope((DEMO,)), "this survey is outside"),
        (Access(own_accounts=True), ScoreScope((DEMO,)), "figures of your own accounts are not counted"),
    ],
)
def test_what_is_not_counted_within_an_access_is_refused(access: Access, asked: ScoreScope, words: str) -> None:
    with pytest.raises(OutsideAccessError, match=words):
        figures_within(access, asked)


def test_a_value_that_shares_its_series_has_no_figures() -> None:
    full = make_survey(segments=("region",), places={"region": Places(is_unlisted=True)})
    with pytest.raises(OutsideAccessError, match="counts 'emea' together with other values"):
        figures_within(EMEA, ScoreScope((full,)))
    with pytest.raises(OutsideAccessError, match="together with other values"):
        figures_within(Access(segment=("region", OTHER)), ScoreScope((DEMO,)))


def test_of_a_breakdown_only_the_own_value_is_within() -> None:
    assert value_within(EMEA, DEMO, "region") == "emea"
    with pytest.raises(OutsideAccessError, match="nothing is counted by 'plan'"):
        value_within(EMEA, DEMO, "plan")


def test_nobody_grants_what_they_lack() -> None:
    giver = Caller(frozenset({"team:write", "scores:read"}), Access(("demo",)))
    check_grant(giver, ["scores:read"], Access(("demo",), ("region", "emea")))
    with pytest.raises(ForbiddenError, match="you lack 'keys', 'erasure'"):
        check_grant(giver, ["keys", "scores:read", "erasure"], Access(("demo",)))
    with pytest.raises(OutsideAccessError, match="limited to the survey demo, so you cannot grant more"):
        check_grant(giver, ["scores:read"], EVERYTHING)


@pytest.mark.parametrize(
    ("access", "segment", "holds"),
    [
        (EVERYTHING, None, True),
        (Access(("demo",)), ("plan", "pro"), True),
        (EMEA, ("region", "emea"), True),
        (EMEA, ("plan", "pro"), False),
        (EMEA, None, False),
        (Access(own_accounts=True), None, False),
        (Access(segment=("region", "emea"), own_accounts=True), ("region", "emea"), False),
    ],
)
def test_an_access_holds_every_row_of_its_segment_alone(
    access: Access, segment: tuple[str, str] | None, holds: bool
) -> None:
    assert holds_every_row(access, segment) is holds
