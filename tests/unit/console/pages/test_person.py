"""The page of a person: whether they may be asked, and all that happened."""

from dataclasses import replace

import pytest

from earshot.domain.access import Access, Role
from earshot.domain.accounts import Account
from earshot.domain.cases import Case, SubjectKind
from earshot.domain.invitation import InvitationState, Mail
from tests.factories import DAY, NOON, make_invitation, make_person
from tests.unit.console.case_world import open_case
from tests.unit.console.world import Console, words_of

PATH = "/app/person?id=ann"


@pytest.fixture(autouse=True)
def ann(console: Console) -> None:
    console.people.kept["ann"] = make_person(account="acme")


def test_what_happened_is_listed_the_newest_first(console: Console) -> None:
    sent = make_invitation(
        decided_at=NOON - 5 * DAY,
        state=InvitationState.SENT,
        sent_at=NOON - 4 * DAY,
        mails=(Mail(1, NOON - 5 * DAY, "m-1"), Mail(2, NOON - 4 * DAY, "m-2")),
        delivery_events=frozenset({"delivered#1", "opened#1", "clicked#2"}),
    )
    declined = make_invitation(decided_at=NOON - 2 * DAY, state=InvitationState.DECLINED, reason="quiet-period")
    for each in (sent, replace(declined, id=declined.id[:-1] + "0")):
        console.invitations.kept["ann", each.id] = each
    (response,) = console.record(2, comment="Late.", person="ann", days_ago=1)
    case = Case("c-1", "demo", SubjectKind.PERSON, NOON, NOON + 1, NOON + 2, NOON, person="ann")
    console.cases.kept[case.id] = case
    console.cases.of_subjects[SubjectKind.PERSON, "demo", "ann"] = case.id
    html = console.page(PATH)
    text = words_of(html).partition("What happened")[2]
    parts = ["Responded 2: demo", "Late.", "Not asked: demo", "Asked too recently", "Reminded: demo", "Clicked"]
    parts += ["Asked: demo", "Delivered, Opened"]
    places = [text.index(part) for part in parts]
    assert places == sorted(places)
    assert f'href="/app/s/demo/responses/{response}"' in html


@pytest.mark.parametrize(
    ("last_invited_at", "words"),
    [(None, "Never asked yet."), (NOON - 400 * DAY, "May be asked again."), (NOON - DAY, "may be asked again from")],
)
def test_it_says_when_the_person_may_be_asked_again(console: Console, last_invited_at: int | None, words: str) -> None:
    console.people.kept["ann"] = make_person(last_invited_at=last_invited_at, mailbox=None, email=None)
    assert words in words_of(console.page(PATH))


def test_who_unsubscribed_can_be_written_to_again_by_who_may_do_that(console: Console) -> None:
    console.suppressions.add("ann@example.com", "unsubscribed", NOON)
    html = console.page(PATH)
    assert "No mail is sent: unsubscribed, since 12:00." in words_of(html)
    assert 'value="resubscribe"' in html
    assert 'value="resubscribe"' not in console.page(PATH, console.visitor(Role.FRONTLINE))


def test_only_who_erases_is_offered_it(console: Console) -> None:
    assert "Erase for good" in console.page(PATH)
    assert "Erase for good" not in console.page(PATH, console.visitor(Role.MANAGER))
    assert "Erase for good" not in console.page(PATH, console.visitor(access=Access(surveys=("demo",))))


@pytest.mark.parametrize("role", [Role.EXECUTIVE, Role.ANALYST])
@pytest.mark.parametrize("form", ["", ".csv", ".json"])
def test_who_may_not_know_people_has_no_such_page(console: Console, role: Role, form: str) -> None:
    reply = console.reply(f"/app/person{form}?id=ann", console.visitor(role))
    assert reply.status == 403
    assert b"ann@example.com" not in reply.body


def test_a_person_of_another_account_is_not_there(console: Console) -> None:
    console.accounts.kept["acme"] = Account("acme", owner="lou")
    visitor = console.visitor(Role.FRONTLINE, Access(own_accounts=True))
    assert console.reply(PATH, visitor).status == 403
    console.accounts.kept["acme"] = Account("acme", owner="kim")
    assert console.reply(PATH, visitor).status == 200


def test_a_response_from_before_with_another_segment_value_is_outside_of_the_access(console: Console) -> None:
    console.people.kept["ann"] = make_person(properties={"plan": "pro"})
    visitor = console.visitor(Role.FRONTLINE, Access(segment=("plan", "pro")))
    open_case(console, "ann", owner="lou", comment="secret", properties={"plan": "free"})
    console.record(9, person="ann", comment="shown", properties={"plan": "pro"})
    for form in ("", ".json", ".csv"):
        html = console.page(f"/app/person{form}?id=ann", visitor)
        assert ("shown" in html, "secret" in html) == (True, False), form
    assert "/app/cases/" not in console.page(PATH, visitor)
    assert console.data("/app/person.json?id=ann", visitor)["cases"] == []


@pytest.mark.parametrize("path", ["/app/person", "/app/person?id=nobody"])
def test_a_person_who_is_not_known_is_not_found(console: Console, path: str) -> None:
    assert "There is no such person" in console.page(path, status=404)


def test_an_address_is_no_id(console: Console) -> None:
    assert console.reply("/app/person?id=ann@example.com").status == 400


def test_the_data_is_that_of_the_page(console: Console) -> None:
    console.record(2, comment="Late.", person="ann")
    data = console.data("/app/person.json?id=ann")
    assert (data["person"]["id"], data["responses"][0]["comment"]) == ("ann", "Late.")
    assert "Responded 2: demo,Late." in console.page("/app/person.csv?id=ann")
