"""In-memory ports; the contract suite in tests/integration/adapters keeps them honest."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar
from zlib import crc32

from earshot.domain.allowance import Allowance
from earshot.domain.counting import difference
from earshot.domain.entrance import Entrance
from earshot.domain.errors import BusyError
from earshot.domain.events import Event
from earshot.domain.invitation import MOST_PRESSES, Invitation, Mail, State, opened, postponed
from earshot.domain.judgement import Judgement
from earshot.domain.keyed_hash import folded
from earshot.domain.keys import ApiKey
from earshot.domain.marks import marks_difference, marks_of
from earshot.domain.person import ErasedPerson, Person
from earshot.domain.quarantine import Press
from earshot.domain.response import Alias, Key, Response
from earshot.domain.score import Histogram
from earshot.domain.submission import Submission
from earshot.domain.suppression import not_replaced_by
from earshot.domain.survey import VALUES_PER_SEGMENT, Survey
from earshot.people_ports import PersonChange, PersonResponse, Suppression
from earshot.ports import Change, InvalidChunkError, Refusal, ResponseQuery, Verdict

Answer = TypeVar("Answer")


class CrashError(Exception):
    """The function died here."""


class InMemoryLedger:
    """Responses and counts in dictionaries; `before` and `after` each commit, and `reading`, a test may interfere."""

    def __init__(self) -> None:
        self.items: dict[tuple[str, str], Response | Alias] = {}
        self.sums: dict[tuple[str, str, str], list[int]] = {}
        self.cells: dict[tuple[str, str, str, str], list[int]] = {}
        self.noted: Counter[tuple[str, str, str]] = Counter()
        self.pointers: set[tuple[str, str, int, str]] = set()
        self.history: list[tuple[Response | None, Response]] = []
        self.commits: list[list[Change]] = []
        self.before: Callable[[Sequence[Change]], list[Refusal] | None] = lambda _: None
        self.after: Callable[[Sequence[Change]], None] = lambda _: None
        self.reading: Callable[[], None] = lambda: None

    def commit(self, changes: Sequence[Change]) -> list[Refusal] | None:
        self.commits.append(list(changes))
        if refusals := self.before(changes):
            return refusals
        if any("\ud800" in (change.new.comment or "") for change in changes):
            raise InvalidChunkError("half a character")
        refusals = [self._check(change) for change in changes]
        if any(refusal.verdict is Verdict.STALE for refusal in refusals):
            return refusals
        for change in changes:
            self._apply(change)
        self.after(changes)
        return None

    def find(self, survey: str, response_id: str) -> Response | None:
        found = self.items.get((survey, response_id))
        if isinstance(found, Alias):
            found = self.items.get((survey, found.target))
        return found if isinstance(found, Response) else None

    def find_many(self, wanted: Iterable[Key]) -> Mapping[Key, Response]:
        self.reading()
        found = {key: self.find(*key) for key in wanted}
        return {key: response for key, response in found.items() if response is not None}

    def page(self, survey: str, query: ResponseQuery) -> tuple[list[Response], str | None]:
        rows = [item for (owner, _), item in self.items.items() if owner == survey and isinstance(item, Response)]
        rows = sorted((row for row in rows if _matches(row, query)), key=lambda row: row.id, reverse=True)
        more = rows[query.limit - 1].id if len(rows) > query.limit else None
        return rows[: query.limit], more

    def days(self, survey: str, series: str, first: str, end: str) -> dict[str, Histogram]:
        return {
            day: Histogram(tuple(counts))
            for (owner, name, day), counts in self.sums.items()
            if owner == survey and name == series and first <= day < end and any(counts)
        }

    def superseded(self, survey: str, series: str, first: str, end: str) -> dict[tuple[str, str], Histogram]:
        return {
            (day, later): Histogram(tuple(counts))
            for (owner, name, day, later), counts in self.cells.items()
            if owner == survey and name == series and first <= later < end and any(counts)
        }

    def marks(self, survey: str, first: str, end: str) -> dict[str, Mapping[str, int]]:
        found: dict[str, dict[str, int]] = {}
        for (owner, day, mark), count in self.noted.items():
            if owner == survey and first <= day < end and count:
                found.setdefault(day, {})[mark] = count
        return dict(found)

    def recount_marks(self) -> Mapping[tuple[str, str, str], int]:
        """Count what is noted of the stored responses anew."""
        kept = [item for item in self.items.values() if isinstance(item, Response)]
        return Counter((item.survey, item.day, mark) for item in kept for mark in marks_of(item))

    def recount(self) -> dict[tuple[str, ...], list[int]]:
        """Count the stored responses anew, the slow and certain way; those that were superseded once more."""
        sums: dict[tuple[str, ...], list[int]] = {}
        for item in self.items.values():
            if isinstance(item, Response) and item.counts and item.score is not None:
                for series in ("all", *item.series):
                    sums.setdefault((item.survey, series, item.day), [0] * 11)[item.score] += 1
                    if item.superseded:
                        key = (item.survey, series, item.day, item.superseded)
                        sums.setdefault(key, [0] * 11)[item.score] += 1
        return sums

    def counted(self) -> dict[tuple[str, ...], list[int]]:
        everything: list[tuple[tuple[str, ...], list[int]]] = [*self.sums.items(), *self.cells.items()]
        return {key: counts for key, counts in everything if any(counts)}

    def _check(self, change: Change) -> Refusal:
        found = self.items.get((change.new.survey, change.new.id))
        stale = found is not None if change.old is None else not _is_revision(found, change.old.revision)
        if stale:
            return Refusal(Verdict.STALE, found)
        if change.alias and (known := self.items.get((change.new.survey, change.alias.sent_id))):
            return Refusal(Verdict.STALE, known)
        return Refusal(Verdict.UNHARMED)

    def _apply(self, change: Change) -> None:
        new, old = change.new, change.old
        self.items[new.survey, new.id] = new
        if change.alias:
            self.items[new.survey, change.alias.sent_id] = change.alias
        if old and old.person:
            self.pointers.discard((old.person, old.survey, old.answered, old.id))
        if new.person:
            self.pointers.add((new.person, new.survey, new.answered, new.id))
        for (series, day, later), scores in difference(old, new).items():
            if later is None:
                counts = self.sums.setdefault((new.survey, series, day), [0] * 11)
            else:
                counts = self.cells.setdefault((new.survey, series, day, later), [0] * 11)
            for score, count in scores.items():
                counts[score] += count
        for mark, count in marks_difference(old, new).items():
            self.noted[new.survey, new.day, mark] += count
        self.history.append((old, new))


class InMemoryPeople:
    """People in a dictionary; their responses are the pointers of a ledger."""

    def __init__(self, ledger: InMemoryLedger | None = None) -> None:
        self.kept: dict[str, Person | ErasedPerson] = {}
        self.ledger = ledger or InMemoryLedger()
        self.before: Callable[[str], None] = lambda _: None
        self.after: Callable[[str], None] = lambda _: None

    def get(self, person_id: str) -> Person | ErasedPerson | None:
        self.before("get")
        return self.kept.get(person_id)

    def get_many(self, person_ids: Iterable[str]) -> Mapping[str, Person | ErasedPerson]:
        self.before("get_many")
        return {name: self.kept[name] for name in person_ids if name in self.kept}

    def put(self, changes: Sequence[PersonChange]) -> bool:
        self.before("put")
        if any(self._revision(change.new.id) != (change.old and change.old.revision) for change in changes):
            return False
        for new in (change.new for change in changes):
            old = self.kept.get(new.id)
            asked = (old.last_asked, old.asked_by) if isinstance(old, Person) else (None, None)
            self.kept[new.id] = replace(new, last_asked=asked[0], asked_by=asked[1])
        self.after("put")
        return True

    def bury(self, erased: ErasedPerson, replaces: Person | None) -> bool:
        self.before("bury")
        if self._revision(erased.id) != (replaces and replaces.revision):
            return False
        self.kept[erased.id] = erased
        self.after("bury")
        return True

    def responses(
        self, person_id: str, limit: int, after: str | None = None
    ) -> tuple[list[PersonResponse], str | None]:
        self.before("responses")
        mine = sorted(
            (f"R#{survey}#{answered:014d}#{response}", survey, response)
            for person, survey, answered, response in self.ledger.pointers
            if person == person_id
        )
        left = [row for row in mine if after is None or row[0] > after]
        page = [PersonResponse(survey, response) for _, survey, response in left[:limit]]
        return page, left[limit - 1][0] if len(left) > limit else None

    def answered_since(self, person_id: str, survey: str, since: int) -> list[str]:
        self.before("answered_since")
        found = sorted(pointer for pointer in self.ledger.pointers if pointer[:2] == (person_id, survey))
        return [response for _, _, answered, response in found if answered >= since]

    def answered_latest(self, person_id: str, survey: str, limit: int) -> tuple[list[str], bool]:
        self.before("answered_latest")
        mine = sorted(pointer[2:] for pointer in self.ledger.pointers if pointer[:2] == (person_id, survey))
        return [answer for _, answer in mine[-limit:]], len(mine) < limit

    def answered_before(self, place: Response) -> Iterator[str]:
        self.before("answered_before")
        yield from (answer for order, answer in reversed(self._answers(place)) if order < (place.answered, place.id))

    def answered_after(self, place: Response) -> Iterator[str]:
        self.before("answered_after")
        yield from (answer for order, answer in self._answers(place) if order > (place.answered, place.id))

    def _answers(self, place: Response) -> list[tuple[tuple[int, str], str]]:
        whose = (place.person, place.survey)
        mine = (pointer for pointer in self.ledger.pointers if pointer[:2] == whose)
        return sorted(((answered, answer), answer) for _, _, answered, answer in mine)

    def _revision(self, person_id: str) -> int | None:
        return self.kept[person_id].revision if person_id in self.kept else None


class InMemorySuppressions:
    """Suppressions in a dictionary, by the folded address."""

    def __init__(self) -> None:
        self.kept: dict[str, Suppression] = {}
        self.before: Callable[[str], None] = lambda _: None
        self.after: Callable[[str], None] = lambda _: None

    def is_suppressed(self, address: str) -> str | None:
        found = self.find([address]).get(address)
        return found.reason if found else None

    def find(self, addresses: Iterable[str]) -> Mapping[str, Suppression]:
        return {address: self.kept[folded(address)] for address in addresses if folded(address) in self.kept}

    def add(self, address: str, reason: str, time: int) -> bool:
        self.before("suppress")
        return self._add(folded(address), reason, time)

    def hash_of(self, address: str) -> str:
        return f"hash of {folded(address)}"

    def add_hash(self, digest: str, reason: str, time: int) -> bool:
        self.before("suppress")
        return self._add(digest.removeprefix("hash of "), reason, time)

    def _add(self, kept_as: str, reason: str, time: int) -> bool:
        known = self.kept.get(kept_as)
        if known is not None and known.reason in not_replaced_by(reason):
            return False
        self.kept[kept_as] = Suppression(reason, time)
        self.after("suppress")
        return True

    def lift(self, address: str) -> bool:
        self.before("lift")
        if self.is_suppressed(address) == "erased":
            return False
        self.kept.pop(folded(address), None)
        self.after("lift")
        return True


class InMemoryInvitations:
    """Invitations in a dictionary, and when their people were last asked; a test may interfere with each call."""

    def __init__(self, people: InMemoryPeople | None = None) -> None:
        self.kept: dict[tuple[str, str], Invitation] = {}
        self.people = people or InMemoryPeople()
        self.before: Callable[[str], None] = lambda _: None
        self.after: Callable[[str], None] = lambda _: None

    def open(self, invitation: Invitation, person: Person) -> bool:
        return self._interfered("open", lambda: self._open(invitation, person))

    def decline(self, invitation: Invitation) -> bool:
        return self._interfered("decline", lambda: self._put(invitation))

    def get(self, person: str, invitation_id: str) -> Invitation | None:
        return self._interfered("get", lambda: self.kept.get((person, invitation_id)))

    def of_person(self, person: str) -> list[Invitation]:
        mine = [invitation for invitation in self.kept.values() if invitation.person == person]
        return sorted(mine, key=lambda invitation: (invitation.created, invitation.id))

    def claim(self, invitation: Invitation, now: int) -> bool:
        told = {"budget_day": invitation.budget_day, "mailed": invitation.mailed}
        more = {name: value for name, value in told.items() if value}
        read = (invitation.due, len(invitation.presses))

        def is_read(known: Invitation) -> bool:
            return (known.due, len(known.presses)) == read

        return self._move("claim", invitation, State.SCHEDULED, is_read, state=State.CLAIMED, claimed=now, **more)

    def release(self, invitation: Invitation) -> bool:
        forgets: dict[str, Any] = {} if invitation.was_sent else {"mailed": None}
        return self._move("release", invitation, State.CLAIMED, state=State.SCHEDULED, claimed=None, **forgets)

    def mark_sent(self, invitation: Invitation, message_id: str, now: int, next_due: int | None) -> bool:
        known = self.kept.get((invitation.person, invitation.id), invitation)
        changes: dict[str, Any] = {"state": State.SENT}
        if next_due is not None:
            changes = {"state": State.SCHEDULED, "wave": invitation.wave + 1, "due": next_due}
        changes |= {"mails": (*known.mails, Mail(invitation.wave, now, message_id)), "budget_day": None}
        return self._move("mark_sent", invitation, State.CLAIMED, sent=now, message_id=message_id, **changes)

    def cancel(self, invitation: Invitation, reason: str) -> bool:
        return self._call_off("cancel", invitation, State.SCHEDULED, reason)

    def reject(self, invitation: Invitation, reason: str) -> bool:
        return self._call_off("reject", invitation, State.CLAIMED, reason)

    def postpone(self, invitation: Invitation, person: Person, due: int, reason: str) -> bool:
        def moved() -> bool:
            known = self.kept.get((invitation.person, invitation.id))
            read = (State.SCHEDULED, invitation.due, invitation.wave)
            if known is None or (known.state, known.due, known.wave) != read:
                return False
            kept = replace(known, due=due, reason=reason)
            if not invitation.was_sent:
                later, asked = postponed(invitation, person, due, reason)
                kept = replace(kept, asked_before=later.asked_before)
                if not self._ask(person, asked):
                    return False
            self.kept[known.person, known.id] = kept
            return True

        return self._interfered("postpone", moved)

    def press(self, person: str, invitation_id: str, response_id: str, press: Press) -> Invitation | None:
        known = self.kept.get((person, invitation_id))
        if known is None or known.forgotten or len(known.presses) >= MOST_PRESSES:
            return None
        pressed = replace(known, response=known.response or response_id, presses=(*known.presses, press))
        self.kept[person, invitation_id] = pressed
        return pressed

    def rewrite(self, invitation: Invitation, presses: Sequence[Press], *, forget: bool = False) -> bool:
        def rewritten() -> bool:
            known = self.kept[invitation.person, invitation.id]
            if (known.presses and len(known.presses) != len(presses)) or (known.forgotten and not forget):
                return False
            lost: dict[str, Any] = {"properties": {}, "forgotten": True} if forget else {}
            self.kept[known.person, known.id] = replace(known, presses=tuple(presses), **lost)
            return True

        return self._interfered("rewrite", rewritten)

    def due(self, shard: int, now: int, limit: int, after: str = "") -> tuple[list[tuple[str, str]], str | None]:
        scheduled = [each for each in self.kept.values() if each.state is State.SCHEDULED and each.due <= now]
        mine = [each for each in scheduled if crc32(each.id.encode()) % 8 == shard]
        left = sorted((order, each) for each in mine if (order := f"{each.due:014d}#{each.id}") > after)
        page = [(each.person, each.id) for _, each in left[:limit]]
        return page, left[limit - 1][0] if len(left) > limit else None

    def _open(self, invitation: Invitation, person: Person) -> bool:
        if (invitation.person, invitation.id) in self.kept:
            return False
        kept, asked = opened(invitation, person)
        return self._ask(person, asked) and self._put(kept)

    def _put(self, invitation: Invitation) -> bool:
        return self.kept.setdefault((invitation.person, invitation.id), invitation) is invitation

    def _call_off(self, name: str, invitation: Invitation, old: State, reason: str) -> bool:
        if invitation.was_sent:
            return self._move(name, invitation, old, state=State.SENT, stopped=reason)
        done = self._move(name, invitation, old, state=State.DECLINED, reason=reason, stopped=reason)
        person = self.people.kept.get(invitation.person)
        if done and isinstance(person, Person) and person.asked_by == invitation.id:
            before = self.kept[invitation.person, invitation.id].asked_before
            freed = replace(person, last_asked=before, asked_by=None, revision=person.revision + 1)
            self.people.kept[person.id] = freed
        return done

    def _ask(self, person: Person, asked: Person) -> bool:
        known = self.people.kept.get(person.id)
        if not isinstance(known, Person) or known.revision != person.revision:
            return False
        self.people.kept[person.id] = asked
        return True

    def _move(
        self,
        name: str,
        invitation: Invitation,
        old: State,
        holds: Callable[[Invitation], bool] = lambda _: True,
        **changes: Any,
    ) -> bool:
        def moved() -> bool:
            known = self.kept.get((invitation.person, invitation.id))
            if known is None or (known.state, known.wave) != (old, invitation.wave):
                return False
            if not holds(known) or (old is State.SCHEDULED and known.was_sent is not invitation.was_sent):
                return False
            self.kept[known.person, known.id] = replace(known, **changes)
            return True

        return self._interfered(name, moved)

    def _interfered(self, name: str, call: Callable[[], Answer]) -> Answer:
        self.before(name)
        answer = call()
        self.after(name)
        return answer


class InMemoryBudgets:
    """What surveys sent, by survey and day."""

    def __init__(self) -> None:
        self.spent: Counter[tuple[str, str]] = Counter()
        self.before: Callable[[str], None] = lambda _: None
        self.after: Callable[[str], None] = lambda _: None

    def spend(self, survey: str, day: str, most: int) -> bool:
        self.before("spend")
        if self.spent[survey, day] >= most:
            return False
        self.spent[survey, day] += 1
        self.after("spend")
        return True


class InMemoryMailer:
    """A mailer that keeps what went out, as (sender, recipient, MIME)."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, bytes]] = []
        self.tags: list[dict[str, str]] = []
        self.before: Callable[[str], None] = lambda _: None
        self.after: Callable[[str], None] = lambda _: None

    def send(self, mime: bytes, sender: str, recipient: str, tags: Mapping[str, str] | None = None) -> str:
        self.before("send")
        self.sent.append((sender, recipient, mime))
        self.tags.append(dict(tags or {}))
        self.after("send")
        return f"message-{len(self.sent)}"


class FixedAccount:
    """A mail account whose allowance a test chose; it counts how often it was asked."""

    def __init__(self, rate: float = 14.0, left: int | None = None, note: str = "") -> None:
        self.allowed = Allowance(rate, left, note)
        self.asked = 0

    def allowance(self) -> Allowance:
        self.asked += 1
        return self.allowed


class FakeTime:
    """A monotonic clock in seconds, that moves when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


class FixedSecrets:
    """Keys that a test chose."""

    def __init__(self, *keys: bytes) -> None:
        self.chosen = keys or (b"a key for tests",)

    def keys(self) -> Sequence[bytes]:
        return self.chosen


class InMemorySurveys:
    """Surveys in a dictionary."""

    def __init__(self, *surveys: Survey) -> None:
        self.surveys = {survey.id: survey for survey in surveys}

    def get(self, survey_id: str) -> Survey | None:
        return self.surveys.get(survey_id)

    def list(self) -> list[Survey]:
        return [replace(self.surveys[name], values={}) for name in sorted(self.surveys)]

    def entrance(self, survey_id: str) -> Entrance | None:
        survey = self.surveys.get(survey_id)
        return Entrance(survey.is_open, survey.widget.origins, survey.widget.rate) if survey else None

    def is_open(self, survey_id: str) -> bool | None:
        return self.surveys[survey_id].is_open if survey_id in self.surveys else None

    def put(self, survey: Survey, replaces: Survey | None) -> bool:
        known = self.surveys.get(survey.id)
        if (known.revision if known else None) != (replaces.revision if replaces else None):
            return False
        self.surveys[survey.id] = replace(survey, values=known.values if known else {})
        return True

    def fix_zone(self, survey_id: str) -> Survey:
        return self._revise(survey_id, zone_is_fixed=True)

    def complete(self, survey_id: str, segments: Sequence[str], revision: int) -> bool:
        if self.surveys[survey_id].revision != revision:
            return False
        left = tuple(name for name in self.surveys[survey_id].incomplete if name not in segments)
        self._revise(survey_id, incomplete=left)
        return True

    def add_value(self, survey_id: str, segment: str, value: str) -> bool:
        survey = self.surveys[survey_id]
        if survey.knows(segment, value):
            return True
        if len(survey.values.get(segment, ())) >= VALUES_PER_SEGMENT:
            return False
        self.surveys[survey_id] = survey.with_value(segment, value)
        return True

    def _revise(self, survey_id: str, **changes: Any) -> Survey:
        old = self.surveys[survey_id]
        new = replace(old, **changes)
        if new != old:
            new = replace(new, revision=old.revision + 1)
        self.surveys[survey_id] = new
        return new


class InMemoryQueue:
    """A queue that keeps what was sent, with its delay."""

    def __init__(self) -> None:
        self.sent: list[tuple[Any, int]] = []
        self.deferred: list[tuple[str, int]] = []

    def send(self, items: Iterable[Submission] | Iterable[Mapping[str, Any]], delay: int = 0) -> None:
        self.sent += [(item, delay) for item in items]

    def defer(self, receipt: str, seconds: int) -> None:
        self.deferred.append((receipt, seconds))

    def backlog(self) -> int:
        return len(self.sent)

    def take(self) -> list[Any]:
        """Give what was sent, and forget it."""
        taken = [item for item, _ in self.sent]
        self.sent = []
        return taken


class InMemoryScores:
    """Scores in a dictionary."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], tuple[int, Mapping[str, Any]]] = {}

    def computed_at(self, survey: str, series: Sequence[str]) -> Mapping[str, int]:
        return {name: self.kept[survey, name][0] for name in series if (survey, name) in self.kept}

    def put(self, survey: str, series: str, computed_at: int, windows: Mapping[str, Any]) -> None:
        if self.kept.get((survey, series), (-1, {}))[0] < computed_at:
            self.kept[survey, series] = (computed_at, windows)


class InMemoryJudgements:
    """Judgements in a dictionary; `before` the write of one a test may interfere."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Judgement] = {}
        self.before: Callable[[Judgement], None] = lambda _: None

    def latest(self, survey: str) -> Judgement | None:
        days = [day for owner, day in self.kept if owner == survey]
        return self.kept[survey, max(days)] if days else None

    def between(self, survey: str, first: str, end: str) -> list[Judgement]:
        days = sorted(day for owner, day in self.kept if owner == survey and first <= day < end)
        return [self.kept[survey, day] for day in days]

    def put(self, judgement: Judgement) -> bool:
        self.before(judgement)
        return self.kept.setdefault((judgement.survey, judgement.day), judgement) is judgement


class InMemoryKeys:
    """Keys in a dictionary."""

    def __init__(self) -> None:
        self.kept: dict[str, ApiKey] = {}

    def get(self, key_id: str) -> ApiKey | None:
        return self.kept.get(key_id)

    def list(self) -> list[ApiKey]:
        return [self.kept[name] for name in sorted(self.kept)]

    def put(self, key: ApiKey) -> None:
        self.kept[key.id] = key

    def revoke(self, key_id: str, time: str) -> bool:
        if key_id not in self.kept:
            return False
        key = self.kept[key_id]
        self.kept[key_id] = replace(key, revoked=key.revoked or time)
        return True


class InMemoryCrm:
    """A CRM that keeps what it was told, or is away."""

    def __init__(self) -> None:
        self.told: list[tuple[str, Mapping[str, Any]]] = []
        self.is_away = False

    def deliver(self, key: str, payload: Mapping[str, Any]) -> None:
        if self.is_away:
            raise BusyError("the CRM is away")
        self.told.append((key, payload))


class InMemoryBus:
    """A bus that keeps what it was given; a test may make it refuse or lose some."""

    def __init__(self) -> None:
        self.announced: list[Event] = []
        self.put_once: Callable[[Sequence[Event]], list[Event]] = self._take

    def put(self, events: Sequence[Event]) -> list[Event]:
        return self.put_once(events)

    def _take(self, events: Sequence[Event]) -> list[Event]:
        self.announced += events
        return []


def no_pause(_: int) -> None:
    """Wait for nothing."""


def _is_revision(found: Response | Alias | None, revision: int) -> bool:
    return isinstance(found, Response) and found.revision == revision


def _matches(row: Response, query: ResponseQuery) -> bool:
    if row.score is None or (query.below is not None and row.id >= query.below):
        return False
    if query.excluded is not None and row.excluded != query.excluded:
        return False
    if query.segment and row.properties.get(query.segment[0]) != query.segment[1]:
        return False
    low, high = query.min_score or 0, 10 if query.max_score is None else query.max_score
    in_days = (query.first_day or "") <= row.day and (query.end_day is None or row.day < query.end_day)
    return low <= row.score <= high and in_days
