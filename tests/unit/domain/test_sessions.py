"""When a session is over, and what it is known by."""

import pytest

from earshot.domain.sessions import IDLE_MS, LONGEST_MS, Session, form_token, hash_of


@pytest.mark.parametrize(
    ("seen", "now", "is_over"),
    [
        (0, IDLE_MS - 1, False),
        (0, IDLE_MS, True),
        (LONGEST_MS - 1, LONGEST_MS - 1, False),
        (LONGEST_MS - 1, LONGEST_MS, True),
    ],
)
def test_a_session_ends_without_use_and_at_an_age(seen: int, now: int, is_over: bool) -> None:
    assert Session(hash_of("token"), "kim", made_at=0, seen_at=seen).is_over(now) is is_over


def test_neither_the_hash_nor_the_token_of_forms_gives_the_token_away() -> None:
    assert len({hash_of("token"), form_token("token"), "token"}) == 3
    assert form_token("token") != form_token("other")
