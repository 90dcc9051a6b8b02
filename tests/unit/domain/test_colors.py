"""The brand's color is readable whatever it is, and nothing but a color reaches the style sheet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.domain.colors import DEFAULT, NIGHT, PAPER, contrast, palette, readable, text_on

COLORS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#777777", "#777777", 1.0),
        ("#767676", "#ffffff", 4.54),
        ("#777777", "#ffffff", 4.48),
        ("#ff0000", "#ffffff", 4.0),
        ("#0000ff", "#ffffff", 8.59),
    ],
)
def test_contrast_is_as_wcag_gives_it(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == contrast(other, one) == pytest.approx(ratio, abs=0.005)


@given(COLORS)
def test_text_on_any_brand_color_can_be_read(color: str) -> None:
    assert contrast(text_on(color), color) >= 4.5


@given(COLORS)
def test_any_brand_color_has_a_shade_that_can_be_read_by_day_and_by_night(color: str) -> None:
    shades = palette(color)

    assert contrast(shades.by_day, PAPER) >= 4.5
    assert contrast(shades.by_night, NIGHT) >= 4.5


def test_a_color_that_can_be_read_is_left_as_it_is() -> None:
    assert readable("#0f766e", PAPER) == "#0f766e"
    assert palette("#0F766E").brand == "#0f766e"


@pytest.mark.parametrize(
    "wrong", [None, "", "red", "#fff", "#12345", "#1234567", "#12345g", "#123456\n", "#123456;}", "＃123456", "#١٢٣٤٥٦"]
)
def test_what_is_no_color_becomes_the_default(wrong: str | None) -> None:
    assert palette(wrong) == palette(DEFAULT)
