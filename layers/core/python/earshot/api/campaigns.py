"""The body of `PUT /v1/surveys/{survey}/campaigns/{campaign}`, checked, and how a campaign looks from outside."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from earshot.api.schema import (
    BOOLEAN,
    CHARACTER,
    NO_SUCH_FIELD,
    Found,
    Integer,
    NoOthers,
    Nullable,
    Object,
    Optional,
    Rule,
    Text,
)
from earshot.domain.campaign import LARGEST_BUDGET, LONGEST_PERIOD, Campaign, Plan
from earshot.domain.errors import FieldError, InvalidError
from earshot.domain.events import iso
from earshot.domain.names import check_name
from earshot.domain.person_id import BUCKETS
from earshot.domain.statement import LONGEST_PROPERTY_NAME, LONGEST_PROPERTY_VALUE
from earshot.domain.unicode_text import normal

if TYPE_CHECKING:
    from typing import Annotated, TypedDict

    from earshot.api.json_types import Count, Day, Part, Time, words
    from earshot.domain.campaign import CampaignState, Wait

    class _CampaignDay(TypedDict):
        day: Day
        asked: Count

    class CampaignView(TypedDict):
        """A campaign: its plan, its progress, and what it waits for."""

        id: str
        survey: str
        segment: str | None
        every_days: Count | None
        daily_budget: Count | None
        state: Annotated[str, words(*(state.value for state in CampaignState))]
        note: str | None
        started_at: Time
        waiting_for: Annotated[str, words(*(wait.value for wait in Wait))] | None
        resumes_at: Time | None
        ended_at: Time | None
        period: Count | None
        last_day: _CampaignDay | None
        progress: Annotated[Part | None, "How much of the people a count has read."]
        seen: Count
        matched: Count
        asked: Count
        declined: dict[str, Count]

    class CampaignList(TypedDict):
        """The campaigns of a survey."""

        campaigns: list[CampaignView]


def check_campaign_id(campaign_id: str) -> str:
    """Check the id of a campaign that is to be started."""
    try:
        return check_name(campaign_id, "a campaign id")
    except ValueError as exc:
        raise InvalidError(FieldError("id", str(exc))) from exc


def read_plan(body: Mapping[str, Any]) -> tuple[Plan, bool]:
    """Read which people a campaign asks, how often or how many a day, and whether that is only to be counted.

    InvalidError names every fault.
    """
    given = PLAN.read(body)
    return Plan(given.get("segment"), given.get("every_days"), given.get("daily_budget")), given["count"]


def campaign_view(campaign: Campaign) -> "CampaignView":
    """Return the view of a campaign: its plan, its progress, and what it waits for; times in UTC."""
    return {
        "id": campaign.id,
        "survey": campaign.survey,
        "segment": campaign.plan.segment,
        "every_days": campaign.plan.every_days,
        "daily_budget": campaign.plan.daily_budget,
        "state": campaign.state.value,
        "note": campaign.note,
        "started_at": iso(campaign.started_at),
        "waiting_for": campaign.wait.value if campaign.wait else None,
        "resumes_at": iso(campaign.due_at) if campaign.wait else None,
        "ended_at": iso(campaign.ended_at) if campaign.ended_at is not None else None,
        "period": campaign.place // BUCKETS + 1 if campaign.plan.every_days else None,
        "last_day": {"day": campaign.day, "asked": campaign.asked_that_day} if campaign.day else None,
        "progress": round(campaign.place / BUCKETS, 3) if campaign.is_counting else None,
        "seen": campaign.seen,
        "matched": campaign.matched,
        "asked": campaign.asked,
        "declined": dict(campaign.declined),
    }


def _read_segment(text: str) -> str:
    name, sign, wanted = text.partition("=")
    if len(name) > LONGEST_PROPERTY_NAME or len(wanted) > LONGEST_PROPERTY_VALUE:
        raise ValueError(
            f"a property's name has up to {LONGEST_PROPERTY_NAME} characters, its value up to {LONGEST_PROPERTY_VALUE}"
        )
    name, wanted = normal(name), normal(wanted)
    if not (sign and name and wanted):
        raise ValueError("it must be a property and its value, like plan=pro")
    return f"{name}={wanted}"


def _check_bounds(found: Found) -> None:
    if found.body.get("every_days") is None and found.body.get("daily_budget") is None:
        reason = f"a campaign that runs once needs one from 1 to {LARGEST_BUDGET}; one that recurs needs every_days"
        found.fault("daily_budget", reason)


SEGMENT = Text(LONGEST_PROPERTY_NAME + 1 + LONGEST_PROPERTY_VALUE).then(
    _read_segment,
    pattern=rf"^[^=]{{1,{LONGEST_PROPERTY_NAME}}}={CHARACTER}{{1,{LONGEST_PROPERTY_VALUE}}}$",
    format="segment",
    description="A property of people and its value, like `plan=pro`.",
)
PLAN = Object(
    Optional("count", BOOLEAN, default=False),
    Optional("segment", Nullable(SEGMENT)),
    Optional("every_days", Nullable(Integer(1, LONGEST_PERIOD))),
    Optional("daily_budget", Nullable(Integer(1, LARGEST_BUDGET))),
    # One that runs once needs a budget, one that recurs a period.
    Rule(
        _check_bounds,
        anyOf=[
            {"required": [name], "properties": {name: {"type": "integer"}}} for name in ("every_days", "daily_budget")
        ],
    ),
    NoOthers(NO_SUCH_FIELD),
    name="CampaignPlan",
)
