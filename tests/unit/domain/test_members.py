"""Members: who stands in for one who is away, and which leads and deputies there can be."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from earshot.domain.access import Role
from earshot.domain.members import (
    MOST_STEPS,
    Absence,
    Member,
    faults_of,
    followed_by,
    led_by,
    removed,
    stand_in,
)

AT = int(datetime(2026, 10, 1, 22, 30, tzinfo=UTC).timestamp() * 1000)
AWAY = Absence(date(2026, 9, 1), date(2026, 10, 31))


def member(who: str, lead: str | None = None, deputy: str | None = None, **more: object) -> Member:
    made = Member(who, f"{who}@example.com", None, Role.FRONTLINE, lead, deputy)
    return replace(made, **more)  # type: ignore[arg-type]


def team(*members: Member) -> dict[str, Member]:
    return {each.id: each for each in members}


@pytest.mark.parametrize(
    ("zone", "first", "last", "is_there"),
    [
        ("UTC", date(2026, 10, 1), date(2026, 10, 1), False),
        ("Europe/Berlin", date(2026, 10, 1), date(2026, 10, 1), True),  # there it is the next day already
        ("Europe/Berlin", date(2026, 10, 2), date(2026, 10, 9), False),
        ("UTC", date(2026, 10, 2), date(2026, 10, 9), True),
    ],
)
def test_an_absence_is_of_days_in_the_zone_of_the_member(zone: str, first: date, last: date, is_there: bool) -> None:
    assert member("ann", timezone=zone, away=Absence(first, last)).is_there(AT) is is_there


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ([member("ann", deputy="bob"), member("bob")], "ann"),
        ([member("ann", deputy="bob", away=AWAY), member("bob")], "bob"),
        ([member("ann", deputy="bob", away=AWAY), member("bob", deputy="cleo", away=AWAY), member("cleo")], "cleo"),
        ([member("ann", lead="leo", deputy="bob", away=AWAY), member("bob", away=AWAY), member("leo")], "leo"),
        ([member("ann", lead="leo", away=AWAY), member("leo", deputy="mia", away=AWAY), member("mia")], "mia"),
        ([member("ann", lead="leo", away=AWAY), member("leo", lead="zoe", away=AWAY), member("zoe")], "zoe"),
        ([removed(member("ann", deputy="bob"), AT), member("bob")], "bob"),
        ([member("ann", deputy="bob", away=AWAY), removed(member("bob", deputy="cleo"), AT), member("cleo")], "cleo"),
        ([member("ann", lead="leo", deputy="bob", away=AWAY), member("bob", deputy="ann", away=AWAY)], None),
        ([member("ann", lead="leo", away=AWAY), member("leo", lead="ann", away=AWAY)], None),
        ([member("ann", away=AWAY)], None),
        ([], None),
    ],
)
def test_the_deputies_stand_in_for_a_member_and_then_the_leads_with_theirs(
    members: list[Member], expected: str | None
) -> None:
    assert stand_in("ann", team(*members), AT) == expected


def test_leads_are_followed_until_they_come_again() -> None:
    members = team(member("ann", "leo"), member("leo", "zoe"), member("zoe", "leo"), member("kim", "nobody"))
    assert list(led_by("ann", members)) == ["ann", "leo", "zoe"]
    assert list(led_by("kim", members)) == ["kim"]


@pytest.mark.parametrize("field", ["lead", "deputy"])
def test_a_lead_or_a_deputy_is_another_member_who_is_there(field: str) -> None:
    known = team(member("ann"), removed(member("bob"), AT))
    reasons = {
        "ann": f"a member is not their own {field}",
        "bob": "the member 'bob' was removed; name another one, or add them again",
        "cleo": "there is no member 'cleo'; add them first",
    }
    for named, reason in reasons.items():
        assert faults_of(member("ann", **{field: named}), known) == {field: reason}


@pytest.mark.parametrize("field", ["lead", "deputy"])
def test_a_circle_of_leads_or_deputies_is_refused_with_its_members(field: str) -> None:
    known = team(member("ann"), member("bob", **{field: "cleo"}), member("cleo", **{field: "ann"}))
    reason = f"this closes a circle: ann → bob → cleo → ann; change the {field} of one of them first"
    assert faults_of(member("ann", **{field: "bob"}), known) == {field: reason}
    assert faults_of(member("ann", **{field: "bob"}), team(member("bob", **{field: "cleo"}), member("cleo"))) == {}
    other = "deputy" if field == "lead" else "lead"
    assert faults_of(member("ann", **{other: "bob"}), known) == {}


def test_a_circle_among_others_does_not_keep_a_member_from_their_lead() -> None:
    known = team(member("bob", "cleo"), member("cleo", "bob"))
    assert faults_of(member("ann", "bob"), known) == {}


def test_those_who_are_followed_are_the_leads_and_the_deputies_each_once() -> None:
    ann, bob, cleo, dan = member("ann", "bob", "cleo"), member("bob", "dan"), member("cleo", "x", "dan"), member("dan")
    assert followed_by(ann, team(bob, cleo, dan)) == [bob, dan, cleo]
    assert followed_by(member("eve"), team(ann, bob, cleo, dan)) == []
    # What others lead to is of no interest, and a circle among them has an end.
    assert followed_by(member("eve", "fay"), team(member("fay", "gus"), member("gus", "fay"))) == [
        member("fay", "gus"),
        member("gus", "fay"),
    ]


def test_a_row_of_leads_has_an_end() -> None:
    row = team(*(member(f"m{place}", f"m{place + 1}") for place in range(MOST_STEPS)), member(f"m{MOST_STEPS}"))
    reason = "from here on more than 40 members lead to one another; name one who is nearer to the end"
    assert faults_of(member("ann", "m1"), row) == {"lead": reason}
    assert faults_of(member("ann", "m2"), row) == {}
    assert len(followed_by(member("ann", "m2"), row)) == MOST_STEPS - 1


def test_of_a_removed_member_the_address_and_the_name_go_and_those_who_stand_in_stay() -> None:
    whole = member("ann", "leo", "bob", name="Ann", away=AWAY, timezone="Asia/Tokyo", calendar="tokyo", made_at=1)
    left = Member("ann", "", None, Role.FRONTLINE, "leo", "bob", made_at=1, removed_at=AT, revision=2)
    assert removed(whole, AT) == left
