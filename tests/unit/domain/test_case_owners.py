"""Who owns a case that opens."""

from datetime import date

import pytest

from earshot.domain.access import Role
from earshot.domain.case_owners import NamedOwners, choose_owner, handed_over
from earshot.domain.cases import OwnedBy
from earshot.domain.members import Absence, Member, removed
from tests.factories import NOON, make_member

AWAY = Absence(date(2026, 11, 21), date(2026, 11, 30))
EVERYBODY = NamedOwners("prop", "acc", "rule", (Role.MANAGER, Role.ANALYST), "survey")


def team(*members: Member) -> dict[str, Member]:
    return {member.id: member for member in members}


def no_turn(role: Role) -> int:
    raise AssertionError(f"a turn of {role} was taken")


@pytest.mark.parametrize(
    ("there", "owner"),
    [
        ("prop acc rule manager analyst survey", ("prop", OwnedBy.PROPERTY)),
        ("acc rule manager analyst survey", ("acc", OwnedBy.ACCOUNT)),
        ("rule manager analyst survey", ("rule", OwnedBy.RULE)),
        ("manager analyst survey", ("manager", OwnedBy.TURN)),
        ("analyst survey", ("analyst", OwnedBy.TURN)),
        ("survey other", ("survey", OwnedBy.SURVEY)),
        ("other", (None, None)),
        ("", (None, None)),
    ],
)
def test_the_first_that_names_somebody_who_is_there_decides(there: str, owner: tuple[str | None, OwnedBy]) -> None:
    roles = {"manager": Role.MANAGER, "analyst": Role.ANALYST}
    members = team(*(make_member(name, role=roles.get(name, Role.FRONTLINE)) for name in there.split()))
    assert choose_owner(EVERYBODY, members, NOON, no_turn) == owner


@pytest.mark.parametrize("text", ["bea", " Bea ", "Bea@Example.com", "bea@example.com"])
def test_a_property_names_a_member_by_id_or_address_in_any_case(text: str) -> None:
    members = team(make_member("ann"), make_member("bea"))
    assert choose_owner(NamedOwners(text), members, NOON, no_turn) == ("bea", OwnedBy.PROPERTY)


@pytest.mark.parametrize("text", ["", " ", "somebody", "x@example.com"])
def test_a_property_that_names_no_member_names_nobody(text: str) -> None:
    members = team(make_member("ann"), removed(make_member("gone"), NOON))
    assert choose_owner(NamedOwners(text), members, NOON, no_turn) == (None, None)
    assert choose_owner(NamedOwners(text, rule="ann"), members, NOON, no_turn) == ("ann", OwnedBy.RULE)


@pytest.mark.parametrize(
    "named", [NamedOwners("ann"), NamedOwners(account="ann"), NamedOwners(rule="ann"), NamedOwners(survey="ann")]
)
def test_a_deputy_or_a_lead_stands_in_for_who_is_away_or_was_removed(named: NamedOwners) -> None:
    for ann in (make_member("ann", away=AWAY, deputy="bea"), removed(make_member("ann", lead="bea"), NOON)):
        assert choose_owner(named, team(ann, make_member("bea")), NOON, no_turn) == ("bea", OwnedBy.DEPUTY)


def test_where_nobody_stands_in_the_next_one_named_decides() -> None:
    named = NamedOwners(account="ann", survey="cy")
    members = team(make_member("ann", away=AWAY), make_member("cy"))
    assert choose_owner(named, members, NOON, no_turn) == ("cy", OwnedBy.SURVEY)


@pytest.mark.parametrize(
    ("ann", "expected"),
    [
        (make_member("ann", away=AWAY, deputy="bea"), None),
        (removed(make_member("ann", deputy="bea"), NOON), ("bea", OwnedBy.DEPUTY)),
        (removed(make_member("ann"), NOON), (None, None)),
        (make_member("another"), (None, None)),
    ],
)
def test_a_case_goes_only_from_who_was_removed_to_who_stands_in(ann: Member, expected: object) -> None:
    assert handed_over("ann", team(ann, make_member("bea")), NOON) == expected


def test_members_of_a_role_take_turns_and_those_who_are_away_are_left_out() -> None:
    names = ("ann", "bea", "cy", "dan")
    members = team(*(make_member(name, away=AWAY if name == "bea" else None) for name in names))
    members["eve"] = make_member("eve", role=Role.MANAGER)
    turns = iter(range(1, 7))
    named = NamedOwners(roles=(Role.FRONTLINE,))
    owners = [choose_owner(named, members, NOON, lambda _: next(turns))[0] for _ in range(6)]
    assert owners == ["cy", "dan", "ann", "cy", "dan", "ann"]
