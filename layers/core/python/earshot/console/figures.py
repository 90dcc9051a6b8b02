"""Figures in words: a score with its interval and its size, and what changed, each as one sentence says it."""

from dataclasses import dataclass

from earshot.console.visit import Visit
from earshot.domain.score import FEWEST_DRAWN, Change, Interval, Sample, change, interval, net_promoter_score
from earshot.domain.window import Window
from earshot.languages.console_texts import ConsoleTexts

FEW = 30


@dataclass(frozen=True, slots=True)
class Figure:
    """A score as it is shown: `score` and `interval` in words, None with too few responses for them."""

    score: int | None
    bounds: Interval | None
    responses: int
    shown: str
    interval: str
    is_few: bool

    @property
    def is_drawn(self) -> bool:
        """Return whether there are enough responses for an interval that says something."""
        return self.bounds is not None and self.responses >= FEWEST_DRAWN


def figure(sample: Sample, texts: ConsoleTexts) -> Figure:
    """Return a score in words."""
    score, bounds = net_promoter_score(sample), interval(sample)
    is_known = score is not None and bounds is not None
    sure = (
        texts("score.interval", low=texts.points(bounds.low), high=texts.points(bounds.high))
        if bounds is not None and sample.responses >= FEWEST_DRAWN
        else texts("score.too_few", n=sample.responses, least=FEWEST_DRAWN)
    )
    return Figure(
        score=score,
        bounds=bounds,
        responses=sample.responses,
        shown=texts.number(score) if is_known and score is not None else "–",
        interval=sure if sample.responses else texts("score.none"),
        is_few=sample.responses < FEW,
    )


def changed(before: Sample | None, now: Sample, texts: ConsoleTexts) -> str:
    """Return in a sentence what changed since the window before, and how sure that is."""
    if before is None:
        return texts("change.no_window_before")
    if before.responses < FEWEST_DRAWN or now.responses < FEWEST_DRAWN:
        return texts("change.too_few", n=before.responses)
    found = change(before, now)
    return texts("change.too_few", n=before.responses) if found is None else change_in_words(found, texts)


def change_in_words(found: Change, texts: ConsoleTexts) -> str:
    """Put a change into words."""
    name = "change.unsure" if not found.significant else "change.rise" if found.points > 0 else "change.fall"
    return texts(
        name,
        points=texts.points(found.points, signed=True),
        low=texts.points(found.low, signed=True),
        high=texts.points(found.high, signed=True),
        p=p_value(found.p_value, texts),
    )


def p_value(value: float, texts: ConsoleTexts) -> str:
    """Write a p-value as statisticians do."""
    if value < 0.001:
        return f"< 0{texts.decimal}001"
    return f"= {value:.3f}".replace(".", texts.decimal)


def days_of(window: Window, visit: Visit, zone: str) -> str:
    """Name the days of a window, with the zone that they are days of."""
    texts = visit.texts
    if window.start.year == 1:
        return texts("period.all_until", day=texts.day(window.last_day), zone=zone)
    return texts("period.days", first=texts.day(window.start), last=texts.day(window.last_day), zone=zone)


def basis_in_words(visit: Visit) -> str:
    """Write which responses count."""
    return visit.texts(f"basis.{visit.filters.basis.value}")
