"""The settings of a survey's cases as they are sent and shown."""

from typing import Any

import pytest

from earshot.api.case_settings import CASES, cases_view
from earshot.api.schema import Context, PartError
from earshot.domain.access import Role
from earshot.domain.case_settings import CaseSettings, Targets, TargetsByPriority

WHOLE = {
    "owner": "ann",
    "owner_property": "account_manager",
    "role": "frontline",
    "calendar": "berlin",
    "targets": {
        "high": {"contact_hours": 1, "close_hours": 2},
        "normal": {"contact_hours": 3, "close_hours": 2000},
    },
}


def test_settings_are_read_as_they_are_shown() -> None:
    read = CASES.check(WHOLE)
    assert read == CaseSettings(
        "ann", "account_manager", Role.FRONTLINE, "berlin", TargetsByPriority(Targets(1, 2), Targets(3, 2000))
    )
    assert cases_view(read) == WHOLE


def test_what_is_left_out_of_whole_settings_has_its_default() -> None:
    assert CASES.check({}) == CaseSettings()
    read = CASES.check({"targets": {"high": {"contact_hours": 9}}})
    assert read.targets == TargetsByPriority(Targets(9, 40), Targets(24, 120))


def test_what_is_left_out_of_a_change_is_not_given() -> None:
    change = {"role": None, "targets": {"normal": {"close_hours": 9}}}
    assert CASES.check_in(change, Context(partial=True)) == change
    assert CASES.check_in({"role": "analyst"}, Context(partial=True)) == {"role": Role.ANALYST}


@pytest.mark.parametrize(
    ("cases", "field"),
    [
        ({"owner": "Ann!"}, "owner"),
        ({"calendar": "The office"}, "calendar"),
        ({"role": "boss"}, "role"),
        ({"owner_property": " "}, "owner_property"),
        ({"targets": {"high": {"contact_hours": 0}}}, "targets.high.contact_hours"),
        ({"targets": {"normal": {"close_hours": 2_001}}}, "targets.normal.close_hours"),
        ({"targets": {"low": {"close_hours": 23}}}, "targets.low"),
        ({"members": []}, "members"),
    ],
)
def test_settings_that_cannot_be_are_refused_by_their_path(cases: Any, field: str) -> None:
    with pytest.raises(PartError) as refused:
        CASES.check(cases)
    assert [fault.field for fault in refused.value.faults] == [field]
