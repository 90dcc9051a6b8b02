"""The width of words: by the kind of their characters, and shortened between characters only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.charts.text_width import fitted, wide


@pytest.mark.parametrize(("wider", "thinner"), [("京", "W"), ("😀", "京"), ("W", "a"), ("a", "i"), ("Ш", "S")])
def test_characters_have_the_width_of_their_kind(wider: str, thinner: str) -> None:
    assert wide(wider, 14) >= wide(thinner, 14) * (0.9 if wider == "京" else 1.1)


def test_combining_characters_have_no_width() -> None:
    assert wide("e\u0301", 14) == wide("e", 14)
    assert wide("👍🏽", 14) == wide("👍", 14)


def test_fitting_text_stays_whole_and_bold_text_is_wider() -> None:
    assert fitted("NPS of demo", 14, 200) == "NPS of demo"
    assert wide("NPS of demo", 14) > wide("NPS of demo", 14, bold=False)
    assert wide("京", 14) == wide("京", 14, bold=False)


def test_a_character_is_not_torn_from_its_accent_nor_a_family_apart() -> None:
    accents, families = "e\u0301" * 50, "👩\u200d👧" * 20
    assert fitted(accents, 10, 100).removesuffix("…").endswith("e\u0301")
    assert fitted(families, 10, 100).removesuffix("…").endswith("👩\u200d👧")


@given(st.text(max_size=60), st.integers(20, 400))
def test_shortened_text_fits(label: str, space: int) -> None:
    shown = fitted(label, 14, space)
    assert wide(shown, 14) <= space
    assert shown == label or label.startswith(shown.removesuffix("…"))
