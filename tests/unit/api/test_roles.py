"""Roles as they are shown."""

from earshot.api.roles import roles_view
from earshot.domain.access import SCOPES, SCOPES_OF, Role


def test_each_role_is_shown_with_its_scopes_and_in_words() -> None:
    shown = {each["role"]: each for each in roles_view()["roles"]}
    assert set(shown) == {role.value for role in Role}
    assert shown["owner"]["scopes"] == list(SCOPES)
    assert all(set(shown[role.value]["scopes"]) == SCOPES_OF[role] and shown[role.value]["may"] for role in Role)
