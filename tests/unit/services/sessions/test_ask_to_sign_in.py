"""Asking for a mail is limited by address and network, and is the same for everybody."""

import pytest

from earshot.domain.errors import TooManyError
from earshot.domain.sessions import hash_of
from earshot.domain.sign_ins import ASKED_FOR_AN_ADDRESS, ASKED_FROM_A_NETWORK, Asking, address_hash
from earshot.services.sessions.ask_to_sign_in import ask_to_sign_in
from tests.factories import NOON
from tests.unit.services.sessions.sign_in_world import SigningIn, wish


@pytest.mark.parametrize("address", ["kim@example.com", "nobody@example.com"])
def test_an_asking_is_kept_by_hashes_and_its_message_queued_for_any_address(address: str) -> None:
    world = SigningIn()
    ask_to_sign_in(wish(address=address), world.asking)
    hashed = hash_of("browser")
    assert world.sign_ins.askings == {hashed: Asking(hashed, address_hash(address), NOON, "/app/cases")}
    assert world.queue.tasks == [({"sign_in": hashed, "address": address, "correlation": "request-1"}, 0)]


def test_the_limit_of_an_address_holds_in_each_of_its_spellings() -> None:
    world = SigningIn()
    for number in range(ASKED_FOR_AN_ADDRESS):
        ask_to_sign_in(wish(f"b{number}", "Kim@Example.com", f"10.0.{number}.1"), world.asking)
    with pytest.raises(TooManyError) as refused:
        ask_to_sign_in(wish("b", "kim@example.com", "10.9.0.1"), world.asking)
    assert refused.value.retry_after == 3600
    assert len(world.queue.tasks) == ASKED_FOR_AN_ADDRESS
    world.now += 3_600_000
    ask_to_sign_in(wish("b", "kim@example.com", "10.9.0.1"), world.asking)


def test_the_limit_of_a_network_holds_for_all_its_addresses() -> None:
    world = SigningIn()
    for number in range(ASKED_FROM_A_NETWORK):
        ask_to_sign_in(wish(f"b{number}", f"a{number}@example.com", f"2001:db8::{number:x}"), world.asking)
    with pytest.raises(TooManyError):
        ask_to_sign_in(wish("b", "kim@example.com", "2001:db8::ffff"), world.asking)
    ask_to_sign_in(wish("b", "kim@example.com", "2001:db9::1"), world.asking)


def test_neither_address_nor_network_stands_in_what_is_counted() -> None:
    world = SigningIn()
    ask_to_sign_in(wish("b", "kim@example.com", "203.0.113.9", "198.51.100.1"), world.asking)
    assert len(world.limits.counted) == 3
    assert not any(word in str(world.limits.counted) for word in ("kim", "203.0", "198.51"))
