"""The distribution: a bar for each score, as high as its count."""

from xml.etree.ElementTree import fromstring

from hypothesis import given
from hypothesis import strategies as st

from earshot.charts.distribution_svg import HEIGHT, distribution_svg


@given(st.lists(st.integers(0, 10**6), min_size=11, max_size=11))
def test_a_bar_is_as_high_as_its_count(counts: list[int]) -> None:
    bars = list(fromstring(distribution_svg(counts, "label")).iter("rect"))
    heights = [float(bar.get("height") or 0) for bar in bars]
    assert len(bars) == 11
    assert all(0 <= height <= HEIGHT for height in heights)
    for height, count in zip(heights, counts, strict=True):
        assert (height > 0.05) <= (count > 0)
    assert (
        heights.index(max(heights)) in {place for place, count in enumerate(counts) if count == max(counts)}
        or max(counts) == 0
        or max(heights) - heights[counts.index(max(counts))] < 0.11
    )


def test_each_bar_is_of_its_category() -> None:
    kinds = [bar.get("class") for bar in fromstring(distribution_svg([1] * 11, "label")).iter("rect")]
    assert kinds == ["detractor"] * 7 + ["passive"] * 2 + ["promoter"] * 2
