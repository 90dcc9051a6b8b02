"""Alerts, targets, bands and corrections are taken exactly if their description allows them."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from earshot.api.alert_settings import ALERTS as ALERT_SETTINGS
from earshot.api.alert_settings import BANDS as BAND_SETTINGS
from earshot.api.alert_settings import DAYS as WINDOW_DAYS
from earshot.api.alert_settings import LEVEL, TARGET
from earshot.api.corrections import CORRECTION
from earshot.api.schema import PLAIN, Context, Field
from tests.unit.api.odd_values import allows, fits, some, takes, values

DAYS = [
    "6d",
    "7d",
    "07d",
    "69d",
    "99d",
    "299d",
    "300d",
    "359d",
    "365d",
    "366d",
    "399d",
    "1000d",
    "30D",
    " 30d",
    "\u06630d",
]
LEVELS = [0, 0.001, 0.0009, 0.05, 0.2, 0.21, 1, True]
SCORES = [-101, -100, -100.0, -99.5, 0, 60, 60.0, 100, 101, True, None]
TEXTS = [None, "", " ", "A test.", "a" * 500, "a" * 501, "a" * 10_001]
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "window": some(*DAYS),
    "level": some(*LEVELS),
    "minimum": some(9, 10, 10.0, 30.5, 1_000_000, 1_000_001),
    "score": some(*SCORES, 10, 11),
    "baseline": some(*SCORES),
    "comment": some(*TEXTS),
    "properties": some(None, {}, {"plan": "pro"}, {"n": 1.5, "b": True}, {"x" * 65: "a"}, {"plan": ["pro"]}, "pro"),
    "excluded": some(True, False, None, 1),
    "reason": some(*TEXTS),
    "odd": st.none(),
}


def objects(*names: str) -> st.SearchStrategy[dict[str, Any]]:
    """Draw objects with some of these fields, now and then with an unknown one."""
    likely = st.fixed_dictionaries({}, optional={name: FIELDS[name] for name in names})
    return st.one_of(likely, likely, st.fixed_dictionaries({"odd": st.none()}, optional={names[0]: FIELDS[names[0]]}))


ALERTS, TARGETS = objects("window", "level", "minimum"), objects("score", "baseline", "window")
CHANGE = Context(partial=True)
CHECKS: dict[str, tuple[Field, Context, st.SearchStrategy[Any]]] = {
    "days": (WINDOW_DAYS, PLAIN, some(*DAYS)),
    "level": (LEVEL, PLAIN, some(*LEVELS)),
    "alerts": (ALERT_SETTINGS, PLAIN, st.one_of(ALERTS, values)),
    "changed alerts": (ALERT_SETTINGS, CHANGE, st.one_of(ALERTS, values)),
    "target": (TARGET, PLAIN, st.one_of(TARGETS, values)),
    "changed target": (TARGET, CHANGE, st.one_of(TARGETS, values)),
}
# Bands from several scores upwards, each good or with one fault.
BAND = st.one_of(
    st.fixed_dictionaries({"from": st.sampled_from(SCORES), "label": st.just("low")}),
    st.fixed_dictionaries({"from": st.just(-100), "label": some("low", "", " ", "a" * 40, "a" * 41, "a\nb")}),
    st.fixed_dictionaries({}, optional={"from": st.just(-100), "label": st.just("low"), "odd": st.none()}),
)
BANDS = st.one_of(
    st.lists(st.integers(-101, 101), max_size=22, unique=True).map(lambda begins: banded(sorted(begins))),
    st.lists(st.integers(-100, 100), max_size=20).map(lambda begins: banded([-100, *begins])),
    st.lists(BAND, max_size=3),
    some("account-management", "Account-management"),
)


def banded(begins: list[int]) -> list[dict[str, Any]]:
    return [{"from": begin, "label": "somewhere"} for begin in begins]


def ascend(bands: Any) -> bool:
    """Check what no schema can: whether bands that it allows ascend."""
    begins = [band["from"] for band in bands] if isinstance(bands, list) else []
    return all(before < after for before, after in pairwise(begins))


@pytest.mark.parametrize("name", CHECKS)
@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_alert_settings_are_accepted_exactly_if_they_are_described(name: str, data: st.DataObject) -> None:
    field, context, likely = CHECKS[name]
    value = data.draw(likely)

    assert takes(field, value, context) is allows(field, value), repr(value)


@settings(max_examples=300, deadline=None)
@given(value=BANDS)
def test_bands_are_taken_exactly_if_they_are_described_and_ascend(value: Any) -> None:
    assert takes(BAND_SETTINGS, value) is (allows(BAND_SETTINGS, value) and ascend(value)), repr(value)


@settings(max_examples=300, deadline=None)
@given(value=st.one_of(objects("score", "comment", "properties", "excluded", "reason"), values))
def test_a_correction_is_taken_exactly_if_it_is_described(value: Any) -> None:
    # A body that is no object is refused before it is read.
    assume(isinstance(value, dict))

    assert takes(CORRECTION, value) is fits(CORRECTION.definition(), value), repr(value)
