"""The course of a score as SVG: plain, safe, within its frame, and honest about what it does not know."""

import re
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.charts.text_width import wide
from earshot.charts.trend_svg import DARK, FAINT, GREY, LINE, TARGET, TEXT, trend_svg
from tests.unit.charts.trends import FEW, MANY, NOBODY, make_trend

NAMESPACE = "{http://www.w3.org/2000/svg}"
camps = st.one_of(st.just(NOBODY), st.tuples(*[st.integers(0, 500)] * 3))


def drawn(*camps: tuple[int, int, int], **how: Any) -> Element:
    overrides = how.pop("overrides", {})
    return fromstring(trend_svg(make_trend(*camps, **overrides), **how))


def texts(picture: Element) -> list[str]:
    return [each.text or "" for each in picture.iter(f"{NAMESPACE}text")]


def areas(picture: Element, color: str) -> list[Element]:
    """Return the bands of a color: what is filled lightly."""
    paths = picture.iter(f"{NAMESPACE}path")
    return [each for each in paths if each.get("fill-opacity") == "0.2" and each.get("fill") == color]


def lines(picture: Element, color: str) -> list[Element]:
    return [e for e in picture.iter(f"{NAMESPACE}path") if e.get("fill") == "none" and e.get("stroke") == color]


def test_it_is_an_image_with_a_name_and_a_description_for_screen_readers() -> None:
    picture = drawn(MANY, (80, 10, 10))
    assert (picture.tag, picture.get("role")) == (f"{NAMESPACE}svg", "img")
    assert [child.tag for child in picture][:2] == [f"{NAMESPACE}title", f"{NAMESPACE}desc"]
    title, reported = picture[0].text, str(picture[1].text)
    assert title == "NPS of demo"
    assert "2 days from 2026-09-01, each the score of its window of 30d" in reported
    assert "40 (95% interval 23 to 54, n 100) on 2026-09-01, 70 (" in reported
    assert reported.endswith("by the basis all responses.")


def test_it_runs_nothing_and_fetches_nothing() -> None:
    svg = trend_svg(make_trend(MANY, FEW, NOBODY), target=30)
    assert not re.search(r"<script|<foreignObject|<image|<use|<a[ >]|@import|url\(|href|\son\w+=", svg)
    assert re.findall(r"https?://[^\"]+", svg) == ["http://www.w3.org/2000/svg"]


def test_names_of_others_stay_names() -> None:
    hostile = {"survey": "<b>&\"'", "segment": 'plan=</text><script>alert(1)</script>\x00\ud800"'}
    picture = drawn(MANY, MANY, overrides=hostile)
    assert picture.findall(f".//{NAMESPACE}script") == []
    assert picture[0].text == 'NPS of <b>&"\', plan=</text><script>alert(1)</script>\ufffd\ufffd"'


def test_a_name_too_long_for_the_sheet_is_cut_in_the_picture_and_whole_in_its_title() -> None:
    picture = drawn(MANY, MANY, width=320, overrides={"survey": "x" * 300})
    assert picture[0].text == "NPS of " + "x" * 300
    assert texts(picture)[0].endswith("…")
    assert len(texts(picture)[0]) * 8 < 320


@pytest.mark.parametrize("name", ["京" * 80, "W" * 80, "😀" * 80, "ЖШ" * 40, "متجر " * 30, "é" * 80])
def test_a_long_name_in_any_script_ends_before_the_score(name: str) -> None:
    shown, _, score, _ = texts(drawn(MANY, (0, 0, 100), overrides={"segment": f"store={name}"}))[:4]
    assert (shown[-1], score) == ("…", "−100")
    assert 10 + wide(shown, 14) < 720 - 10 - wide(score, 18)


def test_on_a_narrow_sheet_the_line_below_the_name_is_cut_too() -> None:
    basis = "latest per person and survey in the window"
    assert texts(drawn(MANY, width=240, overrides={"basis": basis}))[1].endswith("…")


@pytest.mark.parametrize(
    ("count", "expected"),
    [(9_999, "n 9999"), (110_999, "n 110k"), (999_999, "n 999k"), (1_290_000, "n 1.2M"), (115_000_000, "n 115M")],
)
def test_the_number_of_responses_behind_the_bars_fits(count: int, expected: str) -> None:
    picture = drawn((count, 0, 0))
    (place,) = [float(str(each.get("x"))) for each in picture.iter(f"{NAMESPACE}text") if each.text == expected]
    assert place + wide(expected, 11, bold=False) <= 720


def test_several_surveys_are_named_together() -> None:
    trend = make_trend(MANY) | {"surveys": ["shop", "support"]}
    del trend["survey"]
    assert fromstring(trend_svg(trend))[0].text == "NPS of shop + support"


def test_a_value_without_a_series_of_its_own_and_one_still_being_counted_are_named_in_the_title() -> None:
    folded = make_trend(MANY, segment="store=s1", counted_as="store=(other)")
    assert fromstring(trend_svg(folded))[0].text == "NPS of demo, store=s1, which shares store=(other) with others"
    together = make_trend(MANY, segment="store=s1", counted_as={"a": "store=(other)", "b": "store=(other)"})
    assert "shares store=(other) in a, store=(other) in b" in str(fromstring(trend_svg(together))[0].text)
    assert fromstring(trend_svg(make_trend(MANY, complete=False)))[0].text == "NPS of demo, not all counted yet"


def test_a_long_basis_leaves_out_hints_that_do_not_fit() -> None:
    assert texts(drawn(MANY))[1].endswith("grey: under 30 responses")
    basis = "latest per person and survey in the window"
    assert texts(drawn(MANY, overrides={"basis": basis}))[1] == f"window 30d · {basis} · band: 95 % interval"


def test_many_responses_are_in_color_and_few_are_grey() -> None:
    picture = drawn(MANY, MANY, FEW, FEW)
    assert (len(areas(picture, LINE)), len(areas(picture, GREY))) == (1, 1)
    assert (len(lines(picture, LINE)), len(lines(picture, GREY))) == (1, 1)
    assert areas(drawn(MANY, MANY), GREY) == []
    assert areas(drawn(FEW, FEW), LINE) == []


@pytest.mark.parametrize("rest", [(), (MANY,), (NOBODY,), (NOBODY, MANY)])
def test_nine_responses_have_a_point_and_no_band(rest: tuple[tuple[int, int, int], ...]) -> None:
    nine, ten = drawn(*rest, (3, 2, 4)), drawn(*rest, (3, 3, 4))
    assert "too few to say, n 9, 2026-09-" in " ".join(texts(nine))
    assert "(too few to say, n 9)" in str(nine[1].text)
    assert "(95% interval" in str(ten[1].text)
    assert len(bands(nine)) == len(bands(drawn(*rest[:-1], NOBODY))) if rest else bands(nine) == []
    assert len(bands(ten)) == len(bands(nine)) + 1


def bands(picture: Element) -> list[Element]:
    """Find what is drawn of intervals: the areas of runs, and the strokes of points that stand alone."""
    paths = picture.iter(f"{NAMESPACE}path")
    return [path for path in paths if path.get("fill-opacity") == "0.2" or path.get("stroke-opacity") == "0.2"]


def test_a_day_without_responses_is_a_gap() -> None:
    picture = drawn(MANY, MANY, NOBODY, MANY, MANY)
    assert len(lines(picture, LINE)) == len(areas(picture, LINE)) == 2


def test_a_point_that_stands_alone_is_seen() -> None:
    for picture in (drawn(MANY), drawn(NOBODY, MANY, NOBODY)):
        assert len(list(picture.iter(f"{NAMESPACE}circle"))) == 2
        assert "40" in texts(picture)


def test_without_a_response_it_shows_a_note() -> None:
    for picture in (drawn(NOBODY, NOBODY), drawn()):
        assert "No responses in any of these windows." in texts(picture)
        assert "there were no responses" in str(picture[1].text)
        assert list(picture.iter(f"{NAMESPACE}circle")) == []


def test_a_target_is_a_line_with_its_name_and_zero_is_always_there() -> None:
    picture = drawn(MANY, MANY, target=-20)
    assert [each.get("stroke") for each in picture.iter(f"{NAMESPACE}path")].count(TARGET) == 1
    assert {"target −20", "0"} <= set(texts(picture))
    assert "The target is -20." in str(picture[1].text)
    assert not any("target" in text for text in texts(drawn(MANY, MANY)))


def test_the_latest_score_stands_in_the_corner_with_its_interval_and_size() -> None:
    picture = drawn(MANY, (20, 20, 60))
    assert {"−40", "−54 to −23, n 100, 2026-09-02"} <= set(texts(picture))


@given(st.lists(camps, max_size=40), st.none() | st.integers(-100, 100), st.integers(240, 1200), st.integers(160, 600))
def test_nothing_stands_outside_the_sheet(
    each: list[tuple[int, int, int]], target: int | None, width: int, height: int
) -> None:
    picture = drawn(*each, target=target, width=width, height=height)
    places = [
        (float(x), float(y))
        for path in picture.iter(f"{NAMESPACE}path")
        for x, y in re.findall(r"(-?[\d.]+),(-?[\d.]+)", str(path.get("d")))
    ]
    places += [(float(str(text.get("x"))), float(str(text.get("y")))) for text in picture.iter(f"{NAMESPACE}text")]
    assert all(0 <= x <= width and 0 <= y <= height for x, y in places)


@pytest.mark.parametrize("color", [LINE, GREY, FAINT, TEXT, TARGET])
@pytest.mark.parametrize("paper", ["#ffffff", "#111317"])
def test_every_color_is_seen_on_white_and_on_black(color: str, paper: str) -> None:
    """Three to one is what WCAG asks of parts of a picture; the dark colors are for words too."""
    assert contrast(color, paper) >= 3


def test_where_dark_is_preferred_the_words_are_read_easily() -> None:
    (color,) = re.findall(r"\.text\{fill:(#\w{6})\}", DARK)
    assert contrast(color, "#111317") >= 7
    assert contrast(TEXT, "#ffffff") >= 4.5


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colors as WCAG reckons it."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: str) -> float:
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
