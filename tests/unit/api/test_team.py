"""Members as they are sent: each fault named, each field in its one spelling."""

from datetime import date
from typing import Any

import pytest

from earshot.api.team import check_member_id, member_view, read_member
from earshot.domain.access import Role
from earshot.domain.errors import InvalidError
from earshot.domain.members import Absence, Member

BARE: dict[str, Any] = {"email": "kim@example.com", "role": "frontline"}


def test_a_member_has_defaults_and_each_field_its_one_spelling() -> None:
    assert read_member(BARE, "kim") == (Member("kim", "kim@example.com", None, Role.FRONTLINE), None)
    empty = dict.fromkeys(("name", "lead", "deputy", "timezone", "locale", "calendar"), "")
    assert read_member(BARE | empty | {"away": None}, "kim") == read_member(BARE, "kim")
    whole = BARE | {
        "lead": "leo",
        "deputy": "mia",
        "timezone": "Europe/Berlin",
        "locale": "pt_br",
        "calendar": "berlin",
    }
    whole |= {"name": "Kim", "away": {"from": "2026-12-24", "to": "2026-12-24"}, "revision": 3}
    day = date(2026, 12, 24)
    expected = Member(
        *("kim", "kim@example.com", "Kim", Role.FRONTLINE, "leo", "mia"),
        *(Absence(day, day), "Europe/Berlin", "pt-BR", "berlin"),
    )
    assert read_member(whole, "kim") == (expected, 3)


def test_a_member_is_shown_as_they_are_sent() -> None:
    sent = BARE | {"name": "Kim", "lead": "leo", "deputy": None, "away": {"from": "2026-12-24", "to": "2026-12-31"}}
    sent |= {"timezone": "Europe/Berlin", "locale": "de", "calendar": "berlin"}
    assert member_view(read_member(sent, "kim")[0]) == sent | {"id": "kim", "revision": 1, "access": {}}


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({"role": "frontline"}, "email: this field is required"),
        ({"email": "kim@example.com"}, "role: this field is required"),
        (BARE | {"email": ""}, "email: it is not a valid email address"),
        (BARE | {"email": "kim"}, "email: it is not a valid email address"),
        (BARE | {"role": "boss"}, "role: it must be one of owner, manager, frontline, executive, analyst"),
        (BARE | {"lead": "Leo"}, "lead: the id of a member has 1 to 63 of a-z, 0-9 and '-'"),
        (BARE | {"deputy": 7}, "deputy: it must be a string"),
        (BARE | {"calendar": "-"}, "calendar: the id of a calendar has 1 to 63"),
        (BARE | {"name": "two\nlines"}, "name: it must be one line"),
        (BARE | {"timezone": "Mars"}, "timezone: 'Mars' is not an IANA time zone"),
        (BARE | {"locale": "german"}, "locale: it is not a language tag"),
        (BARE | {"away": {"from": "2026-12-24"}}, "away.to: this field is required"),
        (BARE | {"away": {"from": "24.12.2026", "to": "2026-12-31"}}, "away.from: it is not a day like 2027-08-02"),
        (BARE | {"away": {"from": "2026-02-30", "to": "2026-12-31"}}, "away.from: it is not a day"),
        (BARE | {"away": {"from": "2026-W52-4", "to": "2026-12-31"}}, "away.from: it is not a day"),
        (BARE | {"away": {"from": "2026-12-31", "to": "2026-12-24"}}, "away.from: it must be before 'to', or the same"),
        (BARE | {"away": {"from": "2026-12-24", "to": "2026-12-31", "why": "x"}}, "away.why: there is no such field"),
        (BARE | {"revision": 0}, "revision: it must be a whole number from 1"),
        (BARE | {"id": "kim"}, "id: there is no such field"),
    ],
)
def test_a_fault_names_its_field_and_the_reason(body: dict[str, Any], fault: str) -> None:
    with pytest.raises(InvalidError) as refused:
        read_member(body, "kim")
    (found,) = refused.value.faults
    assert str(found).startswith(fault)


@pytest.mark.parametrize("member", ["Kim", "-", "", "kim@example.com", "k" * 64])
def test_an_id_is_a_name(member: str) -> None:
    with pytest.raises(InvalidError, match="member: the id of a member has 1 to 63"):
        check_member_id(member)
