"""Which page a path leads to, and what is shown where there is none."""

import pytest

from earshot.console.router import PAGES
from earshot.domain.access import Access, Role
from tests.unit.console.world import Console, request

PATHS = [each.format(survey="demo", property="plan", response="r", case="c") for each in PAGES]


@pytest.mark.parametrize("path", [*PATHS, "/app/nothing", "/app/s/none/trend", "/app/%2e%2e", "/app/s/demo.csv"])
def test_nobody_sees_more_than_the_way_to_sign_in(console: Console, path: str) -> None:
    reply = console.nobody(f"{path}?period=30d")
    assert (reply.status, reply.body) == (303, b"")
    assert reply.headers["location"].startswith("/app/sign-in?next=%2Fapp")
    assert reply.headers["location"].endswith("%3Fperiod%3D30d")


def test_a_key_that_was_pasted_into_an_address_is_not_repeated(console: Console) -> None:
    key = f"earshot_0f1e2d3c4b5a_{'0a' * 24}"
    for path in (f"/app/cases/{key}", f"/app/s/demo?segment={key}"):
        assert console.nobody(path).headers["location"] == "/app/sign-in?next=%2Fapp"


@pytest.mark.parametrize(
    "path", ["/app/nothing", "/app/s/none", "/app/s/demo/responses/none", "/app/s/demo/segments/x"]
)
def test_a_page_that_there_is_not_says_so_and_leads_home(console: Console, path: str) -> None:
    html = console.page(path, status=404)
    assert 'href="/app"' in html


@pytest.mark.parametrize("path", [each for each in PATHS if "/s/" in each])
@pytest.mark.parametrize("form", ["", ".json", ".csv"])
def test_a_survey_outside_of_the_access_shows_nothing(console: Console, path: str, form: str) -> None:
    console.record(9, comment="a secret word")
    visitor = console.visitor(access=Access(surveys=("other",)))
    reply = console.reply(path + form, visitor)
    assert reply.status in {403, 404}
    assert b"secret" not in reply.body
    assert b"The shop" not in reply.body


@pytest.mark.parametrize("path", [each for each in PATHS if "/s/" in each and not each.endswith("/pulse")])
def test_an_employee_survey_shows_nothing_to_anybody(console: Console, path: str) -> None:
    console.record(3, survey="staff", comment="my boss")
    reply = console.reply(path.replace("/demo", "/staff"))
    assert reply.status == 409
    assert b"my boss" not in reply.body


def test_filters_that_cannot_be_meant_are_named_on_the_page(console: Console) -> None:
    html = console.page("/app/s/demo?period=5x&sgment=plan", status=400)
    assert "sgment" in html
    assert "period" in html
    assert 'href="/app/s/demo"' in html


def test_a_reason_in_english_does_not_reorder_a_page_from_right_to_left(console: Console) -> None:
    html = console.page("/app/s/demo?period=5x", console.visitor(locale="ar"), status=400)
    assert "<bdi>&#39;5x&#39; is neither" in html


@pytest.mark.parametrize("query", ["theme=dark", "period=30d&theme=light"])
def test_a_theme_is_kept_for_the_next_page(console: Console, query: str) -> None:
    theme = query.rpartition("=")[2]
    reply = console.reply(f"/app?{query}")
    assert reply.cookies[0].startswith(f"earshot-theme={theme}; Path=/app; ")
    assert f'data-theme="{theme}"'.encode() in reply.body
    again = console.reply("/app", cookie=f"earshot-theme={theme}")
    assert again.cookies == ()
    assert f'data-theme="{theme}"'.encode() in again.body


def test_a_theme_that_there_is_not_is_refused(console: Console) -> None:
    assert console.reply("/app?theme=neon").status == 400


def test_the_files_of_the_console_need_no_session(console: Console) -> None:
    assert console.nobody("/app/assets/none.css").status == 404


def test_a_file_of_the_console_is_kept_for_good(console: Console) -> None:
    from earshot.console.assets import address  # noqa: PLC0415

    reply = console.nobody(address("console.css"))
    assert reply.status == 200
    assert "immutable" in reply.headers["cache-control"]


def test_the_words_are_in_the_language_of_the_member(console: Console) -> None:
    html = console.page("/app", console.visitor(locale="de"))
    assert '<html lang="de" dir="ltr"' in html
    assert '<html lang="ar" dir="rtl"' in console.page("/app", console.visitor(locale="ar"))


def test_an_analyst_has_no_way_to_cases(console: Console) -> None:
    assert 'href="/app/cases"' in console.page("/app")
    assert 'href="/app/cases"' not in console.page("/app", console.visitor(Role.ANALYST))


def test_a_request_is_read_as_a_browser_sends_it() -> None:
    assert request("/app/s/demo?period=30d").query == {"period": "30d"}


@pytest.mark.parametrize("path", ["/app.svg", "/app/s/demo.svg", "/app/s/demo/segments/plan.svg", "/app/settings.svg"])
def test_a_page_that_does_not_come_in_a_form_is_not_found_in_it(console: Console, path: str) -> None:
    console.page(path, status=404)
