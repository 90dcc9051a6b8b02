"""The simulated world: the real services, one run of a function after the other and in between, until all is quiet."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from benchmarks.longrun import population
from benchmarks.longrun.behaviour import Action, Behaviour
from benchmarks.longrun.facts import Ask, Facts, Sent
from benchmarks.longrun.faults import BROKEN, Chances, Faults, Run
from benchmarks.longrun.mailbox import RATE, Mailbox, compose
from benchmarks.longrun.ports import Made, Ports
from benchmarks.longrun.queues import Message, Queue, SubmissionQueue
from benchmarks.longrun.recorder import EffectRecorder
from benchmarks.longrun.timeline import DAY, MINUTE, SECOND, Timeline
from earshot.adapters import sqs_submissions
from earshot.api.turns import RESERVE
from earshot.domain import ids
from earshot.domain.email_feedback import FeedbackKind, MailFeedback, Origin
from earshot.domain.person import PersonDraft
from earshot.domain.sending_quota import SendingQuota
from earshot.domain.submission_queues import LINK_QUEUE
from earshot.domain.turn import Turn
from earshot.ports.links import Link
from earshot.ports.mail import PausedError, ThrottledError
from earshot.services.campaigns import plan_campaigns
from earshot.services.campaigns.manage_campaigns import ManageCampaignsDeps, start, stop
from earshot.services.invitations import plan_reminders
from earshot.services.invitations.follow_link import DeadLinkError, FollowLinkDeps, submit_by_link
from earshot.services.invitations.invite_people import InviteDeps, Wish, invite
from earshot.services.invitations.receive_feedback import ReceiveFeedbackDeps, receive
from earshot.services.invitations.send_invitation import SendInvitationDeps, send
from earshot.services.invitations.send_rate import SendRateLimiter, seconds_until_turn
from earshot.services.invitations.unsubscribe_by_link import unsubscribe
from earshot.services.people import erase_person
from earshot.services.responses.record_responses import record
from tests.fakes.alerts import no_alerts_on_people
from tests.fakes.keys import hash_key
from tests.fakes.ledger import InMemoryRecordedResponses
from tests.fakes.team import InMemoryAccounts

# How long a run may last, and when a message whose run failed comes again, as template.yaml has it (milliseconds).
TIMEOUTS = {"send_emails": 60 * SECOND, "plan_campaigns": 60 * SECOND, "manage_people": 29 * SECOND}
TIMEOUT = 30 * SECOND
AGAIN, MAIL_AGAIN = 180 * SECOND, 360 * SECOND
# After the last wish is due, postponed, reminded of twice and tried again, the world is quiet.
QUIET_AFTER = 30 * DAY
SENDERS = 2


@dataclass(frozen=True, slots=True)
class Plan:
    """How a run goes: its size, what breaks, how often the planner is woken (milliseconds), and if it has an outage."""

    size: population.Size
    chances: Chances = field(default_factory=Chances)
    planning: int = 5 * MINUTE
    has_outage: bool = True

    @property
    def outage(self) -> tuple[int, int]:
        """Return when planner and sender stand still: one day in the middle (Unix milliseconds)."""
        begins = population.START + self.size.days * DAY * 2 // 5 + 7 * 60 * MINUTE
        return (begins, begins + DAY) if self.has_outage else (0, 0)


class World:
    """Everything that happens in a run; `facts` are for the verifier, the rest is for the table."""

    def __init__(self, plan: Plan, ports: Made) -> None:
        self.plan = plan
        self.chance = Random(plan.size.seed)
        self.line = Timeline(population.START)
        self.facts = Facts(population.surveys(plan.size), outage=plan.outage)
        self.recorder = EffectRecorder(self.facts, self.line)
        self.faults = Faults(self.chance, self.line, plan.chances, self.recorder)
        self.real = ports(self.facts.surveys)
        self.ports = self._unsteady(self.real)
        self.counts: Counter[str] = Counter()
        self.mailbox = Mailbox(self.faults, self.chance, self.facts, self._arrived)
        self.mailer = self.faults.around("mailer", self.mailbox)
        self.behaviour = Behaviour(self.chance)
        self.tokens: dict[str, tuple[str, str]] = {}
        self._paces = [self._pace() for _ in range(SENDERS)]
        self._make_queues()

    def run(self, report: Callable[[int], None] = lambda _: None) -> None:
        """Run the whole time; `report` is called for each day that begins."""
        self._populate()
        self.line.at(population.START + 40 * DAY, self._close)
        self.line.at(population.START, self._wake_planner)
        for name, started in population.campaigns(self.plan.size).items():
            self.line.at(population.START + started.day * DAY, lambda one=name, it=started: self._start(one, it))  # type: ignore[misc]
        self._outage()
        for day in range(self.days):
            report(day)
            self.line.run(population.START + (day + 1) * DAY)
        self.facts.lost = {body["ask"] for body in self.queues["touchpoints"].dead}
        self.facts.counts_differ = not self.real.recount()

    @property
    def days(self) -> int:
        """Return after how many days the world is quiet."""
        return (self.end - population.START) // DAY

    @property
    def end(self) -> int:
        """Return when the world is quiet (Unix milliseconds)."""
        return self.plan.size.end + QUIET_AFTER

    # --- who and what ---

    def _unsteady(self, real: Ports) -> Ports:
        names = (
            "surveys",
            "people",
            "suppressions",
            "invitations",
            "feedback",
            "budgets",
            "ledger",
            "campaigns",
            "directory",
        )
        return real.but(**{name: self.faults.around(name, getattr(real, name)) for name in names})

    def _make_queues(self) -> None:
        def queue(handler: Callable[[Message], int | None], most: int, kind: type[Queue] = Queue) -> Queue:
            return kind(self.line, self.chance, handler, most)

        self.queues = {
            "mails": queue(self._send_mail, 20),
            "plans": queue(self._plan, 5),
            "touchpoints": queue(self._touchpoint, 10),
            "links": queue(self._record, 10, SubmissionQueue),
            "feedback": queue(self._feedback, 20),
            "campaigns": queue(self._walk, 10),
        }
        self.to = {name: self.faults.around(f"queue of {name}", queue) for name, queue in self.queues.items()}

    def _populate(self) -> None:
        known = list(population.people(self.plan.size, self.chance))
        for person, address, zone in known:
            self.facts.addresses[person] = address
            self.facts.zones[person] = zone or ""
            if self.chance.random() < population.ERASED:
                moment = population.START + int(self.chance.random() * self.plan.size.days * DAY)
                self.line.at(moment, lambda name=person: self._erase(name))  # type: ignore[misc]
        for ask in population.asks(
            self.plan.size, self.chance, list(self.facts.surveys), [name for name, _, _ in known]
        ):
            self.facts.asks[ask.id] = ask
            by = self._ask_by_touchpoint if ask.id.startswith("touchpoint") else self._ask_by_call
            for moment in (ask.time, *population.replays(self.plan.size, self.chance, ask)):
                self.line.at(moment, lambda one=ask, way=by: way(one))  # type: ignore[misc]

    def _pace(self) -> SendRateLimiter:
        return SendRateLimiter(self.mailbox, SENDERS, clock=lambda: self.line.now / SECOND, sleep=self._sleep)

    def _sleep(self, seconds: float) -> None:
        self.line.stall(int(seconds * SECOND))

    def _outage(self) -> None:
        _, ends = self.plan.outage
        begins, _ = self.plan.outage

        def begin() -> None:
            for name in ("mails", "plans", "campaigns"):
                self.queues[name].closed_until = ends

        if self.plan.has_outage:
            self.line.at(begins, begin)

    def _close(self) -> None:
        closed = replace(self.real.surveys.get(population.CLOSING), state="closed")
        while not self.real.surveys.put(replace(closed, revision=closed.revision + 1), self._as_is(population.CLOSING)):
            pass
        self.facts.closed[population.CLOSING] = self.recorder.moment("closed")

    def _as_is(self, survey: str) -> Any:
        return self.real.surveys.get(survey)

    # --- functions ---

    def _runs(self, function: str, work: Callable[[Run], Any]) -> bool:
        """Run a function; False if it broke."""
        try:
            with self.faults.run(function, TIMEOUTS.get(function, TIMEOUT), self.recorder.ended) as run:
                work(run)
        except BROKEN:
            self.counts["broken runs"] += 1
            return False
        return True

    def _turn(self, message: Message, run: Run) -> Turn:
        """Read the turn of a message, as long as the function's time allows."""
        return Turn.of(message.body, lambda: run.deadline - self.line.now > RESERVE)

    def _invite_deps(self) -> InviteDeps:
        return InviteDeps(
            people=self.ports.people,
            accounts=InMemoryAccounts(),
            suppressions=self.ports.suppressions,
            hash_key=hash_key,
            invitations=self.ports.invitations,
            queue=self.to["mails"],
            pause=lambda attempt: self.line.stall(20 * 2**attempt),
            new_id=lambda: ids.mint(self.line.now, self.chance.randbytes(16)),
            now=self.line.now,
        )

    def _invite(self, ask: Ask, *, seed: str | None) -> None:
        draft = {"email": self.facts.addresses[ask.person], "timezone": self.facts.zones[ask.person] or None}
        wish = Wish(PersonDraft(ask.person, draft), ask.delay // SECOND, {"ask": ask.id}, seed)
        invite(self.ports.surveys.get(ask.survey), [wish], self._invite_deps())
        ask.taken = ask.taken or self.line.now

    def _ask_by_call(self, ask: Ask) -> None:
        """Ask as a caller of the API does: until it is taken."""
        if not self._runs("request_invitations", lambda _: self._invite(ask, seed=None)):
            self.line.after(self.chance.randrange(SECOND, MINUTE), lambda: self._ask_by_call(ask))

    def _ask_by_touchpoint(self, ask: Ask) -> None:
        self.queues["touchpoints"].send([{"ask": ask.id}])

    def _touchpoint(self, message: Message) -> int | None:
        ask = self.facts.asks[message.body["ask"]]
        return None if self._runs("receive_touchpoints", lambda _: self._invite(ask, seed=ask.id)) else AGAIN

    def _wake_planner(self) -> None:
        begins, ends = self.plan.outage
        if not begins <= self.line.now < ends:
            self.queues["plans"].send([{"all_shards": True}])
            self.queues["campaigns"].send([{"all_campaigns": True}])
        self.line.after(self.plan.planning, self._wake_planner)

    def _plan(self, message: Message) -> int | None:
        def work(run: Run) -> None:
            deps = plan_reminders.PlanRemindersDeps(
                invitations=self.ports.invitations,
                mails=self.to["mails"],
                plans=self.to["plans"],
                backlog=self.queues["mails"].backlog,
                now=self.line.now,
            )
            if message.body.get("all_shards"):
                plan_reminders.begin(deps, SendingQuota(RATE))
            else:
                self.counts["planned"] += plan_reminders.plan(message.body, self._turn(message, run), deps)

        return None if self._runs("plan_reminders", work) else AGAIN

    def _start(self, name: str, started: population.Started) -> None:
        """Start a campaign as the holder of a key does, until it is taken; stop one that has no end when all ends."""
        deps = ManageCampaignsDeps(self.ports.campaigns, self.to["campaigns"], self.line.now)

        def work(_: Run) -> None:
            start(self.ports.surveys.get(started.survey), name, started.plan, deps)

        if not self._runs("manage_campaigns", work):
            self.line.after(self.chance.randrange(SECOND, MINUTE), lambda: self._start(name, started))
            return
        there = {ask.person for ask in self.facts.asks.values() if ask.taken is not None}
        now, due = self.line.now, started.lasts * DAY
        self.facts.campaigned += [Ask(f"{name}-{who}", who, started.survey, now, due, now) for who in sorted(there)]
        if started.plan.every_days is not None:
            self.line.at(self.plan.size.end, lambda: self._stop(name, started))

    def _stop(self, name: str, started: population.Started) -> None:
        deps = ManageCampaignsDeps(self.ports.campaigns, self.to["campaigns"], self.line.now)
        if not self._runs("manage_campaigns", lambda _: stop(started.survey, name, deps)):
            self.line.after(self.chance.randrange(SECOND, MINUTE), lambda: self._stop(name, started))

    def _walk(self, message: Message) -> int | None:
        def work(run: Run) -> None:
            deps = plan_campaigns.PlanCampaignsDeps(
                campaigns=self.ports.campaigns,
                directory=self.ports.directory,
                surveys=self.ports.surveys,
                tasks=self.to["campaigns"],
                invite=self._invite_deps(),
            )
            if message.body.get("all_campaigns"):
                plan_campaigns.begin(deps)
            else:
                plan_campaigns.work(message.body, self._turn(message, run), deps)

        return None if self._runs("plan_campaigns", work) else MAIL_AGAIN

    def _send_mail(self, message: Message) -> int | None:
        again: list[int | None] = [MAIL_AGAIN]

        def work(run: Run) -> None:
            try:
                self.counts[send(message.body, self._send_deps(run))] += 1
                again[0] = None
            except ThrottledError:
                seconds = seconds_until_turn(message.receives, self.chance.random())
                again[0] = seconds and seconds * SECOND
            except PausedError:
                again[0] = None

        self._runs("send_emails", work)
        return again[0]

    def _send_deps(self, run: Run) -> SendInvitationDeps:
        return SendInvitationDeps(
            surveys=self.ports.surveys,
            people=self.ports.people,
            suppressions=self.ports.suppressions,
            invitations=self.ports.invitations,
            ledger=self.ports.ledger,
            budgets=self.ports.budgets,
            mailer=self.mailer,
            pauses=self.ports.pauses,
            compose=compose,
            address="survey@example.com",
            rate_limiter=self.chance.choice(self._paces),
            time_left=lambda: run.deadline - self.line.now,
            clock=lambda: self.line.now,
        )

    def _record(self, message: Message) -> int | None:
        def work(_: Run) -> None:
            unpacked = sqs_submissions.unpack(message.body)
            for submission in unpacked:
                LINK_QUEUE.check(submission)
            failed = record(
                unpacked,
                surveys=self.ports.surveys,
                ledger=self.ports.ledger,
                people=self.ports.people,
                pause=lambda attempt: self.line.stall(20 * 2**attempt),
            )
            done.append(not failed)

        done: list[bool] = []
        return None if self._runs("record_responses", work) and done[0] else AGAIN

    def _feedback(self, message: Message) -> int | None:
        about = message.body
        origin = Origin(about["person"], about["invitation"], about["wave"])
        kind, addresses = FeedbackKind(about["kind"]), (about["address"],)
        feedback = MailFeedback(kind, about["message"], about["time"], addresses, origin)

        def work(_: Run) -> None:
            receive(feedback, ReceiveFeedbackDeps(self.ports.suppressions, self.ports.feedback, self.line.now))

        return None if self._runs("receive_feedback", work) else AGAIN

    def _erase(self, person: str) -> None:
        """Erase somebody as the holder of a key does: until it is done."""
        erasure = erase_person.Erasure(person, self.chance.random() < 0.5, self.line.now, "", unknown=True)

        def work(run: Run) -> None:
            erase_person.erase(
                erasure,
                lambda: self.line.now < run.deadline,
                erase_person.ErasePersonDeps(
                    people=self.ports.people,
                    suppressions=self.ports.suppressions,
                    hash_key=hash_key,
                    ledger=self.ports.ledger,
                    invitations=self.ports.invitations,
                    **no_alerts_on_people(),
                    pause=lambda attempt: self.line.stall(20 * 2**attempt),
                ),
            )

        if self._runs("manage_people", work):
            self.counts["erased"] += 1
        else:
            self.line.after(self.chance.randrange(SECOND, MINUTE), lambda: self._erase(person))

    # --- what people do ---

    def _arrived(self, mail: Sent) -> None:
        """Schedule what the mail's reader, their mail programs and their mail server do."""
        self.tokens[mail.message_id] = (mail.person, mail.invitation)
        for action in self.behaviour.of(mail, self.facts.surveys[mail.survey].rules):
            self.line.after(action.wait, lambda one=action: self._do(mail, one))  # type: ignore[misc]

    def _do(self, mail: Sent, action: Action) -> None:
        if action.feedback is not None:
            self._send_feedback(mail, action.feedback)
        elif action.erases:
            self._erase(mail.person)
        elif action.unsubscribes:
            self._visit("unsubscribe", mail, action, lambda deps: unsubscribe(mail.message_id, deps))
        else:
            self._visit("answer", mail, action, lambda deps: submit_by_link(mail.message_id, action.written, deps))

    def _send_feedback(self, mail: Sent, kind: FeedbackKind) -> None:
        if kind is FeedbackKind.SOFT_BOUNCED:
            self.facts.soft_bounces[mail.invitation, mail.wave] += 1
        about = {"person": mail.person, "invitation": mail.invitation, "wave": mail.wave, "address": mail.recipient}
        self.queues["feedback"].send([
            {**about, "kind": kind.value, "message": mail.message_id, "time": self.line.now}
        ])  # fmt: skip
        self.counts[kind.value] += 1

    def _visit(self, what: str, mail: Sent, action: Action, follow: Callable[[FollowLinkDeps], object]) -> None:
        def work(run: Run) -> None:
            run.visitor = mail.recipient
            deps = FollowLinkDeps(
                read_link=lambda _, token: Link(*self.tokens[token]),
                surveys=self.ports.surveys,
                people=self.ports.people,
                suppressions=self.ports.suppressions,
                invitations=self.ports.invitations,
                feedback=self.ports.feedback,
                recorded=InMemoryRecordedResponses(self.ports.ledger),
                queue=self.to["links"],
                now=self.line.now,
                correlation="",
            )
            # A link may be dead by now: its person was erased, or its survey was closed.
            with suppress(DeadLinkError):
                follow(deps)

        if self._runs("serve_pages", work):
            self.counts[what] += not action.is_machine
        elif not action.is_machine:
            # A person who sees an error submits again.
            self.line.after(self.chance.randrange(SECOND, MINUTE), lambda: self._visit(what, mail, action, follow))
