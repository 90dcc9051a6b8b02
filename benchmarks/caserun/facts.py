"""What really happened in a run, as the verifier looks at it: effects of calls, also where the reply was lost."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from benchmarks.caserun.staff import CALENDARS
from earshot.domain.business_time import Calendar
from earshot.domain.case_facts import CaseFact
from earshot.domain.cases import Case
from earshot.domain.deliveries import DeliveryKey
from earshot.domain.members import Member

if TYPE_CHECKING:
    from benchmarks.caserun.staff import Arriving


@dataclass(frozen=True, slots=True)
class SentMail:
    """A mail that SES took: its step, its recipient, when its attempt read the case, and when it was taken."""

    case: str
    step: str
    reader: str
    read_at: int
    at: int
    delivery: DeliveryKey


@dataclass
class Story:
    """The story of a case: how it opened, and each fact with the case as it was then."""

    opened: Case
    facts: list[tuple[CaseFact, Case]] = field(default_factory=list)
    steps: set[str] = field(default_factory=set)

    def at(self, moment: int) -> Case:
        """Return the case as it was at a moment."""
        return next((case for fact, case in reversed(self.facts) if fact.at <= moment), self.opened)

    @property
    def spans(self) -> list[tuple[int, int | None, Case]]:
        """Return from when until when (None: still) it was how."""
        moments = [self.opened.opened_at, *(fact.at for fact, _ in self.facts)]
        cases = [self.opened, *(case for _, case in self.facts)]
        return list(zip(moments, [*moments[1:], None], cases, strict=True))


class Facts:
    """Everything that really happened; `outages` are when nothing ran, `team` who there is."""

    def __init__(self, outages: tuple[tuple[int, int], ...], team: dict[str, Member]) -> None:
        self.outages, self.team = outages, team
        self.stories: dict[str, Story] = {}
        self.mails: list[SentMail] = []
        self.arrived: list[Arriving] = []
        self.calendars: list[tuple[int, Calendar]] = [(0, each) for each in CALENDARS]
        self.left_at: int | None = None

    def opened(self, case: Case) -> None:
        """Note that a case opened."""
        self.stories[case.id] = Story(case)

    def changed(self, case: Case, fact: CaseFact) -> None:
        """Note a fact of a case."""
        story = self.stories[case.id]
        story.facts.append((fact, case))
        story.steps |= case.steps

    def noted(self, case: Case) -> None:
        """Note that steps of a case were taken."""
        self.stories[case.id].steps |= case.steps

    def calendar(self, name: str | None, moment: int) -> Calendar | None:
        """Return a calendar as it was at a moment."""
        return next((each for since, each in reversed(self.calendars) if each.id == name and since <= moment), None)
