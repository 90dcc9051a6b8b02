"""Summarize the scores of many surveys: from one small item of each, and from the counts where there is none yet."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from earshot.domain.iso_time import day_of
from earshot.domain.response import ALL
from earshot.domain.score_summary import DAYS, ScoreSummary, summary_of
from earshot.domain.survey import Survey
from earshot.ports.scores import Counts, Scores
from earshot.services.scores.report_score import Segment

# Counting takes a read unit for each sixty days or so: of so many surveys, which are new, it is done at once.
MOST_COUNTED = 5


def summarize(
    surveys: Sequence[Survey], segment: Segment | None, now: int, *, scores: Scores, counts: Counts
) -> Mapping[str, ScoreSummary]:
    """Return summaries by survey, of all responses or of a segment value; surveys that do not track it are left out.

    A survey whose scores were never computed is counted now, at `now` in Unix milliseconds.
    """
    tracking = [each for each in surveys if segment is None or segment[0] in each.segments]
    series = ALL if segment is None else "=".join(segment)
    found = {survey: one for (survey, _), one in scores.summaries([(each.id, series) for each in tracking]).items()}
    for survey in [each for each in tracking if each.id not in found][:MOST_COUNTED]:
        today = date.fromisoformat(day_of(now, survey.zone))
        first, end = today - timedelta(2 * DAYS - 1), today + timedelta(1)
        days = counts.days(survey.id, series, first.isoformat(), end.isoformat())
        found[survey.id] = summary_of(days, today, now)
    return found
