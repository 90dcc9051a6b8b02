"""A team with a case of Ada's whose clocks run, and the queue of its mails, all in memory."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from earshot.domain.access import Role
from earshot.domain.accounts import Account
from earshot.domain.alerts import Alert
from earshot.domain.business_time import Calendar
from earshot.domain.case_facts import CaseChange, changed
from earshot.domain.case_settings import Priority, Targets
from earshot.domain.cases import Case, OwnedBy, SubjectKind
from earshot.domain.deliveries import Delivery
from earshot.domain.members import Member
from earshot.domain.opened_cases import Opening, opened_by
from earshot.services.alerts.deliver import new_delivery
from earshot.services.cases.case_messages import CaseMessages
from earshot.services.cases.take_steps import TakeStepsDeps, take_steps
from tests.factories import make_person, make_response, make_survey
from tests.fakes.alerts import DelayedQueue, InMemoryAlerts
from tests.fakes.calendars import InMemoryCalendars
from tests.fakes.cases import InMemoryCases
from tests.fakes.ledger import InMemoryLedger
from tests.fakes.people import InMemoryPeople
from tests.fakes.surveys import InMemorySurveys
from tests.fakes.team import InMemoryAccounts, InMemoryMembers

BERLIN = ZoneInfo("Europe/Berlin")
WORKDAYS = ("mon", "tue", "wed", "thu", "fri")
OFFICE = Calendar("office", "Europe/Berlin", dict.fromkeys(WORKDAYS, (("09:00", "12:00"), ("13:00", "17:00"))))


def at(text: str) -> int:
    """Return a local time in Berlin in Unix milliseconds."""
    return int(datetime.fromisoformat(text).replace(tzinfo=BERLIN).timestamp() * 1000)


FRIDAY = at("2026-11-20T15:00")


def member(name: str, role: Role = Role.FRONTLINE, **more: Any) -> Member:
    """Return a member who is named for their id."""
    facts = {"timezone": "Europe/Berlin", **more}
    return Member(name, f"{name}@example.com", name.capitalize(), role, **facts)


class CaseWorld:
    """Bea owns Ada's case, Carl leads her, and Dora leads him; Eve stands in for Bea."""

    def __init__(self, calendar: Calendar | None = OFFICE, owner: str | None = "bea") -> None:
        self.now = FRIDAY
        self.ledger = InMemoryLedger()
        self.people = InMemoryPeople(self.ledger)
        self.people.kept["ada"] = make_person(
            id="ada", name="Ada Lovelace", email="ada@fabrikam.example", account="fab"
        )
        self.cases = InMemoryCases(InMemoryAlerts(), self.people.kept)
        self.members = InMemoryMembers(
            member("bea", lead="carl", deputy="eve"), member("carl", Role.MANAGER, lead="dora"),
            member("dora", Role.EXECUTIVE), member("eve"),
        )  # fmt: skip
        self.accounts = InMemoryAccounts(Account("fab", "Fabrikam"))
        self.surveys = InMemorySurveys(make_survey(name="Shop", owner="ann@example.com"))
        self.calendars = InMemoryCalendars(*([calendar] if calendar else []))
        self.queue = DelayedQueue()
        self.pauses: list[int] = []
        opening = Opening(2, Priority.HIGH, owner, OwnedBy.RULE if owner else None, calendar, Targets(8, 40))
        self.responds("r1", "Three weeks late.")
        alert = Alert("demo", "own", "r1", FRIDAY)
        opened = opened_by(alert, SubjectKind.PERSON, "ada", opening)
        self.id = opened.id
        assert self.cases.open(alert, opened).is_made

    @property
    def case(self) -> Case:
        """Return the case as it is now."""
        return self.cases.kept[self.id]

    def responds(self, response: str, comment: str | None, **more: Any) -> None:
        """Store a response of Ada's."""
        self.ledger.items["demo", response] = make_response(2, id=response, comment=comment, **more)

    def joins(self, response: str, comment: str | None, **more: Any) -> None:
        """Store a response of Ada's that joins the case."""
        self.responds(response, comment, **more)
        assert self.cases.join(Alert("demo", "own", response, self.now, case=self.id)).is_made

    def change(self, change: CaseChange) -> None:
        """Change the case now."""
        old = self.case
        calendar = self.calendars.get(old.calendar) if old.calendar else None
        assert self.cases.change(old, *changed(old, change, self.now, "key:k", calendar))

    def edit(self, **changes: Any) -> None:
        """Make something else of the case."""
        self.cases.kept[self.id] = replace(self.case, **changes)

    def is_away(self, who: str, **changes: Any) -> None:
        """Make something else of a member."""
        self.members.kept[who] = replace(self.members.kept[who], **changes)

    def take(self) -> int:
        """Take the steps that are due now; return how many mails were queued."""
        deps = TakeStepsDeps(
            cases=self.cases,
            members=self.members,
            surveys=self.surveys,
            calendars=self.calendars,
            queue=self.queue,
            pause=self.pauses.append,
            clock=lambda: self.now,
        )
        return take_steps(self.id, deps)

    def take_at(self, text: str) -> list[tuple[str, str, str]]:
        """Take the steps that are due at a local time in Berlin; return type, step and reader of each mail."""
        self.now = at(text)
        known = len(self.queue.tasks)
        assert self.take() == len(self.queue.tasks) - known
        return [(each.type, each.alert, each.subject) for each in self.mails()[known:]]

    def mails(self) -> list[Delivery]:
        """Return what was queued."""
        return [new_delivery(task) for task, _ in self.queue.tasks]

    @property
    def messages(self) -> CaseMessages:
        """Return what makes the mails."""
        return CaseMessages(
            cases=self.cases,
            members=self.members,
            accounts=self.accounts,
            responses=self.ledger,
            people=self.people,
            surveys=self.surveys,
            calendars=self.calendars,
            url="https://nps.example.com/",
            clock=lambda: self.now,
        )
