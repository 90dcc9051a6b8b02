"""A spot check of the counts: a few days of a few surveys, counted anew."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from earshot_cli.client import Client, survey_path
from earshot_cli.ops.doctor.results import Examined, Finding, counted

PAGE = 500
MOST_SURVEYS = 5
MOST_DAYS = 3
# A day of more responses takes too long for a look in passing; `earshot audit` reads all.
LARGEST_DAY = 2_000
LOOKS = 4
PAUSE_SECONDS = 0.5

Histogram = list[int]


@dataclass(frozen=True)
class Day:
    """A day of one survey: how often each score is counted, and how often it is there."""

    survey: str
    day: str
    counted: Histogram
    recounted: Histogram


def examine(client: Client, rng: Random) -> Examined:
    """Recount a sample of days through the API; days that differ are looked at again, since answers may be coming."""
    surveys = [survey["id"] for survey in client.get("/v1/surveys")["surveys"]]
    some = rng.sample(surveys, min(MOST_SURVEYS, len(surveys)))
    days = [day for survey in sorted(some) for day in _sample(client, survey, rng)]
    responses = sum(sum(day.recounted) for day in days)
    seen = f"{counted(len(days), 'day')} of {counted(len(some), 'survey')}, {counted(responses, 'response')} recounted"
    return Examined("Counts", seen, judge(days))


def judge(days: Iterable[Day]) -> list[Finding]:
    """Find days whose counts are not those of a recount."""
    return [
        Finding(
            f"Counts of {day.survey}",
            f"on {day.day} {counted(sum(day.counted), 'response')} {'is' if sum(day.counted) == 1 else 'are'} counted, "
            f"a recount finds {sum(day.recounted):,}, score by score {day.counted} against {day.recounted}.",
            f"Run `earshot audit {day.survey}`, then `earshot rebuild {day.survey} --day {day.day}`.",
        )
        for day in days
        if day.counted != day.recounted
    ]


def _sample(client: Client, survey: str, rng: Random) -> list[Day]:
    days = _counts(client, survey, {})
    known = sorted(day for day, histogram in days.items() if 0 < sum(histogram) <= LARGEST_DAY)
    newest, older = known[-1:], known[:-1]
    chosen = newest + rng.sample(older, min(MOST_DAYS - 1, len(older)))
    return [_look(client, survey, day) for day in sorted(chosen)]


def _look(client: Client, survey: str, day: str) -> Day:
    only = {"from": day, "to": str(date.fromisoformat(day) + timedelta(days=1))}
    for look in range(LOOKS):
        time.sleep(PAUSE_SECONDS * look)
        seen = Day(survey, day, _counts(client, survey, only).get(day, [0] * 11), _recount(client, survey, only))
        if seen.counted == seen.recounted:
            break
    return seen


def _counts(client: Client, survey: str, only: dict[str, str]) -> dict[str, Histogram]:
    told = client.get(survey_path(survey, "counts"), only)["days"]
    return {day["day"]: list(day["histogram"]) for day in told}


def _recount(client: Client, survey: str, only: dict[str, str]) -> Histogram:
    histogram, cursor = [0] * 11, None
    while True:
        page = client.get(survey_path(survey, "responses"), {"limit": PAGE, "cursor": cursor, **only})
        for response in page["responses"]:
            if counts(response):
                histogram[response["score"]] += 1
        if not (cursor := page["cursor"]):
            return histogram


def counts(response: dict[str, Any]) -> bool:
    """Tell whether a response, as the API shows it, counts; its state does not say of the anonymised."""
    return bool(response["series"])
