"""The evaluation of a day: which scores of a survey really changed, and whether its target is reached."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from itertools import takewhile

from earshot.domain.alert_settings import AlertSettings, ScoreTarget
from earshot.domain.score import Change, Histogram, Sample, change, interval, strict_p_value
from earshot.domain.window import Window, rolling

# One look a day; a leap year has one more than others.
LOOKS_A_YEAR = 366
BEST = 100

# The responses of a window and of the one before it.
Samples = Mapping[str, tuple[Histogram, Histogram]]


class TargetStatus(Enum):
    """The status of a target, in the words of the API and the events."""

    REACHED = "reached"
    WITHIN_NOISE = "within noise"
    NOT_REACHED = "not reached"


@dataclass(frozen=True, slots=True)
class ScoreChange:
    """A series whose score really changed between two windows that share no day."""

    series: str
    previous: Histogram
    current: Histogram

    @property
    def p_value(self) -> float:
        """Return the probability of so great a difference if nothing had changed."""
        return strict_p_value(self.previous, self.current)

    @property
    def change(self) -> Change:
        """Return the difference with its interval."""
        found = change(self.previous, self.current)
        if found is None:
            raise ValueError("without responses there is no change")
        return found

    @property
    def direction(self) -> str:
        """Return whether the score rose or fell: the sign of the tested difference."""
        tested = self.change
        return "rise" if tested.low + tested.high > 0 else "fall"


@dataclass(frozen=True, slots=True)
class EmittedTargetStatus:
    """The last published status of a target: its day, and the responses it was based on."""

    day: str
    target: ScoreTarget
    status: TargetStatus
    histogram: Histogram


@dataclass(frozen=True, slots=True)
class DailyEvaluation:
    """All that was decided about a survey when a day was over: once, for every series together.

    `emitted_status` is the latest; it is of this very day if it is new.
    """

    survey: str
    day: str
    rules: AlertSettings
    changes: tuple[ScoreChange, ...] = ()
    emitted_status: EmittedTargetStatus | None = None

    @property
    def correlation(self) -> str:
        """Return the correlation id of the evaluation, without the series, which may hold personal data."""
        return f"{self.survey}/{self.day}"

    @property
    def windows(self) -> tuple[Window, Window]:
        """Return the window that ends with the day, and the one before it."""
        current = window_until(self.day, self.rules.window)
        return rolling(current.length, current.start - timedelta(1)), current


def window_until(day: str, days: int) -> Window:
    """Return the window of this many days that ends with a day, inclusive."""
    return rolling(f"{days}d", date.fromisoformat(day))


def is_enough(sample: tuple[Histogram, Histogram], rules: AlertSettings) -> bool:
    """Return whether both windows have enough responses to be compared."""
    return min(histogram.responses for histogram in sample) >= rules.minimum


def changed(samples: Samples, rules: AlertSettings, looks: int = LOOKS_A_YEAR) -> list[ScoreChange]:
    """Return the series with a significant change, the surest first, so that false alerts in a year keep to the level.

    There are so many looks a year. A look spends its share of the year's level (Bonferroni), and Holm's step-down
    shares that among the series: both hold whatever hangs together, as looks of neighbouring days and segments of one
    survey do.
    """
    tested = {name: ScoreChange(name, *pair) for name, pair in samples.items() if is_enough(pair, rules)}
    surest = sorted((change.p_value, name, change) for name, change in tested.items())
    share = rules.level / looks
    real = takewhile(lambda placed: placed[1][0] <= share / (len(surest) - placed[0]), enumerate(surest))
    return [change for _, (_, _, change) in real]


def new_changes(changes: Iterable[ScoreChange], earlier: Iterable[DailyEvaluation]) -> tuple[ScoreChange, ...]:
    """Leave out changes that were published already: a series is not repeated in one direction while `earlier` lasts.

    That is as long as two windows: before, the day of the published change may still lie between those compared.
    """
    known = {(change.series, change.direction) for evaluation in earlier for change in evaluation.changes}
    return tuple(change for change in changes if (change.series, change.direction) not in known)


def target_status(target: ScoreTarget, histogram: Sample) -> TargetStatus | None:
    """Return a score's status against a target by its interval; None without responses."""
    bounds = interval(histogram)
    if bounds is None:
        return None
    if bounds.low >= target.score:
        return TargetStatus.REACHED
    return TargetStatus.NOT_REACHED if bounds.high < target.score else TargetStatus.WITHIN_NOISE


def fewest_to_reach(target: ScoreTarget) -> int | None:
    """Return the fewest responses, all promoters, whose interval reaches a target; None if no number does.

    The interval of finitely many responses ends below 100 (unseen detractors are assumed to join them), so 100 is never
    shown to be reached, however many promoters there are.
    """
    if target.score >= BEST:
        return None
    few, many = 0, 1
    while not _shown_by(many, target):
        few, many = many, 2 * many
    while many - few > 1:
        middle = (few + many) // 2
        few, many = (few, middle) if _shown_by(middle, target) else (middle, many)
    return many


def _shown_by(promoters: int, target: ScoreTarget) -> bool:
    return target_status(target, Histogram((0,) * 10 + (promoters,))) is TargetStatus.REACHED


def emitted_status_of(
    day: str, target: ScoreTarget, histogram: Histogram, last: EmittedTargetStatus | None, minimum: int
) -> EmittedTargetStatus | None:
    """Return the status of the target to publish; the last one if it is unchanged.

    Noise and too few responses change nothing; a new target starts over.
    """
    known = last if last and last.target == target else None
    found = target_status(target, histogram)
    if found in (None, TargetStatus.WITHIN_NOISE) or histogram.responses < minimum:
        return known
    return known if known and known.status is found else EmittedTargetStatus(day, target, found, histogram)
