"""Tokens hold for their purpose, their time and their keys, and for nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import URLSafeTimedSerializer

from earshot.adapters.link_tokens import LIFETIMES, RESPOND, UNSUBSCRIBE, ExpiredTokenError, Tokens, WrongTokenError
from tests.factories import NOON

IDS = {"p": "p-1", "i": "i-1"}


def noon() -> int:
    return NOON


TOKENS = Tokens([b"current", b"older"], noon)


def test_a_token_is_read_for_its_purpose_alone() -> None:
    token = TOKENS.make(RESPOND, IDS)
    assert TOKENS.read(RESPOND, token) == IDS
    with pytest.raises(WrongTokenError):
        TOKENS.read(UNSUBSCRIBE, token)


def test_keys_can_be_rotated() -> None:
    old = Tokens([b"older"], noon).make(RESPOND, IDS)
    assert TOKENS.read(RESPOND, old) == IDS
    with pytest.raises(WrongTokenError):
        Tokens([b"older"], noon).read(RESPOND, TOKENS.make(RESPOND, IDS))


@pytest.mark.parametrize("purpose", [RESPOND, UNSUBSCRIBE])
def test_a_token_expires_by_the_clock_it_is_read_under(purpose: str) -> None:
    token = TOKENS.make(purpose, IDS)
    end = NOON + LIFETIMES[purpose] * 1000
    assert Tokens([b"current"], lambda: end).read(purpose, token) == IDS
    with pytest.raises(ExpiredTokenError):
        Tokens([b"current"], lambda: end + 1000).read(purpose, token)


def test_a_token_of_another_shape_is_wrong() -> None:
    forged = URLSafeTimedSerializer(b"current", salt="earshot-answer").dumps(IDS)
    listed = TOKENS.make(RESPOND, IDS).split(".")
    for wrong in ("", ".", "a.b.c", forged, "x" * 5000, ".".join(reversed(listed)), "ü"):
        with pytest.raises(WrongTokenError):
            TOKENS.read(RESPOND, wrong)


@given(st.text(max_size=60))
def test_no_text_passes_for_a_token(text: str) -> None:
    with pytest.raises((WrongTokenError, ExpiredTokenError)):
        TOKENS.read(RESPOND, text)


def test_every_changed_character_breaks_it() -> None:
    token = TOKENS.make(RESPOND, IDS)
    for place, character in enumerate(token[:-1]):
        changed = token[:place] + ("A" if character != "A" else "B") + token[place + 1 :]
        with pytest.raises((WrongTokenError, ExpiredTokenError)):
            TOKENS.read(RESPOND, changed)
