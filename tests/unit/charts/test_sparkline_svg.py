"""The sparkline: within its frame, with a gap where there is nothing."""

import re
from xml.etree.ElementTree import fromstring

from hypothesis import given
from hypothesis import strategies as st

from earshot.charts.sparkline_svg import HEIGHT, WIDTH, sparkline_svg


@given(st.lists(st.one_of(st.none(), st.floats(-100, 100)), max_size=13))
def test_everything_is_drawn_within_the_frame(values: list[float | None]) -> None:
    drawn = sparkline_svg(values, "label")
    fromstring(drawn)
    places = re.findall(r"(-?[\d.]+),(-?[\d.]+)", " ".join(re.findall(r' d="([^"]+)"', drawn)))
    assert all(0 <= float(x) <= WIDTH and 0 <= float(y) <= HEIGHT for x, y in places)


def test_a_gap_parts_the_line_and_a_lonely_week_is_a_dot() -> None:
    picture = fromstring(sparkline_svg([1, 2, None, 3, None, 4, 5], "label"))
    assert len(list(picture.iter("path"))) == 2
    assert len(list(picture.iter("circle"))) == 2


def test_no_values_draw_nothing() -> None:
    assert list(fromstring(sparkline_svg([None, None], "label")).iter("circle")) == []
