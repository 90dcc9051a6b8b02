"""The settings of a survey's cases: who owns one that opens, in which hours, and by when it is to be contacted."""

from dataclasses import dataclass
from enum import Enum

from earshot.domain.access import Role

# The most hours of a target; with eight a workday these are those of a year.
MOST_HOURS = 2_000


class Priority(Enum):
    """How urgent a case is, in the word of the API."""

    HIGH = "high"
    NORMAL = "normal"


@dataclass(frozen=True, slots=True)
class Targets:
    """Within how many hours of its calendar a case is to be contacted first, and closed."""

    contact_hours: int
    close_hours: int


@dataclass(frozen=True, slots=True)
class TargetsByPriority:
    """The targets of urgent cases, and of others."""

    high: Targets = Targets(8, 40)
    normal: Targets = Targets(24, 120)

    def of(self, priority: Priority) -> Targets:
        """Return the targets of cases of a priority."""
        return self.high if priority is Priority.HIGH else self.normal


@dataclass(frozen=True, slots=True)
class CaseSettings:
    """The settings of a survey's cases.

    `owner` is a member, who owns what nobody else does. `owner_property` names the property of a person that holds the
    id or the address of the member who owns their cases. The members of `role` take turns. `calendar` has the hours of
    cases whose owner has none.
    """

    owner: str | None = None
    owner_property: str | None = None
    role: Role | None = None
    calendar: str | None = None
    targets: TargetsByPriority = TargetsByPriority()


def check_case_settings(settings: CaseSettings) -> dict[str, str]:
    """Return what is wrong with the settings by field, in words; empty if nothing is."""
    faults: dict[str, str] = {}
    for priority in Priority:
        targets = settings.targets.of(priority)
        if targets.close_hours < targets.contact_hours:
            name = f"targets.{priority.value}.close_hours"
            faults[name] = f"it is less than contact_hours, {targets.contact_hours}: contact comes before closing"
    return faults
