"""Plan campaigns: read the people directory step by step, and invite the people of the segment."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from earshot.domain.campaign import SURVEY_CLOSED, Campaign, CampaignState, Wait, day_of, settled
from earshot.domain.eligibility import Outcome, next_opening
from earshot.domain.invitation import InvitationState as Sending
from earshot.domain.person import Person, PersonDraft
from earshot.domain.person_id import BUCKETS
from earshot.domain.survey import Survey
from earshot.domain.turn import Turn
from earshot.ports.campaigns import Campaigns
from earshot.ports.messaging import TaskQueue
from earshot.ports.people import PeopleDirectory
from earshot.ports.surveys import Surveys
from earshot.services.invitations.invite_people import InviteDeps, Wish, invite_known, would_decide

# How many people and how many buckets a step reads at most; after each the campaign is written.
PEOPLE_A_STEP = 50
BUCKETS_A_STEP = 128
PAGE = 100


@dataclass(frozen=True, slots=True)
class PlanCampaignsDeps:
    """What planning campaigns needs: `invite` invites and knows the moment, `tasks` leads back here."""

    campaigns: Campaigns
    directory: PeopleDirectory
    surveys: Surveys
    tasks: TaskQueue
    invite: InviteDeps


def begin(deps: PlanCampaignsDeps) -> int:
    """Ask for a turn of every campaign that is due; return how many there are."""
    number, after = 0, ""
    while True:
        due, more = deps.campaigns.due(deps.invite.now, PAGE, after)
        deps.tasks.send([{"survey": survey, "campaign": campaign} for survey, campaign in due])
        number += len(due)
        if more is None:
            return number
        after = more


def work(task: Mapping[str, Any], turn: Turn, deps: PlanCampaignsDeps) -> Campaign | None:
    """Take steps of a campaign while there is time, and leave the rest to the next turn; None if there was nothing.

    How far a step came and what it counted are one write: a step that is lost or taken twice finds its decisions again.
    """
    old, taken = deps.campaigns.get(str(task["survey"]), str(task["campaign"])), None
    if old is None or not old.is_at_work:
        return None
    while turn.has_time():
        new = _step(old, deps)
        written = replace(new, revision=old.revision + 1)
        if new == old or not deps.campaigns.put(written, old):
            return taken
        old = taken = written
        if not written.is_at_work or written.wait is not None:
            return taken
    deps.tasks.send([turn.next({"survey": old.survey, "campaign": old.id})])
    return taken


def _step(old: Campaign, deps: PlanCampaignsDeps) -> Campaign:
    survey, now = deps.surveys.get(old.survey), deps.invite.now
    if survey is None or not survey.is_open:
        return old.over(CampaignState.STOPPED, now, SURVEY_CLOSED)
    if old.is_counting:
        new, _ = _walk(old, survey, deps, BUCKETS)
        return new.over(CampaignState.COUNTED, now, None) if new.place >= BUCKETS else new.at_work(now)
    if (opening := next_opening(survey.rules, survey.zone, now)) > now:
        return old.waiting(Wait.SENDING_HOURS, opening)
    today = day_of(now, survey.zone)
    new, is_blocked = _walk(old.on(today), survey, deps, old.on(today).goal(today))
    if is_blocked or new.place >= new.goal(today):
        return settled(new, survey.rules, survey.zone, now)
    return new.at_work(now)


def _walk(campaign: Campaign, survey: Survey, deps: PlanCampaignsDeps, goal: int) -> tuple[Campaign, bool]:
    """Read on for one step; return whether the day's budget refused anyone."""
    most, is_blocked = campaign.seen + PEOPLE_A_STEP, False
    for _ in range(BUCKETS_A_STEP):
        if is_blocked or campaign.place >= goal or campaign.seen >= most:
            break
        campaign, is_blocked = _page(campaign, survey, deps, most - campaign.seen)
    return campaign, is_blocked


def _page(campaign: Campaign, survey: Survey, deps: PlanCampaignsDeps, most: int) -> tuple[Campaign, bool]:
    """Read the people of a page of the bucket, as they are now."""
    ids, more = deps.directory.page(campaign.bucket, most, campaign.after)
    known = deps.invite.people.get_many(ids)
    for person_id in ids:
        person = known.get(person_id)
        if not isinstance(person, Person):
            campaign = campaign.past(person_id)
        elif not campaign.includes(person.properties):
            campaign = campaign.read(person_id)
        elif campaign.is_spent:
            return campaign, True
        else:
            decide = _would_refuse if campaign.is_counting else _refusal
            campaign = campaign.read(person_id).counted(decide(campaign, survey, person, deps.invite))
    return (campaign.next_bucket() if more is None else campaign), False


def _would_refuse(campaign: Campaign, survey: Survey, person: Person, deps: InviteDeps) -> str | None:
    """Return why a person would not be asked now, None if they would; nothing is written."""
    wish = Wish(PersonDraft(person.id, {}), properties=person.properties, seed=campaign.seed)
    decision = would_decide(survey, wish, person, deps)
    return decision.reason.value if decision.outcome is Outcome.DECLINED else None


def _refusal(campaign: Campaign, survey: Survey, person: Person, deps: InviteDeps) -> str | None:
    """Decide about a person, once a period; return the reason if they are not asked."""
    wish = Wish(PersonDraft(person.id, {}), properties=person.properties, seed=campaign.seed)
    decided = invite_known(survey, wish, person, replace(deps, correlation=campaign.correlation))
    # What was called off later had been decided for: a turn taken again counts it as the first one did.
    was_declined = decided.state is Sending.DECLINED and decided.stopped is None
    return decided.reason if was_declined else None
