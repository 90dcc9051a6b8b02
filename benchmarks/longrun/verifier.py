"""The verifier: looks at the mails that went out and at what the simulation knows, and at nothing else."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from benchmarks.longrun.facts import Ask, Facts, FormSubmission, Moment, Sent
from benchmarks.longrun.timeline import DAY, HOUR, MINUTE

KINDS = (
    "asked twice in a quiet period",
    "asked twice for one wish",
    "the same wave twice",
    "one reminder too many",
    "a reminder too early",
    "reminded after a response",
    "reminded while the response was on its way",
    "mailed after saying no",
    "mailed after an erasure",
    "mailed about a closed survey",
    "mailed outside their hours",
    "more mails a day than the budget",
    "due and left unasked",
    "due and left unreminded",
    "counts that differ from a recount",
)
# A claim waits so long for a response that is on its way.
ON_ITS_WAY = 15 * MINUTE
# Another channel may date a response by its day alone, at midnight, and a day may have 25 hours. So a response that was
# given a little before the invitation ends its reminders, too.
DATED_BY_DAY = 25 * HOUR
# A quiet period counts from when a mail was due; so much later it may go out.
A_LITTLE_LATE = 15 * MINUTE
# Until a mail goes out that is due: nights, an outage, failures; where there is a budget, the people before it.
PATIENCE, PATIENCE_WITH_BUDGET = 4 * DAY, 25 * DAY


@dataclass(frozen=True, slots=True)
class Violation:
    """Something that must not happen, the person it happened to, and when (Unix milliseconds)."""

    kind: str
    person: str
    time: int
    what: str = ""


@dataclass(slots=True)
class Verdict:
    """What the verifier found, and how often something is excused that cannot be prevented."""

    violations: list[Violation] = field(default_factory=list)
    excused: Counter[str] = field(default_factory=Counter)

    @property
    def by_kind(self) -> dict[str, int]:
        """Count the violations; every kind is there."""
        found = Counter(violation.kind for violation in self.violations)
        return {kind: found[kind] for kind in KINDS}


class Verifier:
    """Checks one run; `end` is when the world was quiet (Unix milliseconds)."""

    def __init__(self, facts: Facts, end: int) -> None:
        self.facts = facts
        self.end = end
        self.excused: Counter[str] = Counter()
        self.mails = sorted(facts.mails, key=lambda mail: (mail.time, mail.began.step))
        # Who reads one mailbox is one person to any sender, however many ids they have.
        self.of_mailbox = _grouped(self.mails, lambda mail: facts.mailbox(mail.person))
        self.of_invitation = _grouped(self.mails, lambda mail: mail.invitation)
        self.asks = defaultdict(list)
        for ask in facts.asks.values():
            self.asks[facts.mailbox(ask.person)].append(ask)
        self.recorded: dict[tuple[str, str], list[Moment]] = defaultdict(list)
        for (person, survey), found in facts.recorded.items():
            self.recorded[facts.mailbox(person), survey] += found
        self.went_wrong: dict[str, list[int]] = defaultdict(list)
        for at in (*facts.unknown.values(), *facts.rejected.values()):
            self.went_wrong[facts.mailbox(at.what)].append(at.time)

    def verify(self) -> Verdict:
        """Look at everything."""
        found = [
            *self._askings(),
            *(violation for mail in self.mails for violation in self._mail(mail)),
            *(violation for mails in self.of_invitation.values() for violation in self._waves(mails)),
            *self._budgets(),
            *self._unasked(),
            *(violation for mails in self.of_invitation.values() for violation in self._unreminded(mails)),
        ]
        if self.facts.counts_differ:
            found.append(Violation("counts that differ from a recount", "", self.end))
        return Verdict(found, self.excused)

    # --- what must not have been sent ---

    def _askings(self) -> Iterator[Violation]:
        for mails in self.of_mailbox.values():
            first: dict[str, Sent] = {}
            for mail in mails:
                if mail.wave == 1:
                    first.setdefault(mail.invitation, mail)
            asked = list(first.values())
            for before, after in pairwise(asked):
                quiet = self.facts.surveys[after.survey].rules.quiet_days * DAY
                if after.time - before.time < quiet - A_LITTLE_LATE:
                    yield self._about("asked twice in a quiet period", after, f"{_days(before, after)} days after")
            repeated = Counter(mail.ask for mail in asked)
            yield from (
                Violation("asked twice for one wish", mails[0].person, 0, ask)
                for ask, often in repeated.items()
                if ask and often > 1
            )

    def _mail(self, mail: Sent) -> Iterator[Violation]:
        began = mail.began.step
        refused, erased = self.facts.refused_at(mail.recipient), self.facts.erased.get(mail.person)
        closed = self.facts.closed.get(mail.survey)
        if refused is not None and refused.step < began:
            yield self._about("mailed after saying no", mail, refused.what)
        if erased is not None and erased.step < began:
            yield self._about("mailed after an erasure", mail)
        if closed is not None and closed.step < began:
            yield self._about("mailed about a closed survey", mail)
        if not self._in_hours(mail):
            yield self._about("mailed outside their hours", mail)

    def _in_hours(self, mail: Sent) -> bool:
        """Return whether it went out in hours; a run that began in them may end a moment after, never before."""
        survey = self.facts.surveys[mail.survey]
        zone = ZoneInfo(self.facts.zones[mail.person] or survey.timezone)
        hours = [
            datetime.fromtimestamp(time / 1000, UTC).astimezone(zone).hour for time in (mail.began.time, mail.time)
        ]
        return any(survey.rules.opens <= hour < survey.rules.closes for hour in hours)

    def _waves(self, mails: list[Sent]) -> Iterator[Violation]:
        """Check the mails of one invitation: each wave once, but for full mailboxes, and each in its time."""
        first, reminders = mails[0], self.facts.surveys[mails[0].survey].rules.reminders
        often = Counter(mail.wave for mail in mails)
        for wave, count in often.items():
            if count > 1 + self.facts.soft_bounces.get((first.invitation, wave), 0):
                yield self._about("the same wave twice", first, f"wave {wave}")
            if wave > 1 + len(reminders):
                yield self._about("one reminder too many", first, f"wave {wave}")
        for before, mail in pairwise(mails):
            if mail.wave > 1:
                yield from self._reminder(mail, before, reminders)
        if first.wave > 1:
            yield self._about("a reminder too early", first, "nothing was there to be reminded of")

    def _reminder(self, mail: Sent, before: Sent, reminders: tuple[int, ...]) -> Iterator[Violation]:
        days = (0, *reminders)
        gap = (days[mail.wave - 1] - days[mail.wave - 2]) * DAY if mail.wave < len(days) + 1 else 0
        if before.wave < mail.wave and mail.time - before.time < gap:
            yield self._about("a reminder too early", mail, f"{_days(before, mail)} of {gap / DAY} days after")
        if self._recorded_before(mail):
            yield self._about("reminded after a response", mail)
        elif self._is_on_its_way(mail):
            yield self._about("reminded while the response was on its way", mail)

    def _recorded_before(self, mail: Sent) -> bool:
        """Return whether a response given since the first mail was recorded when the reminder's run began."""
        first = self.of_invitation[mail.invitation][0]
        found = self.recorded.get((self.facts.mailbox(mail.person), mail.survey), ())
        return any(int(at.what) >= first.time and at.step < mail.began.step for at in found)

    def _is_on_its_way(self, mail: Sent) -> bool:
        moments = (submission.at for submission in self._human(mail.invitation) if submission.at.step < mail.began.step)
        return any(mail.began.time - at.time < ON_ITS_WAY for at in moments)

    def _budgets(self) -> Iterator[Violation]:
        for survey in self.facts.surveys.values():
            if survey.rules.daily_budget is None:
                continue
            mails = [mail for mail in self.mails if mail.survey == survey.id]
            days = [(_day(mail.began.time, survey.zone), _day(mail.time, survey.zone)) for mail in mails]
            # A run over midnight may have paid on either day.
            often = Counter(day for began, day in days if began == day)
            for day, count in often.items():
                if count > survey.rules.daily_budget:
                    yield Violation("more mails a day than the budget", "", 0, f"{survey.id} {day}: {count}")

    # --- what must have been sent ---

    def _unasked(self) -> Iterator[Violation]:
        """Every wish ends in a mail, in one that was sent not long ago, or in a reason that the simulation knows."""
        for ask in (*self.facts.asks.values(), *self.facts.campaigned):
            if ask.taken is None:
                if ask.id in self.facts.lost:
                    self.excused["not asked: a dead letter"] += 1
                else:
                    yield Violation("due and left unasked", ask.person, ask.time, f"{ask.id} was never taken")
            elif (reason := self._excuse(ask)) is None:
                yield Violation("due and left unasked", ask.person, ask.due, ask.id)
            else:
                self.excused[f"not asked: {reason}"] += 1

    def _excuse(self, ask: Ask) -> str | None:
        survey = self.facts.surveys[ask.survey]
        taken, quiet = ask.taken or ask.time, survey.rules.quiet_days * DAY
        latest = max([self._latest(ask.survey, max(ask.due, taken)), *self._latest_before(ask)])
        mails = [mail for mail in self.of_mailbox.get(self.facts.mailbox(ask.person), ()) if mail.wave == 1]
        checks = (
            (any(mail.ask == ask.id for mail in mails), "but it was"),
            (any(taken - quiet - HOUR <= mail.time <= latest for mail in mails), "quiet period"),
            (self._declined(ask.person, latest), "they unsubscribed"),
            (_until(self.facts.closed.get(ask.survey), latest), "the survey is closed"),
            (self._stood_aside(ask), "for another, called off as its survey closed"),
            (latest > self.end, "the run ended"),
            (self._went_wrong(ask.person, taken - quiet - PATIENCE, latest), "unknown outcome or rejected"),
        )
        return next((why for holds, why in checks if holds), None)

    def _stood_aside(self, ask: Ask) -> bool:
        """Return whether the person had another wish when this was decided, whose survey closed before its mail."""
        closed, taken = self.facts.closed, ask.taken or ask.time
        others = (other for other in self.asks[self.facts.mailbox(ask.person)] if other.taken and other.taken <= taken)
        return any(other.survey in closed and other.due > closed[other.survey].time - DAY for other in others)

    def _latest_before(self, ask: Ask) -> list[int]:
        """Return by when the mails go out that were asked for before, and keep this one from being asked."""
        taken = ask.taken or ask.time
        return [
            self._latest(other.survey, other.due)
            for other in self.asks[self.facts.mailbox(ask.person)]
            if other.time <= taken
        ]

    def _latest(self, survey: str, due: int) -> int:
        has_budget = self.facts.surveys[survey].rules.daily_budget is not None
        return due + (PATIENCE_WITH_BUDGET if has_budget else PATIENCE)

    def _declined(self, person: str, by: int) -> bool:
        refused = self.facts.refused_at(self.facts.addresses[person])
        return _until(refused, by) or _until(self.facts.erased.get(person), by)

    def _went_wrong(self, person: str, since: int, until: int) -> bool:
        return any(since <= time <= until for time in self.went_wrong.get(self.facts.mailbox(person), ()))

    def _unreminded(self, mails: list[Sent]) -> Iterator[Violation]:
        """Every reminder that fell due went out, or there is a reason that the simulation knows."""
        last = max(mails, key=lambda mail: (mail.wave, mail.time))
        days = (0, *self.facts.surveys[last.survey].rules.reminders)
        if last.wave >= len(days):
            return
        latest = self._latest(last.survey, last.time + (days[last.wave] - days[last.wave - 1]) * DAY)
        reason = self._reason(last, mails[0], latest)
        if reason is None:
            yield self._about("due and left unreminded", last, f"wave {last.wave + 1}")
        else:
            self.excused[f"not reminded: {reason}"] += 1

    def _reason(self, last: Sent, first: Sent, latest: int) -> str | None:
        recorded = self.recorded.get((self.facts.mailbox(last.person), last.survey), ())
        asked = self.facts.asks[first.ask].time if first.ask in self.facts.asks else first.time
        since = asked - DATED_BY_DAY
        checks = (
            (any(submission.at.time <= latest for submission in self._human(last.invitation)), "they responded"),
            (
                any(since <= int(at.what) and at.time <= latest for at in recorded),
                "they responded elsewhere",
            ),
            (self._declined(last.person, latest), "they unsubscribed"),
            (_until(self.facts.closed.get(last.survey), latest), "the survey is closed"),
            (last.invitation in self.facts.unknown, "unknown outcome"),
            (last.invitation in self.facts.rejected, "rejected"),
            (self.facts.soft_bounces.get((last.invitation, last.wave), 0) > 0 and self._gave_up(last), "mailbox full"),
            (latest > self.end, "the run ended"),
        )
        return next((why for holds, why in checks if holds), None)

    def _gave_up(self, last: Sent) -> bool:
        """Return whether the mail was tried three times."""
        same = [mail for mail in self.of_invitation[last.invitation] if mail.wave == last.wave]
        return len(same) >= 3

    def _human(self, invitation: str) -> list[FormSubmission]:
        return [submission for submission in self.facts.submissions.get(invitation, ()) if not submission.is_machine]

    def _about(self, kind: str, mail: Sent, what: str = "") -> Violation:
        return Violation(
            kind, mail.person, mail.time, f"{mail.survey} {mail.invitation} wave {mail.wave} {what}".strip()
        )


def _grouped(mails: Iterable[Sent], by: Callable[[Sent], str]) -> dict[str, list[Sent]]:
    groups: dict[str, list[Sent]] = defaultdict(list)
    for mail in mails:
        groups[by(mail)].append(mail)
    return groups


def _days(before: Sent, after: Sent) -> str:
    return f"{(after.time - before.time) / DAY:.4f}"


def _until(at: Moment | None, latest: int) -> bool:
    return at is not None and at.time <= latest


def _day(time: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(time / 1000, UTC).astimezone(zone).date().isoformat()


__all__ = ["KINDS", "Verdict", "Verifier", "Violation"]
