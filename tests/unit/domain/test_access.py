"""Who may do what, with which rows."""

import pytest

from earshot.domain.access import (
    EVERYTHING,
    SCOPES,
    SCOPES_OF,
    Access,
    Caller,
    Role,
    Row,
    allowed,
    is_within,
    reads_words_of_cases,
)

EMEA = Access(surveys=("acme",), segment=("region", "emea"))


def test_each_role_has_scopes_and_no_others_than_there_are() -> None:
    assert set(SCOPES_OF) == set(Role)
    assert all(scopes <= set(SCOPES) for scopes in SCOPES_OF.values())
    assert SCOPES_OF[Role.OWNER] == set(SCOPES)


@pytest.mark.parametrize("scope", ["team:write", "keys", "identity:read", "erasure"])
def test_only_an_owner_manages_team_and_keys_and_erases(scope: str) -> None:
    assert [role for role, scopes in SCOPES_OF.items() if scope in scopes] == [Role.OWNER]


@pytest.mark.parametrize("role", [Role.EXECUTIVE, Role.ANALYST])
def test_executives_and_analysts_read_no_people(role: Role) -> None:
    assert "people:read" not in SCOPES_OF[role]
    assert "responses:read" in SCOPES_OF[role]


def test_a_scope_that_a_caller_lacks_refuses_everything() -> None:
    assert not allowed(Caller(frozenset({"scores:read"})), "responses:read")


def test_access_to_some_surveys_leaves_the_others_out() -> None:
    caller = Caller(frozenset({"scores:read"}), Access(surveys=("acme",)))
    assert allowed(caller, "scores:read", "acme")
    assert not allowed(caller, "scores:read", "other")
    assert allowed(caller, "scores:read")


@pytest.mark.parametrize(
    ("properties", "is_allowed"), [({"region": "emea"}, True), ({"region": "us"}, False), ({}, False)]
)
def test_access_to_a_segment_value_is_to_its_rows(properties: dict[str, str], is_allowed: bool) -> None:
    caller = Caller(frozenset({"responses:read"}), EMEA)
    assert allowed(caller, "responses:read", "acme", Row(properties)) is is_allowed
    assert not allowed(caller, "responses:read", "other", Row(properties))


def test_own_accounts_are_those_that_the_member_owns() -> None:
    caller = Caller(frozenset({"people:read"}), Access(own_accounts=True), member="kim")
    assert allowed(caller, "people:read", row=Row(account_owner="kim"))
    assert not allowed(caller, "people:read", row=Row(account_owner="ann"))
    assert not allowed(caller, "people:read", row=Row())
    key = Caller(frozenset({"people:read"}), Access(own_accounts=True))
    assert not allowed(key, "people:read", row=Row())


def test_what_a_member_owns_is_in_their_access_within_its_surveys() -> None:
    caller = Caller(frozenset({"cases:read"}), EMEA, member="kim")
    assert allowed(caller, "cases:read", "acme", Row(owner="kim"))
    assert not allowed(caller, "cases:read", "other", Row(owner="kim"))


def test_only_an_access_without_limits_is_whole() -> None:
    assert EVERYTHING.is_whole
    assert not EMEA.is_whole
    assert Access(surveys=("acme",)).has_whole_surveys
    assert not EMEA.has_whole_surveys


@pytest.mark.parametrize(
    ("inner", "outer", "expected"),
    [
        (EVERYTHING, EVERYTHING, True),
        (Access(("a",)), Access(("a", "b")), True),
        (EVERYTHING, Access(("a",)), False),
        (Access(("a", "c")), Access(("a", "b")), False),
        (Access(("a",), ("region", "emea")), Access(segment=("region", "emea")), True),
        (Access(segment=("region", "apac")), Access(segment=("region", "emea")), False),
        (Access(own_accounts=True), EVERYTHING, True),
        (EVERYTHING, Access(own_accounts=True), False),
    ],
)
def test_access_is_within_another_if_it_holds_nothing_more(inner: Access, outer: Access, *, expected: bool) -> None:
    assert is_within(inner, outer) is expected


def test_an_executive_reads_comments_but_not_the_words_of_cases() -> None:
    readers = {role: reads_words_of_cases(Caller(SCOPES_OF[role], role=role)) for role in Role}
    assert readers == {role: role is not Role.EXECUTIVE for role in Role}
    assert not reads_words_of_cases(Caller(frozenset({"cases:read"})))
