"""Home: each survey at a glance, as its score was last computed."""

import pytest

from earshot.domain.access import Access, Role
from earshot.domain.alert_settings import ScoreTarget
from earshot.domain.cases import Case, SubjectKind
from earshot.domain.segment_values import OTHER
from tests.factories import NOON, make_survey
from tests.fakes.surveys import InMemorySurveys
from tests.unit.console.world import Console, words_of


def test_a_survey_shows_its_score_with_interval_size_and_change(console: Console) -> None:
    console.record(*[10] * 30, *[0] * 10, days_ago=5)
    console.record(*[10] * 10, *[0] * 30, days_ago=100)
    console.compute()
    text = words_of(console.page("/app"))
    assert "The shop 50" in text
    assert "95% confidence interval 20.6 to 72.4 40 responses" in text

    assert "A real rise of +100.0 points" in text
    assert "Computed 12:00" in text


def test_a_survey_whose_score_was_never_computed_is_counted_now(console: Console) -> None:
    console.record(*[10] * 12)
    text = words_of(console.page("/app"))
    assert "The shop 100" in text
    assert "Other – no responses 0 responses" in text


def test_without_surveys_the_next_step_is_shown(console: Console) -> None:
    console.surveys = InMemorySurveys()
    assert "earshot survey create" in console.page("/app")


def test_few_responses_have_no_interval(console: Console) -> None:
    console.record(9, 9, 3)
    console.compute()
    text = words_of(console.page("/app"))
    assert "too few responses to say: 3" in text
    assert "Too few responses to compare with" in text


def test_the_score_of_an_earlier_day_is_called_so(console: Console) -> None:
    console.record(*[9] * 12)
    console.compute()
    console.surveys.surveys["demo"] = make_survey(name="The shop", timezone="Pacific/Kiritimati")
    assert "Not computed yet today" in words_of(console.page("/app"))


def test_a_target_is_compared_with_the_score(console: Console) -> None:
    console.surveys.surveys["demo"] = make_survey(name="The shop", target=ScoreTarget(20))
    console.record(*[10] * 40)
    console.compute()
    assert "Target 20: reached" in words_of(console.page("/app"))


def test_the_newest_comments_are_good_and_bad_ones_in_turn(console: Console) -> None:
    for number in range(5):
        console.record(10, comment=f"good {number}", days_ago=number)
        console.record(1, comment=f"bad {number}", days_ago=number)
    console.record(1, comment="before all", excluded=True)
    html = console.page("/app")
    shown = [word for word in ("bad 0", "good 0", "bad 1", "good 1", "bad 2", "good 2") if word in html]
    assert len(shown) == 6
    assert "good 3" not in html


def test_an_executive_reads_comments_and_no_names(console: Console) -> None:
    console.record(1, comment="Late again.", person="ann-the-person")
    html = console.page("/app", console.visitor(Role.EXECUTIVE))
    assert "Late again." in html
    assert "ann-the-person" not in html
    assert "Open cases" not in html


def test_a_frontline_member_sees_how_many_of_their_own_cases_wait(console: Console) -> None:
    for number, owner in enumerate(("kim", "kim", "ann")):
        case = Case(f"c{number}", "demo", SubjectKind.PERSON, NOON, NOON - number, NOON + 1, NOON, owner=owner)
        console.cases.kept[case.id] = case
    html = console.page("/app", console.visitor(Role.FRONTLINE))
    assert '<a href="/app/cases?owner=kim">2</a>' in html
    assert '<a href="/app/cases">3</a>' in console.page("/app")


@pytest.mark.parametrize(("access", "score"), [(Access(), 0), (Access(segment=("plan", "pro")), 100)])
def test_the_score_is_that_of_the_access(console: Console, access: Access, score: int) -> None:
    console.record(*[10] * 12, properties={"plan": "pro"}, channel="api")
    console.record(*[0] * 12, properties={"plan": "free"}, channel="api")
    console.compute()
    found = console.data("/app.json", console.visitor(access=access))
    assert found["surveys"][0]["nps"] == score


def test_own_accounts_have_no_figures_and_the_page_says_so(console: Console) -> None:
    console.record(*[10] * 12)
    console.compute()
    visitor = console.visitor(Role.FRONTLINE, Access(own_accounts=True))
    html = console.page("/app", visitor)
    assert "Figures are not counted for them" in html
    assert "100" not in words_of(html).partition("Surveys")[2]


@pytest.mark.parametrize("segment", [("region", "emea"), ("plan", OTHER)])
def test_what_is_not_counted_within_an_access_has_no_figures(console: Console, segment: tuple[str, str]) -> None:
    console.record(*[10] * 12, properties={"plan": "pro"})
    console.compute()
    visitor = console.visitor(access=Access(segment=segment))
    assert console.data("/app.json", visitor)["surveys"][0]["responses"] is None
    assert '<a href="/app/s/demo/responses"><bdi>The shop' in console.page("/app", visitor)


def test_the_responses_of_a_survey_are_a_link_with_the_same_filters(console: Console) -> None:
    console.record(*[10] * 12)
    console.compute()
    assert 'href="/app/s/demo/responses?basis=latest"' in console.page("/app?basis=latest")


def test_a_survey_of_employees_is_not_listed(console: Console) -> None:
    assert "Staff" not in console.page("/app")
    assert "staff" not in console.page("/app.csv")
