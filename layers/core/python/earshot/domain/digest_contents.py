"""What stands in a digest: figures, cases and comments, before they are put into a language and into a mail."""

from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

from earshot.domain.case_measures import Recovery
from earshot.domain.daily_evaluation import TargetStatus
from earshot.domain.digests import DigestRole, Period
from earshot.domain.funnel import Rate
from earshot.domain.proportions import Difference, Proportion
from earshot.domain.score import FEWEST_DRAWN, Change, Histogram
from earshot.domain.window import Window

# With fewer responses there are counts and no score, and with fewer on either side no comparison.
FEWEST = FEWEST_DRAWN
# A comment is cut after so many characters.
LONGEST_COMMENT = 300
ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class ScoreFigures:
    """A score in a window, as the API reports it, and how it compares with the window before."""

    window: Window
    histogram: Histogram
    change: Change | None = None
    previous: Histogram | None = None

    @property
    def is_enough(self) -> bool:
        """Return whether there are enough responses for a score."""
        return self.histogram.responses >= FEWEST

    @property
    def comparison(self) -> Change | None:
        """Return the change since the window before, if both have enough responses."""
        has_both = self.is_enough and self.previous is not None and self.previous.responses >= FEWEST
        return self.change if has_both else None


@dataclass(frozen=True, slots=True)
class Target:
    """The score that a survey is to reach, and where a score stands by its interval."""

    score: int
    status: TargetStatus


@dataclass(frozen=True, slots=True)
class Moved:
    """A value of a segment whose score really changed: both samples, and the difference."""

    segment: str
    value: str
    histogram: Histogram
    change: Change


@dataclass(frozen=True, slots=True)
class ResponseRate:
    """The share of those invited in some days (UTC) who responded, and how it compares with the days before."""

    mails: Window
    rate: Rate
    change: Difference | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """A comment as it is now, cut; `score` is the one it was written with, `day` the day in the survey's zone."""

    response: str
    score: int
    comment: str
    day: str


class Due(Enum):
    """Why a case stands in a frontline digest: it is overdue, due today, or new."""

    OVERDUE = "overdue"
    TODAY = "today"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class CaseLine:
    """An open case of a recipient; `due_at` is in Unix milliseconds, None while it waits for the customer."""

    case: str
    due: Due
    due_at: int | None = None
    score: int | None = None
    account: str | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class OwnerBreaches:
    """How many of the clocks of an owner's cases (None: of nobody's) ran out, of those that were due or done."""

    owner: str | None
    breached: Proportion


@dataclass(frozen=True, slots=True)
class Cause:
    """How many cases of a root cause were closed in the period, and in the one before."""

    cause: str
    closed: int
    before: int

    @property
    def change(self) -> int:
        """Return by how many there are more than before, or fewer."""
        return self.closed - self.before


@dataclass(frozen=True, slots=True)
class RecoveredCases:
    """Whether people were better disposed after the cases closed in some days, next to those nobody contacted."""

    days: Period
    recovery: Recovery


@dataclass(frozen=True, slots=True)
class CaseSummary:
    """The cases of a survey as they are measured in the period, and what is open now.

    `contact` are the detractors' cases first contacted in time, of those whose time is over. `oldest_at` is in Unix
    milliseconds.
    """

    open: int
    overdue: int
    unowned: int
    oldest_at: int | None
    opened: int
    closed: int
    contact: Proportion
    breaches: tuple[OwnerBreaches, ...] = ()
    causes: tuple[Cause, ...] = ()
    recovered: RecoveredCases | None = None


@dataclass(frozen=True, slots=True)
class DataHealth:
    """What casts doubt on the figures: how many of all mails bounced, and values of segments that went silent."""

    bounced: Rate
    silent: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class DigestContents:
    """All that stands in a digest for one recipient.

    Days are the survey's, in `survey_timezone`; `is_last_day_over` says whether the last of them had ended there when
    the figures were read (`read_at`, Unix milliseconds), as days of the recipient and of the survey may differ. Without
    `has_words` comments are left out.
    """

    role: DigestRole
    survey: str
    segment: tuple[str, str] | None
    period: Period
    survey_timezone: str
    read_at: int
    is_last_day_over: bool
    collected: Histogram
    score: ScoreFigures | None = None
    months: tuple[ScoreFigures, ...] = ()
    target: Target | None = None
    moved: tuple[Moved, ...] = ()
    rate: ResponseRate | None = None
    quotes: tuple[Quote, ...] = ()
    cases: CaseSummary | None = None
    mine: tuple[CaseLine, ...] = ()
    has_words: bool = True
    health: DataHealth | None = None

    @property
    def as_of(self) -> date:
        """Return the day of all figures, by which the API reports the same."""
        return self.period.last

    @property
    def is_empty(self) -> bool:
        """Return whether there is nothing to report: then it is not sent."""
        if self.role is DigestRole.FRONTLINE:
            return not self.mine and not self.quotes
        has_cases = self.cases is not None and bool(self.cases.open or self.cases.opened or self.cases.closed)
        return not self.collected.responses and not has_cases

    def without_words(self) -> "DigestContents":
        """Return the contents without the words of customers."""
        mine = tuple(replace(line, comment=None) for line in self.mine)
        return replace(self, quotes=(), mine=mine, has_words=False)


def cut(comment: str, longest: int = LONGEST_COMMENT) -> str:
    """Return a comment in one line of at most so many characters, ending after a word where it is cut."""
    line = " ".join(comment.split())
    if len(line) <= longest:
        return line
    kept = line[: longest - 1]
    words, space, _ = kept.rpartition(" ")
    # Scripts without spaces have none to cut at.
    return (words if space and len(words) > longest // 2 else kept).rstrip() + ELLIPSIS
