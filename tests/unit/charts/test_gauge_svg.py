"""The gauge: within its frame, with the interval around the score."""

import re
from xml.etree.ElementTree import fromstring

from hypothesis import given
from hypothesis import strategies as st

from earshot.charts.gauge_svg import HEIGHT, WIDTH, gauge_svg

POINTS = st.floats(-100, 100)


@given(st.integers(-100, 100), POINTS, POINTS, st.one_of(st.none(), st.integers(-100, 100)))
def test_everything_is_drawn_within_the_frame(score: int, one: float, other: float, target: int | None) -> None:
    picture = fromstring(gauge_svg(score, min(one, other), max(one, other), "A & B", target=target))
    for path in picture.iter("path"):
        places = re.findall(r"(?:[ML]|0 0 1 )(-?[\d.]+),(-?[\d.]+)", path.get("d") or "")
        assert all(0 <= float(x) <= WIDTH and 0 <= float(y) <= HEIGHT for x, y in places)


def test_it_says_what_it_shows_and_has_no_style() -> None:
    drawn = gauge_svg(-12, -20, -4, "NPS −12 <b>")
    assert "<title>NPS −12 &lt;b&gt;</title>" in drawn
    assert ">−12</text>" in drawn
    assert "style" not in drawn
