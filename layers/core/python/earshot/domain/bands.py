"""Bands: what published guides, which disagree, or a survey itself call a score."""

from earshot.domain.alert_settings import Bands
from earshot.domain.score import Interval

OWN = "custom"

# Where each band begins. The guides give borders; words that a guide has none for are ours.
SCALES: dict[str, tuple[tuple[int, str], ...]] = {
    # "> 0 good, >= 50 excellent, < 0 poor", of an account-management guide.
    "account-management": ((-100, "poor"), (0, "neither good nor poor"), (1, "good"), (50, "excellent")),
    # "-100..0, 0..50, > 50", of a B2B guide.
    "b2b": ((-100, "low"), (1, "middle"), (51, "high")),
    # "< 0, 0-30 good, 30-70 great, 70-100 excellent", of an agency guide.
    "agency": ((-100, "below zero"), (0, "good"), (30, "great"), (70, "excellent")),
}


def band_of(interval: Interval, bands: Bands) -> tuple[str, str] | None:
    """Return the label of the band that holds a whole interval and the name of its scale.

    Return None if the interval crosses a border, since the statistics then cannot tell the bands apart, and if the
    survey wants no words.
    """
    if bands is None:
        return None
    name, borders = (bands, SCALES[bands]) if isinstance(bands, str) else (OWN, bands)
    low, high = ([label for begin, label in borders if begin <= end][-1] for end in (interval.low, interval.high))
    return (low, name) if low == high else None
