"""Plan campaigns: walk the people directory a turn at a time, and ask whom the campaign means."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from earshot.domain.campaign import BUCKETS, SURVEY_CLOSED, Campaign, State, Wait, day_of, settled
from earshot.domain.eligibility import Outcome, next_opening
from earshot.domain.invitation import State as Sending
from earshot.domain.person import Person, PersonDraft
from earshot.domain.survey import Survey
from earshot.ports.campaigns import Campaigns
from earshot.ports.messaging import TaskQueue
from earshot.ports.people import PeopleDirectory
from earshot.ports.surveys import Surveys
from earshot.services.invite_people import Wish, World, invite_known, would_decide

# How many people and how many buckets a turn reads at most.
PEOPLE_A_TURN = 50
BUCKETS_A_TURN = 128
PAGE = 100


@dataclass(frozen=True, slots=True)
class Planner:
    """The ports that campaigns need: `world` asks and knows the moment, `tasks` leads back here."""

    campaigns: Campaigns
    directory: PeopleDirectory
    surveys: Surveys
    tasks: TaskQueue
    world: World


def begin(planner: Planner) -> int:
    """Ask for a turn of every campaign that is due; give how many there are."""
    number, after = 0, ""
    while True:
        due, more = planner.campaigns.due(planner.world.now, PAGE, after)
        planner.tasks.send([{"survey": survey, "campaign": campaign} for survey, campaign in due])
        number += len(due)
        if more is None:
            return number
        after = more


def work(task: Mapping[str, Any], planner: Planner) -> Campaign | None:
    """Take one turn of a campaign, and ask for the next if there is more to do now; None if nothing was to be done.

    How far it came and what it counted are one write: a turn that is lost or taken twice finds its decisions again.
    """
    old = planner.campaigns.get(str(task["survey"]), str(task["campaign"]))
    if old is None or not old.is_at_work:
        return None
    new = _turn(old, planner)
    if new == old or not planner.campaigns.put(replace(new, revision=old.revision + 1), old):
        return None
    if new.is_at_work and new.wait is None:
        planner.tasks.send([{"survey": new.survey, "campaign": new.id}])
    return new


def _turn(old: Campaign, planner: Planner) -> Campaign:
    survey, now = planner.surveys.get(old.survey), planner.world.now
    if survey is None or not survey.is_open:
        return old.over(State.STOPPED, now, SURVEY_CLOSED)
    if old.is_counting:
        new, _ = _walk(old, survey, planner, BUCKETS)
        return new.over(State.COUNTED, now, None) if new.place >= BUCKETS else new.at_work(now)
    if (opening := next_opening(survey.rules, survey.zone, now)) > now:
        return old.waiting(Wait.SENDING_HOURS, opening)
    today = day_of(now, survey.zone)
    new, is_blocked = _walk(old.on(today), survey, planner, old.on(today).goal(today))
    if is_blocked or new.place >= new.goal(today):
        return settled(new, survey.rules, survey.zone, now)
    return new.at_work(now)


def _walk(campaign: Campaign, survey: Survey, planner: Planner, goal: int) -> tuple[Campaign, bool]:
    """Go as far as a turn goes; tell whether somebody was met whom the day's budget does not allow any more."""
    most, is_blocked = campaign.seen + PEOPLE_A_TURN, False
    for _ in range(BUCKETS_A_TURN):
        if is_blocked or campaign.place >= goal or campaign.seen >= most:
            break
        campaign, is_blocked = _page(campaign, survey, planner, most - campaign.seen)
    return campaign, is_blocked


def _page(campaign: Campaign, survey: Survey, planner: Planner, most: int) -> tuple[Campaign, bool]:
    """Meet the people of a page of the bucket, as they are now."""
    ids, more = planner.directory.page(campaign.bucket, most, campaign.after)
    known = planner.world.people.get_many(ids)
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
            campaign = campaign.read(person_id).counted(decide(campaign, survey, person, planner.world))
    return (campaign.next_bucket() if more is None else campaign), False


def _would_refuse(campaign: Campaign, survey: Survey, person: Person, world: World) -> str | None:
    """Return why a person would not be asked now, None if they would; nothing is written."""
    wish = Wish(PersonDraft(person.id, {}), properties=person.properties, seed=campaign.seed)
    decision = would_decide(survey, wish, person, world)
    return decision.reason.value if decision.outcome is Outcome.DECLINED else None


def _refusal(campaign: Campaign, survey: Survey, person: Person, world: World) -> str | None:
    """Decide about a person, once a period; return the reason if they are not asked."""
    wish = Wish(PersonDraft(person.id, {}), properties=person.properties, seed=campaign.seed)
    decided = invite_known(survey, wish, person, replace(world, correlation=campaign.correlation))
    # What was called off later had been decided for: a turn taken again counts it as the first one did.
    was_declined = decided.state is Sending.DECLINED and decided.stopped is None
    return decided.reason if was_declined else None
