"""The settings of a survey's cases."""

import pytest

from earshot.domain.case_settings import CaseSettings, Priority, Targets, TargetsByPriority, check_case_settings


def test_each_priority_has_its_own_targets() -> None:
    targets = TargetsByPriority(high=Targets(1, 2), normal=Targets(3, 4))
    assert (targets.of(Priority.HIGH), targets.of(Priority.NORMAL)) == (Targets(1, 2), Targets(3, 4))


@pytest.mark.parametrize(
    ("targets", "wrong"),
    [
        (TargetsByPriority(), []),
        (TargetsByPriority(high=Targets(5, 5)), []),
        (TargetsByPriority(high=Targets(5, 4)), ["targets.high.close_hours"]),
        (TargetsByPriority(Targets(5, 4), Targets(9, 8)), ["targets.high.close_hours", "targets.normal.close_hours"]),
    ],
)
def test_a_case_is_not_to_be_closed_before_it_is_contacted(targets: TargetsByPriority, wrong: list[str]) -> None:
    assert list(check_case_settings(CaseSettings(targets=targets))) == wrong
