"""A spot check of the counts: a few days of a few surveys, recounted."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random

from earshot_cli.client import Client
from earshot_cli.ops.audit import Cell, SurveyCounts
from earshot_cli.ops.doctor.results import CheckResult, Finding
from earshot_cli.phrases import counted

MOST_SURVEYS = 5
MOST_DAYS = 3
# Recounting a day of more responses takes too long for a spot check; `earshot audit` reads all.
LARGEST_DAY = 2_000
LOOKS = 4
PAUSE_SECONDS = 0.5


@dataclass(frozen=True)
class Day:
    """A day of one survey: how often each score is counted, and how often it is there."""

    survey: str
    day: str
    counted: list[int]
    recounted: list[int]


def check(client: Client, rng: Random) -> CheckResult:
    """Recount a sample of days through the API; differing days are read again, since responses may be arriving."""
    surveys = [survey["id"] for survey in client.get("/v1/surveys")["surveys"]]
    some = rng.sample(surveys, min(MOST_SURVEYS, len(surveys)))
    days = [day for survey in sorted(some) for day in _sample(client, survey, rng)]
    responses = sum(sum(day.recounted) for day in days)
    seen = f"{counted(len(days), 'day')} of {counted(len(some), 'survey')}, {counted(responses, 'response')} recounted"
    return CheckResult("Counts", seen, [finding for day in days for finding in findings(day)])


def findings(day: Day) -> Iterator[Finding]:
    """Yield a finding if a day's counts are not those of a recount."""
    if day.counted != day.recounted:
        responses = counted(sum(day.counted), "response is", "responses are")
        yield Finding(
            f"Counts of {day.survey}",
            f"{responses} counted on {day.day}, but a recount finds {sum(day.recounted):,}; "
            f"by score {day.counted}, recounted {day.recounted}.",
            f"Run `earshot audit {day.survey}`, then `earshot rebuild {day.survey} --day {day.day}`.",
        )


def _sample(client: Client, survey: str, rng: Random) -> list[Day]:
    api = SurveyCounts(client, survey)
    totals: dict[str, int] = {}
    for cell, count in api.counts().items():
        totals[cell.day] = totals.get(cell.day, 0) + count
    known = sorted(day for day, total in totals.items() if 0 < total <= LARGEST_DAY)
    newest, older = known[-1:], known[:-1]
    chosen = newest + rng.sample(older, min(MOST_DAYS - 1, len(older)))
    return [_compare(api, survey, day) for day in sorted(chosen)]


def _compare(api: SurveyCounts, survey: str, day: str) -> Day:
    for look in range(LOOKS):
        time.sleep(PAUSE_SECONDS * look)
        seen = Day(survey, day, _histogram(api.counts(day=day), day), _histogram(api.recount(day), day))
        if seen.counted == seen.recounted:
            break
    return seen


def _histogram(counts: Mapping[Cell, int], day: str) -> list[int]:
    return [counts.get(Cell("all", day, score), 0) for score in range(11)]
