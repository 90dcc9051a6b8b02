"""What a survey may say of alerts, its target and its bands."""

from typing import Any

import pytest

from earshot.api.alert_settings import alerting_view
from earshot.api.survey_settings import read_settings
from earshot.domain.alert_settings import AlertSettings, ScoreTarget
from earshot.domain.errors import InvalidError


def read(**body: Any) -> dict[str, Any]:
    return read_settings({"name": "Demo"} | body, "demo", partial=False)


def reason(**body: Any) -> str:
    with pytest.raises(InvalidError) as refused:
        read_settings(body, "demo", partial=True)
    (fault,) = refused.value.faults
    (name,) = body
    assert fault.field.startswith(name)
    inside = fault.field.removeprefix(name).removeprefix(".")
    return f"{inside}: {fault.reason}" if inside else fault.reason


def test_what_is_left_out_has_its_default() -> None:
    assert read(alerts={"level": 0.01})["alerts"] == AlertSettings(30, 0.01, 30)
    assert read(target={"score": 50})["target"] == ScoreTarget(50, None, 30)
    assert read(target=None, bands=None) == {"name": "Demo", "target": None, "bands": None}


def test_a_change_of_one_part_leaves_the_others() -> None:
    assert read_settings({"alerts": {"window": "7d"}}, "demo", partial=True) == {"alerts": {"window": 7}}


@pytest.mark.parametrize("bands", ["account-management", "b2b", "agency", None, [{"from": -100, "label": "so ‍👩‍🚀"}]])
def test_what_was_sent_is_shown(bands: Any) -> None:
    sent = {
        "alerts": {"window": "28d", "level": 0.1, "minimum": 50},
        "target": {"score": -5, "baseline": -30, "window": "90d"},
        "bands": bands,
    }
    settings = read(**sent)
    assert alerting_view(settings["alerts"], settings["target"], settings["bands"]) == sent
    assert alerting_view(AlertSettings(), None, None)["target"] is None


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ({"score": 120}, "score: it must be a whole number from -100 to 100"),
        ({"score": 50.5}, "score: it must be a whole number from -100 to 100"),
        ({"score": 50, "baseline": -101}, "baseline: it must be a whole number from -100 to 100"),
        ({"baseline": 20}, "score: this field is required"),
        ({"score": 50, "by": "june"}, "by: there is no such field"),
        ({"score": 50, "window": "6d"}, "window: it must be a number of days from '7d' to '365d', not '6d'"),
        (50, "it must be an object, not a number"),
    ],
)
def test_a_target_that_makes_no_sense_is_refused_in_a_sentence(target: Any, expected: str) -> None:
    assert reason(target=target) == expected


@pytest.mark.parametrize(
    "alerts",
    [
        {"window": "366d"},
        {"window": 30},
        {"level": 0.5},
        {"level": 0},
        {"level": True},
        {"minimum": 9},
        {"days": 1},
        [],
    ],
)
def test_alerts_that_make_no_sense_are_refused(alerts: Any) -> None:
    assert reason(alerts=alerts)


@pytest.mark.parametrize(
    ("bands", "expected"),
    [
        ("mine", "it must be one of account-management, b2b, agency, an array like"),
        ([], "it has 0 bands"),
        ([{"from": 0, "label": "good"}], "the first band must begin at -100"),
        ([{"from": -100, "label": "a"}, {"from": -100, "label": "b"}], "the bands must ascend"),
        ([{"from": -100}], "[0].label: this field is required"),
        ([{"from": -100, "label": " "}], "[0].label: it is empty"),
        ([{"from": -100, "label": "x" * 41}], "[0].label: it has 41 characters"),
        ([{"from": -100, "label": "a\nb"}], "[0].label: it must be one line, without the control character U+000A"),
        (
            [{"from": -100, "label": "\x1b[31m"}],
            "without the control character U+001B",
        ),
        (
            [{"from": -100, "label": "a\u2028"}],
            "without the control character U+2028",
        ),
        (["good"], "[0]: it must be an object"),
        ([{"from": -100, "label": "a"}] * 21, "it has 21 bands"),
    ],
)
def test_bands_that_make_no_sense_are_refused_in_a_sentence(bands: Any, expected: str) -> None:
    assert expected in reason(bands=bands)
