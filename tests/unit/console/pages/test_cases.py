"""The board and the table of cases: where each stands, what is late, and who sees what."""

import csv
import io
from dataclasses import replace

import pytest

from earshot.domain.access import Access, Role
from earshot.domain.cases import SubjectKind
from tests.factories import make_member, make_survey
from tests.unit.console.case_world import form_of, note, open_case
from tests.unit.console.world import Console, words_of

HOSTILE = ["<script>alert(1)</script>", "\u202eevil", "x" * 10_000, "=HYPERLINK(1)", "{{ 7 * 7 }}"]


def column(html: str, name: str) -> str:
    return html.partition(f'data-column="{name}"')[2].partition("</section>")[0]


def test_each_case_stands_in_the_column_of_what_is_next(console: Console) -> None:
    open_case(console, "ann")
    contacted = open_case(console, "bob")
    waiting = open_case(console, "cid")
    note(console, contacted, "contacted")
    note(console, waiting, "contacted")
    note(console, waiting, "waiting")
    html = console.page("/app/cases")
    for name, who in (("open", "Ann"), ("contacted", "Bob"), ("waiting", "Cid")):
        assert who in column(html, name)
        assert column(html, name).count("data-item") == 1
    assert "3 cases" in words_of(html)


def test_a_card_says_who_is_unhappy_why_and_until_when_to_act(console: Console) -> None:
    console.members.kept["kim"] = replace(make_member("kim"), name="Kim Lee")
    open_case(console, days_ago=3)
    text = words_of(console.page("/app/cases"))
    assert "Two crates were missing." in text
    assert "Contact overdue by 2 days" in text
    assert "Kim Lee" in text
    assert "1 overdue" in text


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("owner=kim", {"Ann"}),
        ("owner=-", {"Bob"}),
        ("overdue=true", {"Bob"}),
        ("survey=other", {"Cid"}),
        ("", {"Ann", "Bob", "Cid"}),
    ],
)
def test_filters_leave_others_out(console: Console, query: str, shown: set[str]) -> None:
    console.members.kept["lee"] = make_member("lee")
    open_case(console, "ann")
    open_case(console, "bob", owner=None, days_ago=3)
    open_case(console, "cid", owner="lee", survey="other")
    html = console.page(f"/app/cases?{query}")
    assert {name for name in ("Ann", "Bob", "Cid") if name in words_of(html.partition('id="results"')[2])} == shown


def test_closed_cases_are_listed_by_their_state(console: Console) -> None:
    closed = open_case(console, "ann")
    open_case(console, "bob")
    note(console, closed, "resolved", outcome="explained", root_cause="delivery")
    html = console.page("/app/cases?state=resolved&survey=demo")
    assert "Ann" in html.partition('id="results"')[2]
    assert "Bob" not in html.partition('id="results"')[2]
    assert "Ann" not in console.page("/app/cases").partition('id="results"')[2]


def test_the_menu_of_a_card_moves_it_by_a_form_that_leads_back(console: Console) -> None:
    case = open_case(console)
    html = console.page("/app/cases?owner=kim")
    assert form_of(html, "contacted") == {
        "token": "form-token",
        "revision": str(case.revision),
        "back": "/app/cases?owner=kim",
        "kind": "contacted",
    }
    assert f"/app/cases/{case.id}#resolved" in html


@pytest.mark.parametrize("state", ["open", "closed", "archived"])
def test_a_case_waits_on_the_board_whatever_became_of_its_survey(console: Console, state: str) -> None:
    case = open_case(console)
    console.surveys.surveys["demo"] = make_survey(name="The shop", state=state)
    assert f"/app/cases/{case.id}" in console.page("/app/cases")
    assert f"/app/cases/{case.id}" in console.page("/app/person?id=ann")


@pytest.mark.parametrize("role", [Role.EXECUTIVE])
@pytest.mark.parametrize("form", ["", ".csv", ".json"])
def test_an_executive_sees_figures_and_no_names_or_words(console: Console, role: Role, form: str) -> None:
    case = open_case(console)
    note(console, case, "note", note="Ann rang twice.")
    for path in (f"/app/cases{form}", f"/app/cases/{case.id}{form.replace('.csv', '')}"):
        page = console.page(path, console.visitor(role))
        assert "Two crates" not in page
        assert "Ann" not in page
        assert 'method="post" action="/app/cases' not in page


@pytest.mark.parametrize("form", ["", ".csv", ".json"])
def test_an_executive_does_not_see_whose_account_a_case_is_of(console: Console, form: str) -> None:
    case = replace(open_case(console), subject=SubjectKind.ACCOUNT, person=None, account="Acme Inc.")
    console.cases.kept[case.id] = case
    for path in (f"/app/cases{form}", f"/app/cases/{case.id}{form.replace('.csv', '')}"):
        assert "Acme" not in console.page(path, console.visitor(Role.EXECUTIVE)), path
        assert "Acme" in console.page(path, console.visitor(Role.FRONTLINE)), path


def test_who_may_not_read_cases_gets_the_reason_in_words(console: Console) -> None:
    open_case(console)
    html = console.page("/app/cases", console.visitor(Role.ANALYST), status=403)
    assert "Ask an owner of your team" in html


def test_cases_outside_of_an_access_are_not_shown(console: Console) -> None:
    ours, theirs = open_case(console, "ann", properties={"plan": "pro"}), open_case(console, "bob", survey="other")
    basic = open_case(console, "cid", owner=None, properties={"plan": "basic"})
    one_survey = console.visitor(access=Access(surveys=("demo",)))
    segment = console.visitor(access=Access(surveys=("demo",), segment=("plan", "pro")))
    assert "Bob" not in console.page("/app/cases", one_survey)
    assert console.reply("/app/cases?survey=other", one_survey).status == 400
    assert "Cid" not in console.page("/app/cases", segment)
    for case, visitor in ((theirs, one_survey), (theirs, segment), (basic, segment)):
        for form in ("", ".json"):
            assert console.reply(f"/app/cases/{case.id}{form}", visitor).status in (403, 404)
    assert console.reply(f"/app/cases/{ours.id}", segment).status == 200


@pytest.mark.parametrize("comment", HOSTILE)
def test_what_people_wrote_is_shown_and_does_nothing(console: Console, comment: str) -> None:
    open_case(console, comment=comment)
    html = console.page("/app/cases")
    assert "<script>alert" not in html
    assert "49" not in words_of(html.partition('id="results"')[2])


def test_the_files_have_the_rows_of_the_page_as_the_api_names_them(console: Console) -> None:
    case = open_case(console, days_ago=3)
    (row,) = csv.DictReader(io.StringIO(console.page("/app/cases.csv"), newline=""))
    (shown,) = console.data("/app/cases.json")["cases"]
    assert (
        (row["id"], row["state"], row["breached"])
        == (case.id, "open", "True")
        == (shown["id"], shown["state"], str(shown["breached"]))
    )


def test_nothing_yet_says_how_to_begin_and_nothing_found_how_to_go_on(console: Console) -> None:
    assert "earshot cases open" in console.page("/app/cases")
    assert "Choose fewer filters" in console.page("/app/cases?overdue=true")


def test_a_long_list_has_pages_that_keep_the_filters(console: Console) -> None:
    for number in range(60):
        open_case(console, f"p{number}")
    html = console.page("/app/cases?owner=kim")
    further = html.partition('<a class="button" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert "owner=kim" in further
    assert console.page(further).count("data-item") == 10
    assert console.reply("/app/cases?cursor=nonsense").status == 400


def test_closed_cases_are_of_the_survey_that_the_form_shows(console: Console) -> None:
    html = console.page("/app/cases?state=resolved")
    assert '<option value="demo" selected>The shop</option>' in html
    assert "All surveys" not in html
    assert "All surveys" in console.page("/app/cases")


def test_without_surveys_there_are_no_closed_cases(console: Console) -> None:
    console.surveys.surveys.clear()
    for form in ("", ".csv", ".json"):
        assert console.reply(f"/app/cases{form}?state=resolved").status == 200
