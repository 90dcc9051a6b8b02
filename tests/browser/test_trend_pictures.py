"""The trend as a browser draws it: no name runs over the score, nothing is cut; build/pictures keeps it."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from earshot.charts.trend_svg import trend_svg
from tests.unit.charts.trends import MANY, NOBODY, make_trend

# What the text of a picture covers, and whether any of it stands outside the frame.
READ = """svg => {
  const frame = svg.getBoundingClientRect();
  const boxes = [...svg.querySelectorAll('text')].filter(e => e.textContent).map(e => e.getBoundingClientRect());
  return [boxes.every(b => b.left >= frame.left && b.right <= frame.right && b.bottom <= frame.bottom),
          boxes[0].right, boxes[2].left];
}"""


@pytest.mark.parametrize("width", [320, 720])
@pytest.mark.parametrize(
    ("picture", "name"),
    [
        ("cjk", "北京朝阳区三里屯旗舰店" * 6),
        ("rtl", "متجر الرياض الكبير " * 8),
        ("emoji", "👩\u200d👧🏽🇩🇪😀" * 20),
        ("cyrillic", "ЖШЩЮ" * 20),
        ("capitals", "W" * 80),
        ("words", "The quick brown fox jumps over the lazy dog " * 4),
    ],
)
def test_no_name_runs_over_the_score_and_nothing_is_cut(
    browser: Browser, pictures: Path, picture: str, name: str, width: int
) -> None:
    many = (115_000_000, 0, 0)
    trend = make_trend(MANY, many, NOBODY, (0, 0, 115_000_000), segment=f"store={name}")
    with browser.new_page(viewport={"width": 760, "height": 340}, device_scale_factor=2) as page:
        page.set_content(f"<html dir=rtl><body style='margin:0'>{trend_svg(trend, target=-100, width=width)}")
        page.screenshot(path=pictures / f"trend-{picture}-{width}.png")
        inside, name_ends, score_begins = page.locator("svg").evaluate(READ)

    assert inside
    assert name_ends < score_begins
