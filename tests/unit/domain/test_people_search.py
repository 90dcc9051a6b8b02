"""People are found by how their name begins, however it is typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.domain.people_search import LONGEST_NAME_KEY, Search, fits, name_key, name_order
from earshot.domain.person_id import LONGEST_ID
from tests.factories import make_person


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Ann Smith", "ann s"),
        ("JOSÉ Álvarez", "jose a"),
        ("Jose\u0301", "José"),
        ("Straße", "STRASSE"),
        ("  Ann \u00a0 B.", "ann b"),
        ("An\u00adn\u200b", "ann"),
        ("Ａｎｎ", "ann"),
        ("Ørsted", "ør"),
        ("山田太郎", "山田"),
    ],
)
def test_a_name_is_found_by_its_beginning_however_it_is_typed(name: str, typed: str) -> None:
    assert name_key(name).startswith(name_key(typed))
    assert fits(make_person(name=name), Search("name_prefix", typed))


@pytest.mark.parametrize(("name", "typed"), [("Ann Smith", "smith"), ("Ann", "ann b"), ("Ben", "ann")])
def test_another_name_is_not(name: str, typed: str) -> None:
    assert not fits(make_person(name=name), Search("name_prefix", typed))


def test_who_has_no_name_stands_among_no_names() -> None:
    assert name_order(make_person(name=None)) is None
    assert not fits(make_person(name=None), Search("name_prefix", "ann"))


def test_a_name_of_combining_characters_alone_keeps_them() -> None:
    assert name_key("\u0301") != ""


@given(st.text(max_size=200), st.text(min_size=1, max_size=64))
def test_the_longest_name_and_id_fit_a_sort_key(name: str, person: str) -> None:
    order = name_order(make_person(name=name, id=person))
    assert len(name_key(name).encode()) <= LONGEST_NAME_KEY
    assert order is None or len(order.encode()) <= 1024 - LONGEST_ID + len(person.encode())
