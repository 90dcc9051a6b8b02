"""The list of responses, and one of them."""

import csv
import io
from dataclasses import replace
from typing import Any

import pytest

from earshot.domain.access import Access, Role
from earshot.domain.accounts import Account
from earshot.services.responses.revise_response import Target, correct
from tests.factories import NOON, make_member, make_person, make_survey
from tests.fakes.fake_time import no_pause
from tests.unit.console.world import Console, words_of

HOSTILE = ["<script>alert(1)</script>", "\u202eevil", "x" * 10_000, "=HYPERLINK(1)", "{{ 7 * 7 }}", "a\u200bb"]


def test_a_response_is_listed_with_what_is_known_of_it(console: Console) -> None:
    console.people.kept["ann"] = make_person(account="Acme")
    console.record(2, comment="Late.", person="ann", properties={"plan": "pro"}, channel="email")
    text = words_of(console.page("/app/s/demo/responses"))
    assert "1 response · " in text
    assert "Late. Ann · Acme · 12:00" in text.replace("11:59", "12:00")
    assert "plan=pro" in text


@pytest.mark.parametrize("comment", HOSTILE)
def test_what_people_wrote_is_shown_and_does_nothing(console: Console, comment: str) -> None:
    console.record(3, comment=comment)
    html = console.page("/app/s/demo/responses")
    assert "<script>alert" not in html
    assert "49" not in words_of(html).partition("Leave them out")[2].partition("2026")[0]
    rows = list(csv.reader(io.StringIO(console.page("/app/s/demo/responses.csv"), newline="")))
    assert not rows[1][4].startswith("=")


def test_filters_leave_others_out_and_the_count_says_how_many_fit(console: Console) -> None:
    console.record(2, 3, 9, 10, comment="words")
    console.record(1)
    html = console.page("/app/s/demo/responses?category=detractor")
    assert "3 responses" in html
    html = console.page("/app/s/demo/responses?category=detractor&has_comment=true")
    assert "2 responses" in html
    assert html.count("data-item") == 2


def test_a_long_list_has_pages_and_keeps_its_filters(console: Console) -> None:
    console.record(*[3] * 60, *[9] * 60)
    html = console.page("/app/s/demo/responses?category=detractor&period=30d")
    assert html.count("data-item") == 50
    assert "60 responses" in html
    further = html.partition('<a class="button" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert "category=detractor" in further
    assert console.page(further).count("data-item") == 10


def test_a_page_says_how_far_it_looked_where_it_does_not_know_how_many_there_are(console: Console) -> None:
    console.record(*[3] * 60, comment="Late.")
    assert "Looked back to" not in console.page("/app/s/demo/responses")
    html = console.page("/app/s/demo/responses?has_comment=true")
    assert "at least 50" in html.lower()
    assert "Looked back to" in html


def test_a_cursor_of_other_filters_is_refused(console: Console) -> None:
    console.record(*[3] * 60)
    further = console.page("/app/s/demo/responses").partition('<a class="button" href="')[2].partition('"')[0]
    assert console.reply(further.replace("&amp;", "&") + "&category=promoter").status == 400


@pytest.mark.parametrize("role", [Role.EXECUTIVE, Role.ANALYST])
@pytest.mark.parametrize("form", ["", ".csv", ".json"])
def test_who_may_not_know_people_sees_none(console: Console, role: Role, form: str) -> None:
    console.people.kept["ann-1"] = make_person(id="ann-1", name="Ann Secret")
    (found,) = console.record(2, comment="Late.", person="ann-1")
    for path in (f"/app/s/demo/responses{form}", f"/app/s/demo/responses/{found}{form.replace('.csv', '.json')}"):
        body = console.page(path, console.visitor(role))
        assert "Late." in body
        assert "ann-1" not in body
        assert "Ann Secret" not in body


def test_nothing_yet_says_how_to_begin_and_nothing_found_how_to_go_on(console: Console) -> None:
    assert "earshot invite demo" in console.page("/app/s/demo/responses")
    assert "fewer filters" in console.page("/app/s/demo/responses?category=detractor")


def test_one_response_shows_all_that_happened_to_it(console: Console) -> None:
    (found,) = console.record(2, comment="Late.", properties={"plan": "pro"}, channel="api")
    html = console.page(f"/app/s/demo/responses/{found}")
    assert '<blockquote class="whole" dir="auto">Late.</blockquote>' in html
    assert "It was never corrected." in html
    assert console.data(f"/app/s/demo/responses/{found}.json")["comment"] == "Late."


def test_a_response_outside_of_the_access_is_not_there(console: Console) -> None:
    (found,) = console.record(2, comment="secret", properties={"plan": "free"}, channel="api")
    visitor = console.visitor(access=Access(segment=("plan", "pro")))
    assert "secret" not in console.page(f"/app/s/demo/responses/{found}", visitor, 404)


def test_one_page_of_own_accounts_does_not_count_the_whole_survey(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("earshot.console.pages.responses.ROWS_OF_A_FILE", 1)
    console.people.kept["ann"] = make_person(account="acme")
    console.accounts.kept["acme"] = Account("acme", owner="kim")
    console.record(9, 8, 7, days_ago=1)
    console.record(2, person="ann")
    visitor = console.visitor(Role.FRONTLINE, Access(own_accounts=True))
    count = console.data("/app/s/demo/responses.json", visitor)["count"]
    assert (count["value"], count["exact"]) == (1, False)


def test_all_days_until_one_are_listed(console: Console) -> None:
    console.record(2, days_ago=1)
    console.record(9, days_ago=5)
    found = console.data("/app/s/demo/responses.json?period=all&as_of=2026-11-19")
    assert [each["score"] for each in found["responses"]] == [9]


def test_the_history_names_the_member_who_corrected_a_response(console: Console) -> None:
    (found,) = console.record(2)
    console.members.kept["kim"] = replace(make_member("kim"), name="Kim Lee")
    meant = Target("demo", found, NOON, "c", "member:kim")
    ports: dict[str, Any] = {
        "surveys": console.surveys,
        "ledger": console.ledger,
        "people": console.people,
        "pause": no_pause,
    }
    correct(meant, {"excluded": True, "reason": "A test."}, **ports)
    text = words_of(console.page(f"/app/s/demo/responses/{found}"))
    assert "by Kim Lee: A test." in text
    assert "member:kim" not in text


def test_all_rows_of_own_accounts_are_counted_as_all(console: Console) -> None:
    console.people.kept["ann"] = make_person(account="acme")
    console.accounts.kept["acme"] = Account("acme", owner="kim")
    console.record(2, person="ann")
    text = words_of(console.page("/app/s/demo/responses", console.visitor(access=Access(own_accounts=True))))
    assert "1 response · " in text
    assert "at least" not in text


def test_values_that_are_counted_together_are_counted_by_their_rows(console: Console) -> None:
    console.surveys.surveys["demo"] = make_survey(segments=("plan",))
    console.record(9, 8, properties={"plan": "rare"}, channel="widget")
    console.record(2, properties={"plan": "scarce"}, channel="widget")
    for value, number in (("rare", 2), ("scarce", 1)):
        found = console.data(f"/app/s/demo/responses.json?segment=plan={value}")
        assert len(found["responses"]) == number
        word = "response" if number == 1 else "responses"
        text = words_of(console.page(f"/app/s/demo/responses?segment=plan={value}"))
        assert f"Reset {number} {word} · " in text
