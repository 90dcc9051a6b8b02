"""The name of the target: next to its line, where the trend does not run over it."""

from earshot.charts.sheet import Sheet
from earshot.charts.target import place_label
from tests.unit.charts.trends import MANY, NOBODY, make_trend


def sheet(*camps: tuple[int, int, int], target: int) -> Sheet:
    return Sheet(make_trend(*camps)["points"], target, 720, 320)


def test_it_stands_above_its_line_at_the_left() -> None:
    paper = sheet(*[MANY] * 30, target=-20)
    assert place_label(paper, -20, 50) == (12, paper.y(-20) - 5)


def test_where_the_curve_runs_above_the_line_it_stands_below() -> None:
    paper = sheet(*[(6_100, 2_000, 1_900)] * 30, target=40)
    assert place_label(paper, 40, 50) == (12, paper.y(40) + 13)


def test_where_the_curve_crosses_at_the_left_it_stands_further_along() -> None:
    crossing = [(70, 0, 30), (30, 0, 70)] * 5 + [(30, 0, 70)] * 20
    assert place_label(sheet(*crossing, target=0), 0, 50)[0] > 240


def test_it_is_free_of_the_band_where_that_can_be() -> None:
    paper = sheet(*[(60, 20, 20)] * 15, *[NOBODY] * 15, target=40)
    x, _ = place_label(paper, 40, 50)
    assert x > paper.x(14)


def test_at_the_top_it_stands_below_and_at_the_bottom_above_the_bars() -> None:
    top, bottom = sheet((100, 0, 0), target=100), sheet((0, 0, 100), target=-100)
    assert place_label(top, 100, 60)[1] > top.y(100)
    assert place_label(bottom, -100, 60)[1] < bottom.y(-100)
