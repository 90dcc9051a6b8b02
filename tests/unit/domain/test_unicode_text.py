"""What looks the same is the same, and what does not stays apart."""

import sys
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.domain.unicode_text import made_one, normal, normal_number, normal_pairs, normal_text, replace_unstorable

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("Sa\u0303o Paulo", "S\xe3o Paulo"),
        ("Z\xfcrich ", "Z\xfcrich"),
        ("Z\xfcrich\xa0", "Z\xfcrich"),
        ("New\xa0York", "New York"),
        ("New \t York", "New York"),
        ("\u3000\u6771\u4eac", "\u6771\u4eac"),
        ("pro\u200b", "pro"),
        ("p\u200bro", "pro"),
        ("\ufeffpro", "pro"),
        ("pro\u2060", "pro"),
        ("p\u00adro", "pro"),
        ("\u202epro\u202c", "pro"),
        ("\u2066pro\u2069", "pro"),
        ("\u200epro\u061c", "pro"),
        ("p\x00r\x7fo\x9f", "pro"),
        ("pro\x85", "pro"),
        ("pro\u200d", "pro"),
        ("\u200cpro", "pro"),
        ("1\u200d2", "12"),
        ("a\u200d\u200db", "a\u200db"),
        ("e\u200b\u0301", "\xe9"),
        ("\u1100\u1161", "\uac00"),
        ("\u212b", "\xc5"),
        (" \u200d ", ""),
        ("a \u200d b", "a b"),
    ],
)
def test_invisible_characters_distinguish_no_names(sent: str, kept: str) -> None:
    assert normal(sent) == kept


@pytest.mark.parametrize(
    "name",
    [
        "plain",
        "R&D",
        "C++",
        "007",
        "1.10",
        "1.0",
        "Pro",
        "\uff50\uff52\uff4f",  # full width letters
        "pr\u043e",  # a Cyrillic o
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",  # Persian, with a joiner that parts two letters
        "\u0915\u094d\u200d\u0937",  # Hindi, with one that keeps a form
        FAMILY,
        "\U0001f44d\U0001f3fd\u200d\u2642\ufe0f",
        "\U0001f642\u200d\u2194\ufe0f",
        "\u2764\ufe0f",
        "\u4e2d\u6587 \U0001f600",
    ],
)
def test_what_anybody_can_see_stays(name: str) -> None:
    assert normal(name) == name


@given(st.text())
def test_a_name_in_its_one_spelling_stays_as_it_is(name: str) -> None:
    once = normal(name)
    assert normal(once) == once
    assert normalize("NFC", once) == once == once.strip()


def test_every_white_space_is_one() -> None:
    spaces = [chr(code) for code in range(sys.maxunicode + 1) if chr(code).isspace()]
    assert {normal(f"{space}a{space}{space}b{space}") for space in spaces} == {"a b"}


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (" caf\u0065\u0301 \n", "caf\xe9"),
        ("two\n\nlines  and\ttabs", "two\n\nlines  and\ttabs"),
        ("\u202eodd\u202c " + FAMILY, "\u202eodd\u202c " + FAMILY),
        ("p\u200bro", "p\u200bro"),
        (" \n ", ""),
    ],
)
def test_what_somebody_wrote_is_trimmed_and_composed_and_nothing_else(sent: str, kept: str) -> None:
    assert normal_text(sent) == kept


@pytest.mark.parametrize(
    ("number", "text"),
    [(1, "1"), (1.0, "1"), (1e3, "1000"), (-0.0, "0"), (0.5, "0.5"), (1e22, "1" + "0" * 22), (1e-7, "1e-07")],
)
def test_a_number_has_one_spelling(number: float, text: str) -> None:
    assert normal_number(number) == text


def test_of_names_that_become_one_the_first_stays() -> None:
    assert normal_pairs({"plan": "pro ", "plan\xa0": "free", " ": "x", "city": "\u200b"}) == {"plan": "pro"}
    assert made_one(["plan", "city", "plan "]) == "plan "
    assert made_one(["plan", "Plan"]) is None


def test_what_is_no_character_is_taken_out() -> None:
    assert replace_unstorable("a\ud800b\uffffc") == "abc"
