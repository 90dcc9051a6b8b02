"""The page of the team and its sessions."""

import pytest

from earshot.domain.access import Access, Role
from tests.factories import NOON, make_member, make_session
from tests.unit.console.world import Console, words_of


@pytest.fixture(autouse=True)
def lou(console: Console) -> None:
    console.members.kept["lou"] = make_member("lou", role=Role.MANAGER, access=Access(surveys=("demo",)))
    console.sessions.start(make_session("kim", browser="Firefox on Linux"))
    console.sessions.start(make_session("kim", "other", browser="Safari on iPhone", made_at=NOON - 1))
    console.sessions.start(make_session("lou", "lous", browser="Edge"))


def test_the_team_is_listed_with_roles_and_access(console: Console) -> None:
    text = words_of(console.page("/app/settings"))
    assert "Kim you kim@example.com · Frontline" in text
    assert "Lou lou@example.com · Manager · limited to the survey demo" in text
    assert "lou,Lou,lou@example.com,manager,," in console.page("/app/settings.csv")


def test_own_sessions_are_listed_and_others_are_not(console: Console) -> None:
    text = words_of(console.page("/app/settings"))
    assert "Firefox on Linux this browser Since 12:00, last used 12:00" in text
    assert "Safari on iPhone" in text
    assert "Edge" not in text
    assert console.page("/app/settings").count('value="end_session"') == 1


@pytest.mark.parametrize("role", [Role.MANAGER, Role.FRONTLINE])
def test_only_an_owner_changes_the_team(console: Console, role: Role) -> None:
    assert 'value="invite"' in console.page("/app/settings")
    html = console.page("/app/settings", console.visitor(role))
    assert "lou@example.com" in html
    for action in ("invite", "role", "remove", "end_sessions"):
        assert f'value="{action}"' not in html


def test_who_may_not_see_the_team_sees_their_sessions(console: Console) -> None:
    html = console.page("/app/settings", console.visitor(Role.EXECUTIVE))
    assert "Firefox on Linux" in html
    assert "lou@example.com" not in html
    assert console.data("/app/settings.json", console.visitor(Role.EXECUTIVE))["members"] == []
