"""The settings of a survey's cases, checked field by field, and as they are shown."""

from dataclasses import replace
from typing import TYPE_CHECKING

from earshot.api.schema import Field, Integer, NoOthers, Nullable, OneOf, Optional, Part, Text
from earshot.domain.access import Role
from earshot.domain.case_settings import MOST_HOURS, CaseSettings, Targets, TargetsByPriority
from earshot.domain.names import NAME, check_name
from earshot.domain.statement import LONGEST_PROPERTY_NAME
from earshot.domain.unicode_text import normal

if TYPE_CHECKING:
    from typing import Annotated, TypedDict

    from earshot.api.json_types import Positive, words

    class _CaseTargets(TypedDict):
        contact_hours: Positive
        close_hours: Positive

    class _CaseTargetsByPriority(TypedDict):
        high: _CaseTargets
        normal: _CaseTargets

    class SurveyCases(TypedDict):
        """The settings of a survey's cases."""

        owner: Annotated[str | None, "The member who owns what nobody else does."]
        owner_property: Annotated[str | None, "The property of a person that names the member who owns their cases."]
        role: Annotated[str | None, words(*(role.value for role in Role), None), "The role whose members take turns."]
        calendar: Annotated[str | None, "The calendar of cases whose owner has none."]
        targets: _CaseTargetsByPriority


_DEFAULTS, _HOURS = TargetsByPriority(), Integer(1, MOST_HOURS)


def _name(kind: str) -> Field:
    return Nullable(Text(63).then(lambda text: check_name(text, kind), pattern=f"^{NAME}$"))


def _targets(default: Targets) -> Part:
    return Part(
        Optional("contact_hours", _HOURS),
        Optional("close_hours", _HOURS),
        NoOthers(),
        make=lambda given: replace(default, **given),
    )


MEMBER, ROLE = _name("the id of a member"), Nullable(OneOf(*(role.value for role in Role)).then(Role))
CASES = Part(
    Optional("owner", MEMBER),
    Optional("owner_property", Nullable(Text(LONGEST_PROPERTY_NAME, blank=False).then(normal))),
    Optional("role", ROLE),
    Optional("calendar", _name("the id of a calendar")),
    Optional(
        "targets",
        Part(
            Optional("high", _targets(_DEFAULTS.high)),
            Optional("normal", _targets(_DEFAULTS.normal)),
            NoOthers(),
            make=lambda given: TargetsByPriority(**given),
        ),
    ),
    NoOthers(),
    make=lambda given: CaseSettings(**given),
)


def cases_view(cases: CaseSettings) -> "SurveyCases":
    """Show the settings of a survey's cases, as they are sent."""
    return {
        "owner": cases.owner,
        "owner_property": cases.owner_property,
        "role": cases.role and cases.role.value,
        "calendar": cases.calendar,
        "targets": {"high": _targets_view(cases.targets.high), "normal": _targets_view(cases.targets.normal)},
    }


def _targets_view(targets: Targets) -> "_CaseTargets":
    return {"contact_hours": targets.contact_hours, "close_hours": targets.close_hours}
