"""Cases: what somebody owns until it is resolved. An alert opens one, and later ones on the same subject join it.

All times are in Unix milliseconds.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import Enum

from earshot.domain.case_settings import Priority, Targets, TargetsByPriority

# So many cases of anonymous responses to a survey are open at once; further responses join one collective case.
MOST_ANONYMOUS = 100
# A case that waits for the customer is due at no moment: it comes last among those of its owner.
NEVER = 99_999_999_999_999


class CaseState(Enum):
    """The state of a case, in the word of the API."""

    OPEN = "open"
    CONTACTED = "contacted"
    RESOLVED = "resolved"
    UNREACHABLE = "unreachable"
    NO_ACTION = "no_action"

    @property
    def is_closed(self) -> bool:
        """Return whether nobody has to do anything about it any more."""
        return self not in (CaseState.OPEN, CaseState.CONTACTED)


class SubjectKind(Enum):
    """Whose a case is, in the word of the API; a collective case is of anonymous responses beyond the most."""

    PERSON = "person"
    ACCOUNT = "account"
    RESPONSE = "response"
    COLLECTIVE = "collective"


class OwnedBy(Enum):
    """What chose the owner of a case, in the word of the API; `turn` is that of a role whose members take turns."""

    PROPERTY = "property"
    ACCOUNT = "account"
    RULE = "rule"
    TURN = "turn"
    SURVEY = "survey"
    HAND = "hand"
    DEPUTY = "deputy"


class CaseOutcome(Enum):
    """What came of a case, in the word of the API."""

    RESOLVED_WITH_CUSTOMER = "resolved_with_customer"
    EXPLAINED = "explained"
    COMPENSATED = "compensated"
    PASSED_ON = "passed_on"
    UNREACHABLE = "unreachable"
    CUSTOMER_DECLINED = "customer_declined"
    NOT_OURS = "not_ours"
    DUPLICATE = "duplicate"
    TEST = "test"


class RootCause(Enum):
    """What was behind a case, in the word of the API."""

    PRODUCT = "product"
    PRICE = "price"
    PEOPLE = "people"
    PROCESS = "process"
    DELIVERY = "delivery"
    COMMUNICATION = "communication"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Case:
    """A case as kept.

    `alert` is the one that opened it, by the rule `rule`, and `response` the one that this alert was on; what was
    opened by hand has none of them. `person` or `account` is its subject. A response that is erased leaves it, and so
    does an erased person; `responses` counts how many there were, and `score` is the lowest of them so far.

    `contact_due_at` and `close_due_at` are the ends of its two clocks, in the hours of `calendar` (None: around the
    clock). `waiting_since` is when it began to wait for the customer, which pauses the second clock; `pauses` are the
    times, from and to, in which it did so before in this round. A `round` ends when it is closed, and began at
    `round_at`; of the first round `first_closed_at` stays, and of the second one `reopened_at`. What was `breached`
    once stays so. `steps` are those of its clocks that were taken, and `next_step_at` is when the planner looks at it
    again. `changed_at` and `changed_by` are of its last fact. Each write adds 1 to `revision`, except one that only
    notes reminders and breaches.
    """

    id: str
    survey: str
    subject: SubjectKind
    opened_at: int
    contact_due_at: int
    close_due_at: int
    round_at: int
    rule: str | None = None
    alert: str | None = None
    response: str | None = None
    person: str | None = None
    account: str | None = None
    responses: int = 1
    score: int | None = None
    priority: Priority = Priority.NORMAL
    state: CaseState = CaseState.OPEN
    owner: str | None = None
    owned_by: OwnedBy | None = None
    calendar: str | None = None
    targets: Targets = TargetsByPriority().normal
    contacted_at: int | None = None
    closed_at: int | None = None
    first_closed_at: int | None = None
    reopened_at: int | None = None
    waiting_since: int | None = None
    pauses: tuple[tuple[int, int], ...] = ()
    outcome: CaseOutcome | None = None
    root_cause: RootCause | None = None
    round: int = 1
    breached_contact: bool = False
    breached_close: bool = False
    steps: frozenset[str] = frozenset()
    next_step_at: int | None = None
    responded_again_at: int | None = None
    responded_again_score: int | None = None
    changed_at: int | None = None
    changed_by: str | None = None
    revision: int = 1

    @property
    def is_waiting(self) -> bool:
        """Return whether it waits for the customer."""
        return self.waiting_since is not None

    @property
    def is_by_hand(self) -> bool:
        """Return whether a person opened it, and no alert."""
        return self.alert is None

    @property
    def is_erased(self) -> bool:
        """Return whether the person, or the anonymous response, that it is about was erased."""
        if self.subject is SubjectKind.PERSON:
            return self.person is None
        return self.subject is SubjectKind.RESPONSE and self.response is None

    def with_breaches(self, at: int) -> "Case":
        """Return the case with the clocks noted that have run out by a moment."""
        if self.state.is_closed:
            return self
        return replace(
            self,
            breached_contact=self.breached_contact or (self.contacted_at is None and at > self.contact_due_at),
            breached_close=self.breached_close or (not self.is_waiting and at > self.close_due_at),
        )

    def worsened(self, score: int | None, priority: Priority) -> "Case":
        """Return the case with a response that joined it: the lowest score and the highest priority count."""
        scores = [each for each in (self.score, score) if each is not None]
        urgent = Priority.HIGH if Priority.HIGH in (self.priority, priority) else Priority.NORMAL
        return replace(
            self,
            score=min(scores, default=None),
            priority=urgent,
            responses=self.responses + 1,
            revision=self.revision + 1,
        )


@dataclass(frozen=True, slots=True)
class CaseFigures:
    """A case as lists and measures have it: nothing that leads to a person or to words.

    `first_closed_at` and `reopened_at` are of the first time, and stay. The next response of its person came at
    `responded_again_at`: after the closing, or after the opening while nobody contacted them.
    """

    id: str
    survey: str
    subject: SubjectKind
    opened_at: int
    contact_due_at: int
    close_due_at: int
    rule: str | None = None
    account: str | None = None
    score: int | None = None
    priority: Priority = Priority.NORMAL
    state: CaseState = CaseState.OPEN
    is_waiting: bool = False
    owner: str | None = None
    calendar: str | None = None
    contacted_at: int | None = None
    closed_at: int | None = None
    first_closed_at: int | None = None
    outcome: CaseOutcome | None = None
    root_cause: RootCause | None = None
    round: int = 1
    breached_contact: bool = False
    breached_close: bool = False
    reopened_at: int | None = None
    responded_again_at: int | None = None
    responded_again_score: int | None = None

    @property
    def due_at(self) -> int:
        """Return when the next clock runs out: the first contact's, then the closing one's; NEVER if none runs."""
        if self.state.is_closed:
            return NEVER
        if self.contacted_at is None:
            return self.contact_due_at
        return NEVER if self.is_waiting else self.close_due_at

    def is_breached(self, now: int) -> bool:
        """Return whether one of its clocks ran out, now or before."""
        return self.breached_contact or self.breached_close or now > self.due_at


@dataclass(frozen=True, slots=True)
class OpenCaseFilter:
    """Which open cases are listed: of a survey, of an owner (`-`: of nobody), in a state, due before a moment."""

    survey: str | None = None
    owner: str | None = None
    state: CaseState | None = None
    overdue_at: int | None = None


def month_of(at: int) -> str:
    """Return the month of a moment in UTC, such as `2026-11`: figures are kept by that of the opening."""
    return datetime.fromtimestamp(at // 1000, UTC).strftime("%Y-%m")


def figures_of(case: Case) -> CaseFigures:
    """Return a case as lists and measures have it."""
    return CaseFigures(
        id=case.id,
        survey=case.survey,
        subject=case.subject,
        opened_at=case.opened_at,
        contact_due_at=case.contact_due_at,
        close_due_at=case.close_due_at,
        rule=case.rule,
        account=case.account,
        score=case.score,
        priority=case.priority,
        state=case.state,
        is_waiting=case.is_waiting,
        owner=case.owner,
        calendar=case.calendar,
        contacted_at=case.contacted_at,
        closed_at=case.closed_at,
        first_closed_at=case.first_closed_at,
        outcome=case.outcome,
        root_cause=case.root_cause,
        round=case.round,
        breached_contact=case.breached_contact,
        breached_close=case.breached_close,
        reopened_at=case.reopened_at,
        responded_again_at=case.responded_again_at,
        responded_again_score=case.responded_again_score,
    )
