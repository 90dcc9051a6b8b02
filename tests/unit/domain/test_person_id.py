"""The ids of people: each arrives in a path as it was sent, and they are spread over the buckets of the directory."""

from collections import Counter
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.domain.person_id import (
    BUCKETS,
    LONGEST_ID,
    bucket_of,
    check_id,
    check_id_or_address,
    is_address,
)
from earshot_cli.local.delivered_path import delivered_path
from earshot_cli.local.gateway import HEAD_BYTES

# What a browser and a proxy send next to what we do.
OTHER_HEADERS = 4_096
# Half of the characters are those with which paths are written.
CHARACTERS = st.one_of(st.sampled_from("%25%3F?#&+=;/\\.:@ 23F"), st.characters(codec="utf-8"))


@given(st.text(CHARACTERS, min_size=1, max_size=12))
def test_every_id_arrives_in_a_path_as_it_was_sent(person: str) -> None:
    """Once it was escaped by the rules of URLs, with as little or as much as a client chooses."""
    try:
        check_id(person)
    except ValueError:
        return
    for safe in ("", "!$&'()*,;=:@"):
        for route in ("/v1/people/{}", "/v1/people/{}/suppression"):
            assert delivered_path(route.format(quote(person, safe=safe))) == route.format(person)


@pytest.mark.parametrize("character", "/?%+\ufffd")
def test_an_id_has_no_character_that_a_path_may_change(character: str) -> None:
    for person in (character, f"a{character}", f"{character}b", f"a{character}41b"):
        with pytest.raises(ValueError, match="which a path may change, so it could mean another person"):
            check_id(person)


@pytest.mark.parametrize(
    "person", ["a#b", "a;b", "a b", "a\\b", "a&b=c", "a:b@c", "😊", "世界", "a.b", "...", "search"]
)
def test_an_id_may_have_what_arrives(person: str) -> None:
    assert check_id(person) == person


@pytest.mark.parametrize("person", ["ann+nps@example.com", "50%@example.com", "a/b?c@example.com"])
def test_an_address_is_in_no_path_so_it_may_have_every_character(person: str) -> None:
    assert check_id_or_address(person) == person
    with pytest.raises(ValueError, match="which a path may change"):
        check_id(person)


@given(st.text(CHARACTERS, max_size=12))
def test_what_is_no_address_is_held_to_the_rules_of_ids(text: str) -> None:
    def is_taken(check: object) -> bool:
        try:
            check(text)  # type: ignore[operator]
        except ValueError:
            return False
        return True

    assert is_address(text) or is_taken(check_id) == is_taken(check_id_or_address)


@pytest.mark.parametrize("character", ["x", "é", "世", "😊"])
def test_the_longest_id_fits_twice_into_the_head_of_a_request(character: str) -> None:
    person = character * (LONGEST_ID // len(character.encode()))
    check_id(person)
    with pytest.raises(ValueError, match="at most 256 are allowed"):
        check_id(person + character)
    escaped = quote(person, safe="")
    assert len(f"DELETE /v1/people/{escaped}/suppression?id={escaped} HTTP/1.1") + OTHER_HEADERS <= HEAD_BYTES


def test_people_are_spread_evenly_over_the_buckets() -> None:
    sizes = Counter(bucket_of(f"customer-{number}") for number in range(102_400))
    assert set(sizes) == set(range(BUCKETS))
    assert max(sizes.values()) < 160
    assert bucket_of("ann") == bucket_of("ann")
