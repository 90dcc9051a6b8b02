"""What a visitor may do on a page."""

from earshot.domain.access import Access, Role
from tests.factories import make_survey
from tests.unit.console.world import Console


def test_an_archived_survey_is_not_listed(console: Console) -> None:
    console.surveys.surveys["old"] = make_survey(id="old", name="Old one", state="archived")
    assert "Old one" not in console.page("/app")


def test_every_survey_is_listed_however_many_there_are(console: Console) -> None:
    for number in range(60):
        console.surveys.surveys[f"s{number:02}"] = make_survey(id=f"s{number:02}", name=f"Survey {number:02}")
    assert "Survey 59" in console.page("/app")


def test_only_surveys_of_the_access_are_listed(console: Console) -> None:
    html = console.page("/app", console.visitor(access=Access(surveys=("other",))))
    assert "Other" in html
    assert "The shop" not in html


def test_a_page_that_the_role_lacks_says_who_to_ask(console: Console) -> None:
    visitor = console.visitor(Role.EXECUTIVE)
    assert visitor.caller.role is Role.EXECUTIVE
    assert console.reply("/app/s/demo/responses", visitor).status == 200
