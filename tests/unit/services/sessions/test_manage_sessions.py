"""The sessions of a member are listed while they are good, and ended one by one or all."""

import pytest

from earshot.domain.sessions import IDLE_MS
from earshot.services.sessions.manage_sessions import end_session, end_sessions, list_sessions
from tests.factories import NOON, make_session
from tests.fakes.sessions import InMemorySessions
from tests.fakes.team import InMemoryMembers

OLD = make_session("kim", "old", made_at=NOON - IDLE_MS, seen_at=NOON - IDLE_MS)
NEW, OTHER = make_session("kim", "new"), make_session("lee", "other")


@pytest.fixture
def sessions() -> InMemorySessions:
    return InMemorySessions(InMemoryMembers(), OLD, NEW, OTHER)


def test_a_session_that_is_over_is_not_listed(sessions: InMemorySessions) -> None:
    assert list_sessions("kim", NOON, sessions) == [NEW]


def test_a_session_is_ended_by_its_id_if_it_is_of_the_member(sessions: InMemorySessions) -> None:
    for session in (OTHER.id, "0" * 16):
        end_session("kim", session, sessions)
    assert list(sessions.kept.values()) == [OLD, NEW, OTHER]
    for _ in range(2):
        end_session("kim", NEW.id, sessions)
    assert list(sessions.kept.values()) == [OLD, OTHER]


def test_all_sessions_of_a_member_end_and_nobody_elses(sessions: InMemorySessions) -> None:
    end_sessions("kim", sessions)
    assert list(sessions.kept.values()) == [OTHER]
