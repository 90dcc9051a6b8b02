"""The settings of a survey and of a key, checked field by field."""

from typing import Any

import pytest

from earshot.api.survey_settings import check_survey_id, read_settings
from earshot.domain.errors import InvalidError


def faults(body: dict[str, Any], *, partial: bool = False) -> list[str]:
    with pytest.raises(InvalidError) as refused:
        read_settings(body, "demo", partial=partial)
    return [fault.field for fault in refused.value.faults]


def test_a_name_is_enough() -> None:
    assert read_settings({"name": "Demo"}, "demo", partial=False) == {"name": "Demo"}


def test_settings_are_taken_as_they_are() -> None:
    body = {
        "id": "demo",
        "name": "Demo",
        "timezone": "Europe/Berlin",
        "segments": ["plan"],
        "state": "closed",
        "kind": "employee",
    }
    settings = read_settings(body, "demo", partial=False)
    assert settings["segments"] == ("plan",)
    assert settings["timezone"] == "Europe/Berlin"


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": 5},
        {"name": "a\nBcc: b@example.net"},
        {"name": "\x1b[2J"},
        {"timezone": "Mars/Base"},
        {"timezone": "../etc/passwd"},
        {"timezone": None},
        {"segments": "plan"},
        {"segments": ["a", "a"]},
        {"segments": ["a=b"]},
        {"segments": [""]},
        {"segments": [1]},
        {"segments": [str(n) for n in range(11)]},
        {"state": "ajar"},
        {"kind": "x"},
        {"color": "red"},
        {"id": "other"},
        {"question": "\ud800"},
    ],
)
def test_each_wrong_setting_is_named(wrong: dict[str, Any]) -> None:
    assert faults({"name": "Demo"} | wrong) == list(wrong)
    assert faults(wrong, partial=True) == list(wrong)


def test_a_new_survey_needs_a_name() -> None:
    assert faults({}) == ["name"]
    assert read_settings({}, "demo", partial=True) == {}


@pytest.mark.parametrize("survey_id", ["", "-a", "A", "a_b", "a" * 64, "ä", "a/b", "a\n"])
def test_a_survey_id_is_short_and_plain(survey_id: str) -> None:
    with pytest.raises(InvalidError):
        check_survey_id(survey_id)


def test_each_fault_inside_a_part_is_named_by_its_path() -> None:
    body = {"name": "Shop", "brand": {"colour": "#000000", "logo": "nope"}, "rules": {"quiet_days": -1}, "bnads": None}
    with pytest.raises(InvalidError) as refused:
        read_settings(body, "shop", partial=False)
    faults = {fault.field: fault.reason for fault in refused.value.faults}
    assert set(faults) == {"brand.colour", "brand.logo", "rules.quiet_days", "bnads"}
    assert faults["brand.colour"] == "there is no such field; did you mean 'color'?"
    assert faults["bnads"] == "there is no such field; did you mean 'bands'?"
