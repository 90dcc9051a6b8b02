"""What members of staff are sent about a case: read again at each attempt, so that nothing is sent that is over."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from earshot.domain.access import Role
from earshot.domain.business_time import Calendar, next_opening
from earshot.domain.case_clocks import Clock, Step, clock_of, moment_of
from earshot.domain.case_facts import CaseFact, FactKind
from earshot.domain.case_settings import Priority
from earshot.domain.cases import Case
from earshot.domain.deliveries import Delivery
from earshot.domain.destinations import SURVEY_OWNER
from earshot.domain.events import iso
from earshot.domain.members import Member, stand_in
from earshot.domain.message_types import ESCALATED
from earshot.domain.person import Person
from earshot.domain.response import Response
from earshot.ports.accounts import Accounts
from earshot.ports.calendars import Calendars
from earshot.ports.cases import Cases
from earshot.ports.destinations import Message, NotYet
from earshot.ports.people import People
from earshot.ports.responses import StoredResponses
from earshot.ports.surveys import Surveys
from earshot.ports.team import Members
from earshot.services.cases.case_calendar import calendar_of

# Of the responses in a case so many are looked at for words; so many facts are shown, and so many of their characters.
MOST_RESPONSES, MOST_FACTS, MOST_WORDS = 20, 6, 280


@dataclass(frozen=True, slots=True)
class CaseMessages:
    """Makes the mails about cases; `url` is the public address, under which links lead to what they name."""

    cases: Cases
    members: Members
    accounts: Accounts
    responses: StoredResponses
    people: People
    surveys: Surveys
    calendars: Calendars
    url: str
    clock: Callable[[], int]

    def __call__(self, delivery: Delivery) -> Message | NotYet | None:
        """Return the message of a step; None if the case no longer wants it, NotYet outside the case's hours."""
        case, step, now = self.cases.get(delivery.case or ""), Step.of(delivery.alert), self.clock()
        if case is None or case.state.is_closed or case.is_erased or step.round != case.round:
            return None
        calendar = calendar_of(case, self.calendars)
        members = self.members.all()
        if not _is_wanted(step, case, calendar, now) or not _is_for(delivery.subject, step, case, members, now):
            return None
        opening = next_opening(calendar, now)
        if opening > now:
            return NotYet(opening)
        reader = members.get(delivery.subject)
        data = self._data(case, step, reader, members, now) | {"reader": _reads_as(step, reader)}
        if delivery.type == ESCALATED:
            data["person"] = None
        return Message(delivery.id, delivery.type, iso(delivery.alerted_at), data, delivery.correlation)

    def _data(
        self, case: Case, step: Step, reader: Member | None, members: Mapping[str, Member], now: int
    ) -> dict[str, Any]:
        facts = self.cases.facts(case.id)
        # Executives see cases without words.
        sees_words = reader is None or reader.role is not Role.EXECUTIVE
        person = self._person(case)
        return {
            "clock": (step.clock or clock_of(case)).value,
            "is_urgent": case.priority is Priority.HIGH,
            "score": case.score,
            "responses": case.responses,
            "comment": self._comment(case) if sees_words else None,
            "account": self._account(case, person),
            "person": _shown(case, person) if sees_words else None,
            "owner": _name(case.owner, members) if case.owner else None,
            "opened_at": case.opened_at,
            "contact_due_at": case.contact_due_at,
            "contacted_at": case.contacted_at,
            "close_due_at": case.close_due_at,
            "facts": [_happened(fact, members, sees_words=sees_words) for fact in facts[-MOST_FACTS:]],
            "earlier_facts": max(0, len(facts) - MOST_FACTS),
            "link": f"{self.url.rstrip('/')}/v1/cases/{case.id}",
            "timezone": reader.timezone if reader else "UTC",
            "locale": reader.locale if reader else "en",
            "now": now,
        }

    def _comment(self, case: Case) -> str | None:
        """Return the first words of the newest comment in a case; an employee survey shows nobody any."""
        survey = self.surveys.get(case.survey)
        if survey is None or survey.is_employee:
            return None
        joined = self.cases.joined(case.id, MOST_RESPONSES)
        ids = [each for each in (case.response, *(fact.response for fact in joined)) if each is not None]
        found = self.responses.find_many([(case.survey, each) for each in ids]) if ids else {}
        with_words = [response for response in found.values() if _has_words(response)]
        newest = max(with_words, key=lambda response: (response.responded_at, response.id), default=None)
        return None if newest is None else _first_words(newest.statement.comment or "")

    def _person(self, case: Case) -> Person | None:
        found = None if case.person is None else self.people.get(case.person, asked=False)
        return found if isinstance(found, Person) else None

    def _account(self, case: Case, person: Person | None) -> str | None:
        account = case.account or (person.account if person else None)
        if account is None:
            return None
        found = self.accounts.get(account)
        return (found.name if found else None) or account


def _is_wanted(step: Step, case: Case, calendar: Calendar | None, now: int) -> bool:
    """Return whether what a step reminds of is still to be done, and its time has come."""
    if step.clock is None:
        return True
    is_over = case.contacted_at is not None if step.clock is Clock.CONTACT else case.is_waiting
    return not is_over and moment_of(step, case, calendar) <= now


def _is_for(reader: str, step: Step, case: Case, members: Mapping[str, Member], now: int) -> bool:
    """Return whether a step is for somebody: not if they were removed, or another one has come to own the case."""
    if reader == SURVEY_OWNER:
        return (
            step.clock is None or step.is_escalation or case.owner is None or stand_in(case.owner, members, now) is None
        )
    member = members.get(reader)
    if member is None or member.removed_at is not None:
        return False
    if step.clock is None:
        return step.owner == case.owner
    return step.is_escalation or reader in (case.owner, stand_in(case.owner or "", members, now))


def _reads_as(step: Step, reader: Member | None) -> str:
    if reader is None:
        return "survey"
    return "lead" if step.is_escalation else "owner"


def _happened(fact: CaseFact, members: Mapping[str, Member], *, sees_words: bool) -> dict[str, Any]:
    owner = fact.extra.get("member") if fact.kind is FactKind.STEP else fact.owner
    return {
        "at": fact.at,
        "kind": fact.kind.value,
        "owner": _name(owner, members) if owner else None,
        "note": _first_words(fact.note) if fact.note and sees_words else None,
    }


def _name(member: str, members: Mapping[str, Member]) -> str:
    """Return how a member is called: by their name, or by their id."""
    found = members.get(member)
    return (found.name if found else None) or member


def _shown(case: Case, person: Person | None) -> dict[str, Any] | None:
    if case.person is None:
        return None
    return {"id": case.person, "name": person.name if person else None, "email": person.email if person else None}


def _has_words(response: Response) -> bool:
    return response.counts and not response.kind.is_anonymized and bool((response.statement.comment or "").strip())


def _first_words(text: str) -> str:
    """Return the beginning of a text, cut between words."""
    text = text.strip()
    if len(text) <= MOST_WORDS:
        return text
    beginning = text[:MOST_WORDS]
    return (beginning.rsplit(maxsplit=1)[0] if " " in beginning else beginning) + " …"
