"""Start, show and stop campaigns; the same one started twice is one."""

from dataclasses import dataclass, replace

from earshot.domain.campaign import STOPPED_BY_KEY, Campaign, CampaignState, Plan, begin
from earshot.domain.errors import BusyError, ConflictError, FieldError, InvalidError
from earshot.domain.names import no_campaign
from earshot.domain.survey import Survey
from earshot.ports.campaigns import Campaigns
from earshot.ports.messaging import TaskQueue

ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class ManageCampaignsDeps:
    """What managing campaigns needs: `tasks` leads to the planner; `now` in Unix milliseconds."""

    campaigns: Campaigns
    tasks: TaskQueue
    now: int
    correlation: str = ""


def start(survey: Survey, campaign_id: str, plan: Plan, deps: ManageCampaignsDeps) -> tuple[Campaign, bool]:
    """Start a campaign, or find it started; return it, and whether it is new. One that was only counted starts afresh.

    ConflictError if there is another under its id or the survey is closed, InvalidError if its period is too short.
    """
    for _ in range(ATTEMPTS):
        found = deps.campaigns.get(survey.id, campaign_id)
        if found is not None and found.has_begun:
            _must_be_the_same(found, plan)
            _hurry(found, deps)
            return found, False
        made = _made(survey, campaign_id, plan, deps)
        if _put(made, found, deps):
            _hurry(made, deps)
            return made, True
    raise BusyError("the campaign is running a step; try again in a moment")


def count(survey: Survey, campaign_id: str, plan: Plan, deps: ManageCampaignsDeps) -> tuple[Campaign, bool]:
    """Count the people a campaign would invite, without inviting; return it, and whether a count was started.

    A count that is under way for the same plan goes on, one that is complete is made again. A campaign that has begun
    stays as it is. Raises what `start` raises.
    """
    for _ in range(ATTEMPTS):
        found = deps.campaigns.get(survey.id, campaign_id)
        if found is not None and (found.has_begun or (found.is_counting and found.plan == plan)):
            _must_be_the_same(found, plan)
            _hurry(found, deps)
            return found, False
        made = replace(_made(survey, campaign_id, plan, deps), state=CampaignState.COUNTING, wait=None, due_at=deps.now)
        if _put(made, found, deps):
            _hurry(made, deps)
            return made, True
    raise BusyError("the campaign is running a step; try again in a moment")


def _put(made: Campaign, replaces: Campaign | None, deps: ManageCampaignsDeps) -> bool:
    return deps.campaigns.put(replace(made, revision=replaces.revision + 1 if replaces else 1), replaces)


def _must_be_the_same(found: Campaign, plan: Plan) -> None:
    if found.plan != plan:
        raise ConflictError(f"the campaign {found.id!r} exists already with a different plan; choose another id")


def stop(survey_id: str, campaign_id: str, deps: ManageCampaignsDeps) -> Campaign:
    """Stop a campaign for good, and return it; one that is over stays as it is. NotFoundError if there is none."""
    for _ in range(ATTEMPTS):
        old = find(survey_id, campaign_id, deps.campaigns)
        if not old.is_at_work:
            return old
        stopped = replace(old.over(CampaignState.STOPPED, deps.now, STOPPED_BY_KEY), revision=old.revision + 1)
        if deps.campaigns.put(stopped, old):
            return stopped
    raise BusyError("the campaign is running a step; try again in a moment")


def find(survey_id: str, campaign_id: str, campaigns: Campaigns) -> Campaign:
    """Return a campaign; NotFoundError if there is none."""
    found = campaigns.get(survey_id, campaign_id)
    if found is None:
        raise no_campaign(survey_id, campaign_id)
    return found


def _made(survey: Survey, campaign_id: str, plan: Plan, deps: ManageCampaignsDeps) -> Campaign:
    if not survey.is_open:
        raise ConflictError(f"the survey {survey.id!r} is closed and invites nobody")
    _check_period(plan.every_days, survey)
    bare = Campaign(campaign_id, survey.id, plan, deps.now, "", deps.now, correlation=deps.correlation)
    return begin(bare, survey.rules, survey.zone, deps.now)


def _hurry(campaign: Campaign, deps: ManageCampaignsDeps) -> None:
    """Start the campaign at once if it is due: the schedule runs only every five minutes."""
    if campaign.is_at_work and campaign.due_at <= deps.now:
        deps.tasks.send([{"survey": campaign.survey, "campaign": campaign.id}])


def _check_period(days: int | None, survey: Survey) -> None:
    """Refuse a period in which the next question would meet the quiet period of the last, or its reminders."""
    quiet, last = survey.rules.quiet_days, max(survey.rules.reminders, default=0)
    if days is not None and days <= quiet:
        reason = f"every {days} days must be more than the survey's {quiet} quiet days"
        raise InvalidError(FieldError("every_days", reason))
    if days is not None and days <= last:
        reason = f"every {days} days must be more than the {last} days until the survey's last reminder"
        raise InvalidError(FieldError("every_days", reason))
