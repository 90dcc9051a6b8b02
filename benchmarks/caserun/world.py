"""The simulated world of cases: the real services on a simulated clock, while calls break and people act."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any

from benchmarks.caserun import staff
from benchmarks.caserun.facts import Facts, SentMail
from benchmarks.caserun.stores import Stores
from benchmarks.longrun.faults import BROKEN, Chances, CrashError, Faults, Run
from benchmarks.longrun.queues import Message, Queue
from benchmarks.longrun.timeline import DAY, HOUR, MINUTE, SECOND, Timeline
from earshot.domain.alert_rules import CaseBy
from earshot.domain.cases import SubjectKind
from earshot.domain.deliveries import Delivery
from earshot.domain.delivery_outcome import Ambiguous, Delivered, Down, Outcome, Throttled
from earshot.domain.destinations import staff_destination
from earshot.domain.errors import ChangedError, ConflictError, NotFoundError
from earshot.domain.members import Member
from earshot.domain.opened_cases import CaseOrigin, Opening, priority_of
from earshot.domain.turn import Turn
from earshot.ports.cases import OfPerson
from earshot.ports.destinations import Message as MailMessage
from earshot.ports.destinations import Target
from earshot.services.alerts.deliver import DeliverDeps, deliver
from earshot.services.alerts.follow_deliveries import follow
from earshot.services.cases.case_messages import CaseMessages
from earshot.services.cases.case_openings import CaseOpenings
from earshot.services.cases.change_case import ChangeCaseDeps, change_case
from earshot.services.cases.follow_calendars import FollowCalendarsDeps, follow_calendar
from earshot.services.cases.hand_over import HandOverTask, hand_over, plan_hand_over
from earshot.services.cases.open_cases import Arrival, OpenCasesDeps, raise_in_case
from earshot.services.cases.take_steps import TakeStepsDeps, take_steps
from earshot.services.team.manage_members import ManageMembersDeps, remove_member
from tests.fakes.alerts import InMemoryCredentials, InMemoryDestinations
from tests.fakes.sessions import InMemorySessions
from tests.fakes.team import InMemoryMembers

# How long a run may last, and when a message whose run failed comes again, as template.yaml has it (milliseconds).
TIMEOUT, AGAIN = 30 * SECOND, 180 * SECOND
MOST_RECEIVES = 100
# How often somebody tries again whose call broke, and after how long.
TRIES, TRIED_AFTER = 6, 2 * MINUTE


@dataclass(frozen=True, slots=True)
class Plan:
    """How a run goes: how many cases open over so many days, what breaks, and how often the planner ticks (ms).

    `quiet` is how long it goes on after the last case has opened (ms), so that all clocks run out.
    """

    cases: int = 1_000
    days: int = 91
    seed: int = 1
    planning: int = 5 * MINUTE
    quiet: int = 40 * DAY
    chances: Chances = field(default_factory=lambda: Chances(breaks=0.01, halts=0.03))

    @property
    def end(self) -> int:
        """Return when nothing opens any more (Unix milliseconds)."""
        return staff.START + self.days * DAY

    @property
    def middle(self) -> int:
        """Return when the calendar changes and a member leaves, on a workday (Unix milliseconds)."""
        return staff.START + self.days // 2 * DAY + 11 * HOUR

    @property
    def outages(self) -> tuple[tuple[int, int], ...]:
        """Return when the planner and the deliveries stand still: for a night, and for a day and a half."""
        first = staff.START + self.days // 3 * DAY + 20 * HOUR
        second = staff.START + self.days * 2 // 3 * DAY + 9 * HOUR
        return (first, first + 12 * HOUR), (second, second + 36 * HOUR)


class Mailbox:
    """What SES does with mails: it takes most of them, and each that it took is a fact, also if nobody hears of it."""

    def __init__(self, line: Timeline, chance: Random, facts: Facts) -> None:
        self._line, self._chance, self._facts = line, chance, facts

    def render(self, message: MailMessage, _: Target) -> str:
        """Write when the attempt read its case."""
        return f"{message.data['now']}"

    def send(self, delivery: Delivery, body: str, _: Target, now: int) -> Outcome:
        """Take a mail, or not."""
        draw = self._chance.random()
        if draw < 0.02:
            return Down("it is away")
        if draw < 0.03:
            return Throttled(now + MINUTE, None)
        assert delivery.case is not None
        mail = SentMail(delivery.case, delivery.alert, delivery.subject, int(body), self._line.now, delivery.key)
        self._facts.mails.append(mail)
        if draw < 0.04:
            return Ambiguous("no reply")
        if draw < 0.05:
            raise CrashError("died after the mail was sent")
        return Delivered("message", None)

    def probe(self, *_: Any) -> Outcome | None:
        """Return None: SES cannot be asked."""
        return None

    def erase(self, *_: Any) -> Outcome:
        """Raise: no mail is taken back here."""
        raise NotImplementedError


class World:
    """Everything that happens in a run; `facts` are for the verifier, the rest is for the table."""

    def __init__(self, plan: Plan, stores: Callable[[list[Member]], Stores]) -> None:
        self.plan = plan
        self.chance = Random(plan.seed)
        self.line = Timeline(staff.START)
        team = staff.team(self.chance, plan.days)
        self.facts = Facts(plan.outages, {each.id: each for each in team})
        self.faults = Faults(self.chance, self.line, plan.chances, self)
        self.real = stores(team)
        self.counts: Counter[str] = Counter()
        around = self.faults.around
        names = Stores.__dataclass_fields__
        self.stores = self.real.but(**{name: around(name, getattr(self.real, name)) for name in names})
        self.sender = Mailbox(self.line, self.chance, self.facts)
        queue = partial(Queue, self.line, self.chance)
        self.queues = {
            "deliveries": queue(self._deliver, MOST_RECEIVES),
            "plans": queue(self._plan, MOST_RECEIVES),
        }
        self._deliveries = around("queue of deliveries", _Delayed(self.queues["deliveries"]))
        self._plans = around("queue of plans", self.queues["plans"])

    @property
    def end(self) -> int:
        """Return when all is quiet (Unix milliseconds)."""
        return self.plan.end + self.plan.quiet

    def run(self, report: Callable[[int], None] = lambda _: None) -> None:
        """Run the whole time; `report` is called for each day that begins."""
        for each in staff.arriving(self.plan.cases, self.plan.days, self.chance):
            self.line.at(each.at, partial(self._arrives, each))
        self.line.at(staff.START, self._tick)
        self.line.at(self.plan.middle, self._change_the_calendar)
        self.line.at(self.plan.middle + DAY, self._remove_a_member)
        for begins, ends in self.plan.outages:
            self.line.at(begins, partial(self._stand_still, ends))
        for day in range((self.end - staff.START) // DAY):
            report(day)
            self.line.run(staff.START + (day + 1) * DAY)

    def seen(self, _run: Run | None, name: str, args: tuple[Any, ...], result: Any) -> None:
        """Note the effects of calls that the verifier looks at."""
        if name == "cases.open" and result.is_made:
            self.facts.opened(args[1])
            self._begin(args[1].id)
        elif name == "cases.change" and result:
            self.facts.changed(args[1], args[2])
        elif name == "cases.note_steps" and result:
            self.facts.noted(args[1])

    # --- what comes by itself ---

    def _arrives(self, each: staff.Arriving) -> None:
        """Evaluate a response, again and again until it is done."""
        if self._runs("evaluate_alerts", partial(self._evaluate, each)):
            self.facts.arrived.append(each)
            # The stream delivers some of them twice.
            if self.chance.random() < 0.05:
                self.line.after(MINUTE, partial(self._evaluate_again, each))
        else:
            self.line.after(AGAIN, partial(self._arrives, each))

    def _evaluate_again(self, each: staff.Arriving) -> None:
        self._runs("evaluate_alerts", partial(self._evaluate, each))

    def _evaluate(self, each: staff.Arriving) -> None:
        openings = CaseOpenings(self.stores.members, self.stores.accounts, self.stores.calendars, self.stores.turns)

        def opening(_: SubjectKind, __: str | None, ___: OfPerson) -> Opening:
            return openings.opening(CaseOrigin(each.alert.raised_at, each.score), staff.SETTINGS)

        ports = OpenCasesDeps(self.stores.alerts, self.stores.cases, self._pause)
        arrival = Arrival(each.score, priority_of(each.score), opening)
        raise_in_case(each.alert, CaseBy.PERSON, each.person, ports, arrival)

    def _tick(self) -> None:
        self.line.after(self.plan.planning, self._tick)
        if any(begins <= self.line.now < ends for begins, ends in self.plan.outages):
            return
        now = self.line.now
        self._runs("plan_reminders", lambda: follow(now, deliveries=self.stores.deliveries, queue=self._deliveries))

    def _stand_still(self, ends: int) -> None:
        for queue in self.queues.values():
            queue.closed_until = ends

    def _change_the_calendar(self) -> None:
        assert self.real.calendars.put(staff.LATER, staff.OFFICE)
        self.facts.calendars.append((self.line.now, staff.LATER))
        self.queues["plans"].send([{"calendar_changed": staff.OFFICE.id}])
        self.queues["plans"].send([{"calendar_changed": staff.OFFICE.id}], 60)

    def _remove_a_member(self) -> None:
        sessions = InMemorySessions(InMemoryMembers())
        deps = ManageMembersDeps(self.real.members, self.real.calendars, self.queues["plans"], sessions, self.line.now)
        remove_member(staff.LEAVES, deps)
        self.facts.left_at = self.line.now

    # --- what people do ---

    def _begin(self, case: str) -> None:
        for act in staff.acts(self.chance):
            for _ in range(1 + act.two):
                self.line.after(act.after, partial(self._act, case, act.change, None, TRIES))

    def _act(self, case: str, change: Any, revision: int | None, left: int) -> None:
        """Change a case from an old revision, or from the present one."""
        found = self.real.cases.get(case)
        if revision is None:
            # They read it, think, and write.
            thinking = int(self.chance.expovariate(1 / (40 * SECOND)))
            self.line.after(thinking, partial(self._act, case, change, found.revision, left))
            return
        self.counts["acts"] += 1
        try:
            is_done = self._runs("manage_cases", partial(self._change, case, change, revision))
        except ChangedError:
            self.counts["faster"] += 1
            is_done = False
        except (ConflictError, NotFoundError):
            self.counts["not possible any more"] += 1
            return
        if not is_done and left:
            self.line.after(TRIED_AFTER, partial(self._act, case, change, None, left - 1))

    def _change(self, case: str, change: Any, revision: int) -> None:
        change_case(case, revision, change, "key:somebody", self._change_deps)

    # --- functions ---

    def _runs(self, function: str, work: Callable[[], Any]) -> bool:
        """Run a function; False if it broke."""
        try:
            with self.faults.run(function, TIMEOUT, lambda _: None):
                work()
        except BROKEN:
            self.counts["broken runs"] += 1
            return False
        return True

    def _deliver(self, message: Message) -> int | None:
        task = message.body
        return None if self._runs("sync_crm", lambda: self._carry_out(task)) else AGAIN

    def _carry_out(self, task: Mapping[str, Any]) -> None:
        if "case_steps" in task:
            take_steps(task["case_steps"], self._steps_deps)
        elif "case_hand_over" in task:
            hand_over(task["case_hand_over"], task["member"], self._change_deps)
        else:
            deliver(task, self._deliver_deps)

    def _plan(self, message: Message) -> int | None:
        task = message.body
        return None if self._runs("plan_reminders", lambda: self._carry_out_plan(task)) else AGAIN

    def _carry_out_plan(self, task: Mapping[str, Any]) -> None:
        if "calendar_changed" in task:
            deps = FollowCalendarsDeps(cases=self.stores.cases, queue=self._deliveries, plans=self._plans)
            follow_calendar(task, Turn(), deps)
            return
        _, left = plan_hand_over(HandOverTask.of(task), self.stores.cases, self._deliveries)
        if left is not None:
            self._plans.send([left.to_json()])

    # --- what they work with ---

    @property
    def _change_deps(self) -> ChangeCaseDeps:
        stores = self.stores
        return ChangeCaseDeps(stores.cases, stores.calendars, stores.members, self._pause, self._now)

    @property
    def _steps_deps(self) -> TakeStepsDeps:
        return TakeStepsDeps(
            cases=self.stores.cases,
            members=self.stores.members,
            surveys=self.stores.surveys,
            calendars=self.stores.calendars,
            queue=self._deliveries,
            pause=self._pause,
            clock=self._now,
        )

    @property
    def _deliver_deps(self) -> DeliverDeps:
        messages = CaseMessages(
            cases=self.stores.cases,
            members=self.stores.members,
            accounts=self.stores.accounts,
            responses=self.stores.responses,
            people=self.stores.people,
            surveys=self.stores.surveys,
            calendars=self.stores.calendars,
            url="https://earshot.example.com",
            clock=self._now,
        )
        return DeliverDeps(
            deliveries=self.stores.deliveries,
            destinations=InMemoryDestinations(),
            built_in=lambda _: staff_destination(),
            message=lambda delivery, *_: messages(delivery),
            find=lambda *_: None,
            sender=lambda _: self.sender,
            credentials=InMemoryCredentials(),
            limits=self.stores.limits,
            queue=self._deliveries,
            clock=self._now,
            draw=self.chance.random,
        )

    def _now(self) -> int:
        return self.line.now

    def _pause(self, attempt: int) -> None:
        self.line.stall(int(self.chance.uniform(0, 20 * 2**attempt)))


class _Delayed:
    """The queue of deliveries as its port has it: each task with its delay (seconds)."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue

    def send(self, tasks: Any) -> None:
        """Queue tasks, each after so many seconds."""
        for task, delay in tasks:
            self._queue.send([task], delay)
