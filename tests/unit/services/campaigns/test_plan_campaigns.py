"""Campaigns at work: everyone once, a budget a day, wherever a turn breaks and however often it comes."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from earshot.domain.campaign import LEASE, Campaign, Plan, Wait, begin
from earshot.domain.campaign import CampaignState as Ending
from earshot.domain.eligibility import Rules
from earshot.domain.errors import BusyError, ConflictError, InvalidError, NotFoundError
from earshot.domain.invitation import Invitation, InvitationState
from earshot.domain.person import ErasedPerson, Person
from earshot.domain.person_id import BUCKETS, bucket_of
from earshot.services.campaigns import plan_campaigns
from earshot.services.campaigns.manage_campaigns import ManageCampaignsDeps, count, find, start, stop
from earshot.services.campaigns.plan_campaigns import PlanCampaignsDeps, work
from earshot.services.invitations.invite_people import InviteDeps
from tests.factories import DAY, NOON, make_person, make_survey
from tests.fakes.campaigns import InMemoryCampaigns, InMemoryDirectory
from tests.fakes.crash import CrashError
from tests.fakes.fake_time import no_pause
from tests.fakes.invitations import InMemoryInvitations
from tests.fakes.keys import hash_key
from tests.fakes.people import InMemoryPeople, InMemorySuppressions
from tests.fakes.queues_and_bus import InMemoryQueue
from tests.fakes.surveys import InMemorySurveys
from tests.fakes.team import InMemoryAccounts
from tests.fakes.turns import TimedTurns, one_step

TASK = {"survey": "demo", "campaign": "spring"}
RULES = Rules(quiet_days=30, opens=0, closes=24)


class BreakingQueue(InMemoryQueue):
    """A queue in whose calls a test may interfere."""

    def __init__(self) -> None:
        super().__init__()
        self.before: Callable[[str], None] = lambda _: None
        self.after: Callable[[str], None] = lambda _: None

    def send(self, items: Iterable[Any], delay: int = 0) -> None:
        self.before("send")
        super().send(items, delay)
        self.after("send")


class Scene:
    """People, a survey and everything campaigns need; `live` lets them take turns until they wait."""

    def __init__(self, people: Mapping[str, int] | None = None, rules: Rules = RULES, **survey: Any) -> None:
        self.now = NOON
        self.people = InMemoryPeople()
        for plan, number in (people or {"pro": 5, "free": 3}).items():
            for each in range(number):
                self.join(f"{plan}-{each}", plan)
        self.invitations = InMemoryInvitations(self.people)
        self.suppressions = InMemorySuppressions()
        self.surveys = InMemorySurveys(make_survey(rules=rules, **survey))
        self.campaigns, self.directory = InMemoryCampaigns(), InMemoryDirectory(self.people)
        self.tasks, self.mails = BreakingQueue(), BreakingQueue()

    def join(self, name: str, plan: str = "pro") -> None:
        self.people.kept[name] = make_person(id=name, email=f"{name}@example.com", properties={"plan": plan})

    def start(self, name: str = "spring", **plan: Any) -> tuple[Campaign, bool]:
        return start(self.surveys.surveys["demo"], name, Plan(**plan), self.manage_deps)

    @property
    def manage_deps(self) -> ManageCampaignsDeps:
        return ManageCampaignsDeps(self.campaigns, self.tasks, self.now, "request")

    @property
    def plan_deps(self) -> PlanCampaignsDeps:
        invite = InviteDeps(
            people=self.people,
            accounts=InMemoryAccounts(),
            suppressions=self.suppressions,
            hash_key=hash_key,
            invitations=self.invitations,
            queue=self.mails,
            pause=no_pause,
            new_id=lambda: "never used",
            now=self.now,
        )
        return PlanCampaignsDeps(self.campaigns, self.directory, self.surveys, self.tasks, invite)

    def live(self, tick: bool = True) -> None:
        """Run the clock once, and work until nothing is left to do; what crashes comes back."""
        if tick:
            self._despite_a_crash(lambda: plan_campaigns.begin(self.plan_deps))
        for _ in range(5000):
            if not (tasks := self.tasks.take()):
                return
            for task in tasks:
                self._despite_a_crash(lambda task=task: work(task, one_step(task), self.plan_deps))  # type: ignore[misc]
        raise AssertionError("it never comes to rest")

    def days(self, number: int) -> None:
        for _ in range(number):
            self.now += DAY
            self.live()

    def _despite_a_crash(self, call: Callable[[], object]) -> None:
        for _ in range(3):
            try:
                call()
            except (CrashError, BusyError):
                continue
            return

    @property
    def ports(self) -> tuple[Any, ...]:
        return (self.campaigns, self.directory, self.people, self.invitations, self.tasks, self.mails)

    @property
    def kept(self) -> Campaign:
        return self.campaigns.kept["demo", "spring"]

    @property
    def asked(self) -> list[str]:
        return [each.person for each in self.decided if each.state is InvitationState.SCHEDULED]

    @property
    def decided(self) -> list[Invitation]:
        return list(self.invitations.kept.values())


def test_everyone_in_the_segment_is_asked_once_and_nobody_else() -> None:
    scene = Scene()
    scene.start(segment="plan=pro", daily_budget=100)
    scene.live()
    assert sorted(scene.asked) == [f"pro-{number}" for number in range(5)]
    assert len(scene.decided) == 5
    over = scene.kept
    assert (over.state, over.seen, over.matched, over.asked, over.ended_at) == (Ending.FINISHED, 8, 5, 5, NOON)
    assert {task["person"] for task in scene.mails.take()} == set(scene.asked)


def test_an_invitation_carries_the_persons_properties_and_the_requests_name() -> None:
    scene = Scene({"pro": 1})
    scene.start(daily_budget=1)
    scene.live()
    (only,) = scene.decided
    assert (only.properties, only.correlation) == ({"plan": "pro"}, "request")
    asked = scene.people.get("pro-0")
    assert isinstance(asked, Person)
    assert (asked.revision, asked.asked_revision) == (1, 1)  # the mailbox was asked, and nothing else was written


def test_a_day_asks_no_more_than_its_budget_and_the_next_goes_on() -> None:
    scene = Scene()
    scene.start(segment="plan=pro", daily_budget=2)
    counts = []
    for _ in range(4):
        scene.live()
        scene.live()
        counts.append(len(scene.asked))
        scene.now += DAY
    assert counts == [2, 4, 5, 5]
    assert scene.kept.state is Ending.FINISHED


def test_a_spent_campaign_shows_what_it_waits_for_and_until_when() -> None:
    scene = Scene(rules=replace(RULES, opens=8, closes=20))
    scene.start(segment="plan=pro", daily_budget=2)
    scene.live()
    assert (scene.kept.wait, scene.kept.due_at) == (Wait.DAILY_BUDGET, NOON + 20 * 3_600_000)


def test_a_budget_that_was_just_enough_ends_the_campaign_the_same_day() -> None:
    scene = Scene()
    scene.start(segment="plan=pro", daily_budget=5)
    scene.live()
    assert (scene.kept.state, scene.kept.asked) == (Ending.FINISHED, 5)


def test_an_ineligible_person_costs_no_budget_and_is_counted_by_the_reason() -> None:
    scene = Scene({"pro": 40})
    for number in range(30):
        scene.suppressions.add(f"pro-{number}@example.com", "unsubscribed", NOON)
    scene.start(daily_budget=10)
    scene.live()
    assert scene.kept.asked == 10
    scene.days(1)
    assert (scene.kept.asked, scene.kept.declined) == (10, {"suppressed": 30})
    assert scene.kept.state is Ending.FINISHED


def test_outside_the_sending_hours_it_waits_for_them() -> None:
    scene = Scene(rules=replace(RULES, opens=14, closes=15))
    scene.start(daily_budget=100)
    scene.live()
    assert (scene.decided, scene.kept.wait, scene.kept.due_at) == ([], Wait.SENDING_HOURS, NOON + 2 * 3_600_000)
    scene.now += 2 * 3_600_000
    scene.live()
    assert len(scene.asked) == 8


def test_a_page_larger_than_a_step_is_met_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan_campaigns, "PEOPLE_A_STEP", 3)
    crowd = [name for name in (f"p{n}" for n in range(60_000)) if bucket_of(name) == 7][:10]
    scene = Scene({})
    scene.people.kept.clear()
    for name in crowd:
        scene.join(name)
    scene.start(daily_budget=100)
    scene.live()
    assert sorted(scene.asked) == sorted(crowd)
    assert scene.kept.seen == 10


def test_a_segment_nobody_is_in_ends_with_a_note() -> None:
    scene = Scene()
    scene.start(segment="plan=nonsuch", daily_budget=5)
    scene.live()
    assert (scene.kept.state, scene.kept.matched, scene.kept.note) == (Ending.FINISHED, 0, "nobody is in plan=nonsuch")


def test_the_erased_are_not_met() -> None:
    scene = Scene({"pro": 3})
    scene.people.kept["pro-1"] = ErasedPerson("pro-1", NOON, subtract=False)
    scene.start(daily_budget=100)
    scene.live()
    assert (sorted(scene.asked), scene.kept.seen) == (["pro-0", "pro-2"], 2)


def test_who_was_erased_after_the_directory_was_read_is_passed_over() -> None:
    scene = Scene({"pro": 3})

    def erase(call: str) -> None:
        if call == "get_many":
            scene.people.kept["pro-1"] = ErasedPerson("pro-1", NOON, subtract=False)

    scene.people.before = erase
    scene.start(daily_budget=100)
    scene.live()
    assert sorted(scene.asked) == ["pro-0", "pro-2"]


def test_a_closed_survey_stops_its_campaigns() -> None:
    scene = Scene()
    scene.start(daily_budget=2)
    scene.live()
    scene.surveys.surveys["demo"] = replace(scene.surveys.surveys["demo"], state="closed")
    scene.days(2)
    assert (scene.kept.state, scene.kept.note, len(scene.asked)) == (Ending.STOPPED, "the survey was closed", 2)


def test_a_stopped_campaign_asks_nobody_more_and_stays_stopped() -> None:
    scene = Scene()
    scene.start(daily_budget=2)
    scene.live()
    stopped = stop("demo", "spring", scene.manage_deps)
    assert (stopped.state, stop("demo", "spring", scene.manage_deps)) == (Ending.STOPPED, stopped)
    scene.tasks.send([TASK])
    scene.days(3)
    assert len(scene.asked) == 2
    assert scene.start(daily_budget=2) == (stopped, False)


def test_a_stop_during_a_turn_is_not_overwritten() -> None:
    scene = Scene()
    scene.start(daily_budget=2)

    def stop_now(_: str) -> None:
        scene.campaigns.before = lambda _: None
        stop("demo", "spring", scene.manage_deps)

    scene.campaigns.before = lambda call: stop_now(call) if call == "campaigns.put" else None
    scene.live()
    assert scene.kept.state is Ending.STOPPED


# Recurring ------------------------------------------------------------------------------------------------------------


def test_a_recurring_plan_asks_everyone_once_a_period_spread_over_its_days() -> None:
    scene = Scene({"pro": 300}, rules=replace(RULES, quiet_days=9))
    scene.start(every_days=10)
    scene.live()
    sizes = [len(scene.decided)]
    for _ in range(19):
        scene.days(1)
        sizes.append(len(scene.decided) - sum(sizes))
    assert sum(sizes) == 600
    assert len(scene.asked) == 600
    assert max(sizes) < 60
    assert scene.kept.is_running


def test_who_joins_is_met_when_their_bucket_comes_and_who_leaves_is_not() -> None:
    scene = Scene({"pro": 200}, rules=replace(RULES, quiet_days=9))
    scene.start(segment="plan=pro", every_days=10)
    scene.live()
    scene.days(2)
    later = [name for name in (f"new-{number}" for number in range(400)) if bucket_of(name) > BUCKETS // 2]
    for name in later:
        scene.join(name)
    gone = [name for name in scene.people.kept if name.startswith("pro") and bucket_of(name) > BUCKETS // 2]
    for name in gone:
        scene.join(name, "free")
    scene.days(7)
    assert set(later) <= set(scene.asked)
    assert not set(gone) & set(scene.asked)


@pytest.mark.parametrize("outage", [1, 5, 9, 10, 15, 40])
def test_after_an_outage_nobody_is_left_out_and_nobody_asked_twice_in_the_quiet_period(outage: int) -> None:
    scene = Scene({"pro": 150}, rules=replace(RULES, quiet_days=9))
    scene.start(every_days=10)
    scene.live()
    scene.days(3)
    scene.now += outage * DAY
    scene.live()
    scene.days(20)
    asked: dict[str, list[int]] = {}
    for each in scene.decided:
        if each.state is InvitationState.SCHEDULED:
            asked.setdefault(each.person, []).append(each.due_at)
    assert set(asked) == set(scene.people.kept)
    for moments in asked.values():
        gaps = [late - early for early, late in pairwise(moments)]
        assert all(gap >= 9 * DAY for gap in gaps)


# Crashes, repeats, reordering -----------------------------------------------------------------------------------------

CALLS = ("campaigns.get", "campaigns.put", "directory.page", "get_many", "open", "decline", "send")


@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("call", CALLS)
def test_wherever_it_breaks_everyone_is_asked_once_and_the_totals_are_exact(call: str, moment: str, nth: int) -> None:
    scene = Scene()
    scene.suppressions.add("pro-3@example.com", "unsubscribed", NOON)
    scene.start(segment="plan=pro", daily_budget=3)
    seen = []

    def interfere(name: str) -> None:
        if name == call:
            seen.append(name)
            if len(seen) == nth:
                raise CrashError

    for port in scene.ports:
        setattr(port, moment, interfere)
    scene.live()
    scene.now += LEASE  # what died for good is looked after when the lease is over
    scene.live()
    assert len(scene.asked) == 3
    scene.days(1)
    assert sorted(scene.asked) == ["pro-0", "pro-1", "pro-2", "pro-4"]
    assert (scene.kept.matched, scene.kept.asked, scene.kept.declined) == (5, 4, {"suppressed": 1})
    assert scene.kept.state is Ending.FINISHED


def test_what_was_called_off_before_a_turn_was_repeated_counts_as_asked() -> None:
    scene = Scene({"pro": 3})
    scene.start(daily_budget=100)

    def lose(call: str) -> None:
        if call == "campaigns.put":
            scene.campaigns.before = lambda _: None
            for key, each in scene.invitations.kept.items():
                off = replace(each, state=InvitationState.DECLINED, reason="suppressed", stopped="suppressed")
                scene.invitations.kept[key] = off
            raise CrashError

    scene.campaigns.before = lose
    scene.live()
    assert (scene.kept.asked, scene.kept.declined) == (3, {})


def test_tasks_that_come_twice_and_late_change_nothing() -> None:
    scene = Scene()
    scene.start(segment="plan=pro", daily_budget=2)
    for _ in range(5):
        scene.tasks.send([TASK] * 3)
        scene.live()
    assert (len(scene.asked), scene.kept.asked) == (2, 2)
    quiet = scene.kept
    assert work(TASK, one_step(), scene.plan_deps) is None
    assert scene.kept == quiet
    scene.days(2)
    scene.tasks.send([TASK, {"survey": "demo", "campaign": "gone"}])
    scene.live()
    assert (len(scene.asked), scene.kept.asked, scene.kept.matched) == (5, 5, 5)


def test_of_two_who_take_the_same_turn_one_moves_the_campaign_on() -> None:
    scene = Scene()
    scene.start(segment="plan=pro", daily_budget=2)

    def meanwhile(call: str) -> None:
        if call == "campaigns.put":
            scene.campaigns.before = lambda _: None
            assert work(TASK, one_step(), scene.plan_deps) is not None

    scene.campaigns.before = meanwhile
    assert work(TASK, one_step(), scene.plan_deps) is None
    scene.live()
    assert (len(scene.asked), scene.kept.asked) == (2, 2)


def test_only_due_runs_begin_and_a_run_at_work_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan_campaigns, "PAGE", 3)
    scene = Scene()
    for number in range(10):
        scene.start(f"c{number}", daily_budget=1)
    scene.tasks.take()
    assert plan_campaigns.begin(scene.plan_deps) == 10
    assert len({task["campaign"] for task in scene.tasks.take()}) == 10
    assert work({"survey": "demo", "campaign": "c0"}, one_step(), scene.plan_deps) is not None
    assert plan_campaigns.begin(scene.plan_deps) == 9


class FiledDirectory(InMemoryDirectory):
    """A directory of many people, filed by bucket once; each page takes a second."""

    def __init__(self, people: InMemoryPeople, times: TimedTurns) -> None:
        super().__init__(people)
        self._times = times
        self._filed: dict[int, list[str]] = {}
        for name in sorted(people.kept):
            self._filed.setdefault(bucket_of(name), []).append(name)

    def page(self, bucket: int, limit: int, after: str = "") -> tuple[list[str], str | None]:
        self._times.now += 1
        left = [name for name in self._filed.get(bucket, []) if name > after]
        return left[:limit], left[limit - 1] if len(left) > limit else None


def test_a_campaign_of_ten_thousand_people_runs_to_its_end() -> None:
    scene, times = Scene({"pro": 10_000}), TimedTurns(50)
    scene.directory = FiledDirectory(scene.people, times)
    scene.start(daily_budget=10_000)
    while tasks := scene.tasks.take():
        for task in tasks:
            work(task, times.turn(task), scene.plan_deps)
    assert scene.kept.state is Ending.FINISHED
    assert len(scene.asked) == 10_000
    assert times.taken > 16


# Managing -------------------------------------------------------------------------------------------------------------


def test_started_twice_it_is_one_and_begins_at_once() -> None:
    scene = Scene()
    first, is_new = scene.start(segment="plan=pro", daily_budget=2)
    assert is_new
    assert scene.tasks.take() == [TASK]
    assert scene.start(segment="plan=pro", daily_budget=2) == (first, False)
    with pytest.raises(ConflictError, match="choose another id"):
        scene.start(segment="plan=pro", daily_budget=3)
    assert find("demo", "spring", scene.campaigns) == first


def test_of_two_who_start_it_at_once_one_does() -> None:
    scene = Scene()

    def meanwhile(call: str) -> None:
        if call == "campaigns.put":
            scene.campaigns.before = lambda _: None
            scene.start(daily_budget=2)

    scene.campaigns.before = meanwhile
    _, is_new = scene.start(daily_budget=2)
    assert not is_new


def test_a_closed_survey_and_a_period_within_the_quiet_days_are_refused() -> None:
    scene = Scene()
    with pytest.raises(InvalidError, match="every 30 days must be more than the survey's 30 quiet days"):
        scene.start(every_days=30)
    assert scene.start(every_days=31)[1]
    with pytest.raises(ConflictError, match="is closed"):
        Scene(state="closed").start(daily_budget=1)
    with pytest.raises(NotFoundError, match="'gone'"):
        stop("demo", "gone", scene.manage_deps)


def test_a_campaign_always_at_work_reports_it_when_it_is_to_be_stopped() -> None:
    scene = Scene()
    scene.start(daily_budget=2)

    def busy(call: str) -> None:
        if call == "campaigns.put":
            scene.campaigns.kept["demo", "spring"] = replace(scene.kept, revision=scene.kept.revision + 1)

    scene.campaigns.before = busy
    with pytest.raises(BusyError):
        stop("demo", "spring", scene.manage_deps)


def test_it_begins_where_its_survey_is() -> None:
    bare = Campaign("c", "demo", Plan(daily_budget=1), NOON, "", NOON)
    survey = make_survey(timezone="Pacific/Kiritimati")  # two in the morning of the next day
    assert begin(bare, survey.rules, survey.zone, NOON).started_on == "2026-11-22"


def count_of(scene: Scene, **plan: Any) -> Campaign:
    count(scene.surveys.surveys["demo"], "spring", Plan(**plan), scene.manage_deps)
    scene.live()
    return scene.kept


def test_a_count_predicts_what_a_start_does_and_asks_nobody() -> None:
    scene = Scene({"pro": 60, "free": 30})
    scene.people.kept["pro-7"] = make_person(id="pro-7", email=None, properties={"plan": "pro"})
    counted = count_of(scene, segment="plan=pro", daily_budget=5)
    assert (counted.state, counted.ended_at, counted.seen) == (Ending.COUNTED, NOON, 90)
    assert (counted.matched, counted.asked, dict(counted.declined)) == (60, 59, {"no-address": 1})
    assert (scene.decided, scene.mails.take()) == ([], [])
    scene.start(segment="plan=pro", daily_budget=500)
    scene.live()
    begun = scene.kept
    assert (begun.asked, begun.declined) == (counted.asked, counted.declined)


def test_a_count_goes_on_at_any_hour_and_after_a_lost_turn() -> None:
    scene = Scene(rules=Rules(quiet_days=30, opens=9, closes=10))
    count(scene.surveys.surveys["demo"], "spring", Plan(daily_budget=5), scene.manage_deps)
    scene.tasks.take()
    scene.now += LEASE
    scene.live()
    assert (scene.kept.state, scene.kept.asked) == (Ending.COUNTED, 8)


def test_a_count_is_made_again_and_leaves_a_campaign_that_has_begun_alone() -> None:
    scene = Scene()
    assert count_of(scene, daily_budget=5).asked == 8
    scene.join("late")
    assert count_of(scene, daily_budget=6).asked == 9
    _, is_new = scene.start(daily_budget=100)
    assert is_new
    scene.live()
    deps = scene.manage_deps
    assert count(scene.surveys.surveys["demo"], "spring", Plan(daily_budget=100), deps) == (scene.kept, False)
    assert scene.kept.state is Ending.FINISHED
    with pytest.raises(ConflictError):
        count(scene.surveys.surveys["demo"], "spring", Plan(daily_budget=1), scene.manage_deps)


def test_a_count_that_is_stopped_or_whose_survey_closes_is_over() -> None:
    scene = Scene()
    count(scene.surveys.surveys["demo"], "spring", Plan(daily_budget=5), scene.manage_deps)
    assert stop("demo", "spring", scene.manage_deps).state is Ending.STOPPED
    scene.live()
    assert (scene.kept.state, scene.decided) == (Ending.STOPPED, [])
