"""`earshot audit`: the counts of a survey compared with a recount of its responses, both read through the API.

The survey goes on taking responses, so there is no snapshot: days that differ are read again.
"""

import time
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple

from earshot_cli.client import Client, survey_path
from earshot_cli.rendering.segment_values import segment_names

PAGE = 500
LOOKS = 5
PAUSE_SECONDS = 0.5
OTHER = "(other)"


class Cell(NamedTuple):
    """One count: how often a score was given, in a series and on a local day."""

    series: str
    day: str
    score: int


class Difference(NamedTuple):
    """A count that is not what a recount gives."""

    series: str
    day: str
    score: int
    counted: int
    recounted: int


class Recount(Counter[Cell]):
    """Responses counted one by one; erased and excluded ones count nowhere."""

    def __init__(self) -> None:
        super().__init__()
        self.responses = 0

    def add(self, responses: list[dict[str, Any]]) -> None:
        """Count responses in the series and on the day they carry."""
        for response in responses:
            self.responses += is_counted(response)
            if is_counted(response):
                self.update(Cell(series, response["day"], response["score"]) for series in response["series"])


class SurveyCounts:
    """Both sides of an audit, as the API shows them."""

    def __init__(self, client: Client, survey: str) -> None:
        self._client = client
        self._survey = survey

    def counts(self, series: str = "all", day: str | None = None) -> dict[Cell, int]:
        """Read the counts of a series that are not zero, of one day or of all."""
        query = {"segment": None if series == "all" else series, **_only(day)}
        days = self._client.get(survey_path(self._survey, "counts"), query)["days"]
        return {Cell(series, one["day"], score): n for one in days for score, n in enumerate(one["histogram"]) if n}

    def responses(self, day: str | None = None) -> Iterator[list[dict[str, Any]]]:
        """Read the responses, of one day or all, page by page."""
        cursor = None
        while True:
            query = {"limit": PAGE, "cursor": cursor, **_only(day)}
            page = self._client.get(survey_path(self._survey, "responses"), query)
            yield page["responses"]
            if not (cursor := page["cursor"]):
                return

    def recount(self, day: str) -> Recount:
        """Recount the responses of a day."""
        recount = Recount()
        for page in self.responses(day):
            recount.add(page)
        return recount


class Audit:
    """One audit of a survey."""

    def __init__(self, client: Client, survey: str) -> None:
        self.counted: dict[Cell, int] = {}
        self.recounted = Recount()
        self._client = client
        self._survey = survey
        self._api = SurveyCounts(client, survey)
        self._segments: list[str] = []

    @property
    def cells(self) -> set[Cell]:
        """Return every cell that is counted on either side."""
        return {cell for side in (self.counted, self.recounted) for cell, count in side.items() if count}

    def recount(self) -> Iterator[int]:
        """Recount all responses, page by page; yields how many were counted so far."""
        for page in self._api.responses():
            self.recounted.add(page)
            yield self.recounted.responses

    def read_counts(self) -> Iterator[str]:
        """Read the counts of each series; yields its name."""
        for series in self._series():
            self.counted.update(self._api.counts(series))
            yield series
        # Responses keep the series they were counted in; those of a segment no longer tracked cannot be read.
        for cell in [cell for cell in self.recounted if not self._is_tracked(cell.series)]:
            del self.recounted[cell]

    def differences(self) -> list[Difference]:
        """Return what still differs after reading days that do again: responses may have arrived in between."""
        for look in range(LOOKS):
            if not (differing := self._differing()):
                return []
            time.sleep(PAUSE_SECONDS * look)
            self._read_again(differing)
        return [Difference(*cell, self.counted.get(cell, 0), self.recounted[cell]) for cell in self._differing()]

    def _differing(self) -> list[Cell]:
        return sorted(cell for cell in self.cells if self.counted.get(cell, 0) != self.recounted[cell])

    def _read_again(self, differing: list[Cell]) -> None:
        for day in sorted({cell.day for cell in differing}):
            recounted = self._api.recount(day)
            for series in {cell.series for cell in differing if cell.day == day}:
                counts = self._api.counts(series, day)
                for cell in (Cell(series, day, score) for score in range(11)):
                    self.recounted[cell] = recounted[cell]
                    self.counted[cell] = counts.get(cell, 0)

    def _series(self) -> list[str]:
        survey = self._client.get(survey_path(self._survey))
        self._segments = segment_names(survey)
        values = survey.get("values", {})
        known = {f"{segment}={value}" for segment in self._segments for value in values.get(segment, [])}
        other = {f"{segment}={OTHER}" for segment in self._segments}
        recounted = {cell.series for cell in self.recounted if self._is_tracked(cell.series)}
        return ["all", *sorted((known | other | recounted) - {"all"})]

    def _is_tracked(self, series: str) -> bool:
        return series == "all" or any(series.startswith(f"{segment}=") for segment in self._segments)


def is_counted(response: dict[str, Any]) -> bool:
    """Return whether a response, as the API shows it, counts; an anonymised one may or may not, by its series."""
    return response["state"] != "erased" and bool(response["series"])


def _only(day: str | None) -> dict[str, str]:
    return {"from": day, "to": str(date.fromisoformat(day) + timedelta(days=1))} if day else {}
