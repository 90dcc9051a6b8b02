"""The summary of a series: its history fits the days it is of, and into few characters."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from earshot.domain.score import Histogram
from earshot.domain.score_summary import WEEKS, Camps, ScoreHistory, history_of, read_history, written_history

TODAY = date(2026, 11, 28)
CAMPS = st.builds(Camps, *[st.integers(0, 10**7)] * 3)


def days_ago(days: int) -> str:
    return (TODAY - timedelta(days)).isoformat()


def test_a_day_is_in_one_week_and_the_days_before_the_last_ninety_are_apart() -> None:
    days = {days_ago(0): Histogram.of([10]), days_ago(6): Histogram.of([0]), days_ago(7): Histogram.of([7])}
    days |= {days_ago(89): Histogram.of([8]), days_ago(90): Histogram.of([9, 9]), days_ago(180): Histogram.of([5])}
    history = history_of(days, TODAY)
    assert len(history.weeks) == WEEKS
    assert history.weeks[-2:] == (Camps(0, 1, 0), Camps(1, 0, 1))
    assert history.weeks[0] == Camps(2, 1, 0)
    assert history.before == Camps(2, 0, 0)


@given(CAMPS, st.lists(CAMPS, max_size=WEEKS))
def test_a_history_reads_as_it_was_written(before: Camps, weeks: list[Camps]) -> None:
    history = ScoreHistory(before, tuple(weeks))
    assert read_history(written_history(history)) == history


def test_a_history_of_a_million_responses_is_short() -> None:
    history = ScoreHistory(Camps(150_000, 50_000, 50_000), (Camps(12_000, 4000, 4000),) * WEEKS)
    assert len(written_history(history)) < 240
