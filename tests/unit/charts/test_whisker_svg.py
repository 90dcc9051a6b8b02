"""The whisker: the interval around the dot, on one scale for all rows."""

from xml.etree.ElementTree import fromstring

from earshot.charts.whisker_svg import EDGE, WIDTH, whisker_svg


def test_the_ends_of_the_scale_are_the_ends_of_the_picture() -> None:
    for score, x in ((-100, EDGE), (0, WIDTH / 2), (100, WIDTH - EDGE)):
        (dot,) = fromstring(whisker_svg(score, -100, 100, "label")).iter("circle")
        assert float(dot.get("cx") or 0) == x


def test_the_score_of_all_is_drawn_where_there_is_one() -> None:
    kinds = [path.get("class") for path in fromstring(whisker_svg(1, 0, 2, "a <b", whole=5)).iter("path")]
    assert kinds == ["axis", "axis", "whole", "sure"]
