"""What a score says, in words."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from earshot.charts.trend_svg import TOO_FEW, shared
from earshot.domain.score import FEWEST_DRAWN

FEW = 30
ALL_RESPONSES = "all responses"
CALENDAR = ("month", "quarter")


def whose(score: Mapping[str, Any]) -> str:
    """The surveys and the segment that a score is of."""
    surveys = " + ".join(score["surveys"]) if "surveys" in score else score["survey"]
    return " · ".join(filter(None, (surveys, score.get("segment"))))


def day_in_words(first: str, last: str) -> str:
    """One day, or from one to another."""
    return first if first == last else f"{first} to {last}"


def interval_in_words(score: Mapping[str, Any]) -> str:
    """Return the interval of a score that has responses, or that they are too few to say."""
    bounds = score["interval"]
    if is_too_few(score):
        return TOO_FEW
    return f"{bounds['level']:.0%} interval {bounds['low']:.1f} to {bounds['high']:.1f}"


def is_too_few(score: Mapping[str, Any]) -> bool:
    """Return whether a score rests on so few responses that no interval is drawn and no word is given."""
    return bool(score["responses"] < FEWEST_DRAWN)


def count_in_words(responses: int) -> str:
    """Return the number of responses with the word for it."""
    return "1 response" if responses == 1 else f"{responses:,} responses"


def window_in_words(score: dict[str, Any]) -> str:
    """The survey, the segment and the days a score is about."""
    window = score["window"]
    if not window.get("days"):
        return f"{whose(score)} · all days"
    return f"{whose(score)} · {_length(window)}, {window['from']} to {_last_day(window['to'])}"


def change_in_words(score: dict[str, Any]) -> str | None:
    """The change against the window before, and whether it is more than noise."""
    previous, change = score.get("previous"), score.get("change")
    if not previous:
        return None
    if not change:
        return f"Nothing to compare with: {_before(score['window'])} had {count_in_words(previous['responses'])}."
    before = f"{_before(score['window'])} ({previous['nps']}, {count_in_words(previous['responses'])})"
    verdict = "a real change" if change["significant"] else "not distinguishable from noise"
    return f"{change['points']:+.1f} points on {before}, {verdict} ({_p(change['p_value'])})."


def target_in_words(score: dict[str, Any]) -> str | None:
    """How the score compares with the survey's target, if it has one."""
    target = score.get("target")
    if not target:
        return None
    began = "" if target.get("baseline") is None else f" (it began at {target['baseline']})"
    status = {None: "too early to tell", "within noise": "within noise, reached or not"}
    return f"Target {target['score']}{began}: {status.get(target['status'], target['status'])}."


def band_in_words(score: dict[str, Any]) -> str | None:
    """Return what the score is called, and by which scale; nothing for too few responses."""
    band = score.get("band")
    if not band or is_too_few(score):
        return None
    whose = "the survey's own scale" if band["scale"] == "custom" else f"the {band['scale']} scale"
    return f"{band['label'].capitalize()}, by {whose}."


def notes_in_words(score: dict[str, Any]) -> list[str]:
    """What to keep in mind when reading the score."""
    notes = []
    if 0 < score["responses"] < FEWEST_DRAWN:
        notes.append(f"Fewer than {FEWEST_DRAWN} responses: too few to say how sure the score is.")
    elif 0 < score["responses"] < FEW:
        notes.append(f"Fewer than {FEW} responses: a hint, not a measurement.")
    if folded := score.get("counted_as"):
        own = "`earshot segment list` shows which values have a score of their own"
        notes.append(f"This value {shared(folded)} with others: {own}.")
    if basis := basis_in_words(score):
        notes.append(basis)
    if not score.get("complete", True):
        notes.append("Older responses of this segment are still being counted: the score is not complete yet.")
    return notes


def basis_in_words(score: Mapping[str, Any]) -> str | None:
    """Which responses a score is of, where that is not all of them."""
    basis = score.get("basis", ALL_RESPONSES)
    return None if basis == ALL_RESPONSES else f"Of the {basis}."


def _length(window: dict[str, Any]) -> str:
    return f"the {window['length']} so far" if window.get("length") in CALENDAR else _days(window["days"])


def _before(window: dict[str, Any]) -> str:
    if window.get("length") in CALENDAR:
        return f"the whole {window['length']} before"
    return f"the {_days(window['days'])} before"


def _days(days: int) -> str:
    return "1 day" if days == 1 else f"{days} days"


def _last_day(to: str) -> str:
    # The window's end is exclusive; people name the last day that is in it.
    return str(date.fromisoformat(to) - timedelta(days=1))


def _p(value: float) -> str:
    return "p < 0.001" if value < 0.001 else f"p = {value:.2g}" if value < 0.1 else f"p = {value:.2f}"
