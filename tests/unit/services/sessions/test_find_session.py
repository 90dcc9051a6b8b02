"""Who is signed in: nobody whose session ended, who was removed, or who was added again since."""

from dataclasses import replace

import pytest

from earshot.domain.errors import NotSignedInError
from earshot.domain.members import removed
from earshot.domain.sessions import IDLE_MS, LONGEST_MS, SEEN_EVERY_MS
from earshot.services.sessions.find_session import find_session
from tests.factories import NOON, make_member, make_session
from tests.fakes.sessions import InMemorySessions
from tests.fakes.team import InMemoryMembers

KIM, SESSION = make_member("kim", made_at=NOON - 1), make_session("kim")


def sessions(member: object = KIM, session: object = SESSION) -> InMemorySessions:
    return InMemorySessions(InMemoryMembers(member), session)  # type: ignore[arg-type]


def test_the_value_of_the_cookie_leads_to_session_and_member() -> None:
    assert find_session("kim.token", NOON, sessions=sessions()) == (SESSION, KIM)


@pytest.mark.parametrize(
    "value", ["", ".", "kim", "kim.", ".token", "token.kim", "kim.token.", "kim.other", "lee.token", "Kim.token"]
)
def test_no_other_value_leads_anywhere(value: str) -> None:
    with pytest.raises(NotSignedInError):
        find_session(value, NOON, sessions=sessions())


def test_a_session_ends_without_use_and_at_its_age_whatever_the_table_still_has() -> None:
    with pytest.raises(NotSignedInError):
        find_session("kim.token", NOON + IDLE_MS, sessions=sessions())
    used = replace(SESSION, seen_at=NOON + LONGEST_MS - 1)
    with pytest.raises(NotSignedInError):
        find_session("kim.token", NOON + LONGEST_MS, sessions=sessions(session=used))


def test_a_session_ends_with_its_member_and_does_not_begin_again_with_them() -> None:
    with pytest.raises(NotSignedInError):
        find_session("kim.token", NOON, sessions=sessions(removed(KIM, NOON)))
    with pytest.raises(NotSignedInError):
        find_session("kim.token", NOON + 2, sessions=sessions(replace(KIM, made_at=NOON + 1)))


def test_a_session_that_was_ended_is_over_at_once() -> None:
    kept = sessions()
    kept.end(SESSION)
    with pytest.raises(NotSignedInError):
        find_session("kim.token", NOON, sessions=kept)


def test_its_last_use_is_written_at_most_every_quarter_of_an_hour() -> None:
    kept = sessions()
    find_session("kim.token", NOON + SEEN_EVERY_MS - 1, sessions=kept)
    assert kept.kept[SESSION.hash].seen_at == NOON
    find_session("kim.token", NOON + SEEN_EVERY_MS, sessions=kept)
    assert kept.kept[SESSION.hash].seen_at == NOON + SEEN_EVERY_MS
