"""An audit of a survey that goes on taking answers: no snapshot, but a second look at what differs."""

import time
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from earshot_cli.client import Client, survey_path
from earshot_cli.ops.audit.histograms import Difference, Histograms, Place, differences, differing
from earshot_cli.rendering.segment_values import segment_names

PAGE = 500
LOOKS = 5
PAUSE_SECONDS = 0.5
OTHER = "(other)"


class SurveyAudit:
    """Reads both sides through the API and compares them."""

    def __init__(self, client: Client, survey: str) -> None:
        self.counted = Histograms()
        self.recounted = Histograms()
        self._client = client
        self._survey = survey
        self._segments: list[str] = []

    def pages(self) -> Iterator[int]:
        """Recount all responses, page by page; yields how many were counted so far."""
        for page in self._responses({}):
            self.recounted.count(page)
            yield self.recounted.responses

    def series(self) -> Iterator[str]:
        """Read the counts of each series; yields its name."""
        for series in self._all_series():
            self._read_counts(self.counted, series, {})
            yield series

    def differences(self) -> list[Difference]:
        """What still differs after more looks at the days that do: answers may have come in between."""
        self._leave_out_untracked()
        for look in range(LOOKS):
            if not (places := differing(self.counted, self.recounted)):
                return []
            if look:
                time.sleep(PAUSE_SECONDS * look)
            self._look_again(places)
        return differences(self.counted, self.recounted)

    def _all_series(self) -> list[str]:
        survey = self._client.get(survey_path(self._survey))
        self._segments = segment_names(survey)
        values = survey.get("values", {})
        known = {f"{segment}={value}" for segment in self._segments for value in values.get(segment, [])}
        other = {f"{segment}={OTHER}" for segment in self._segments}
        recounted = {series for series, _ in self.recounted.places if self._is_tracked(series)}
        return ["all", *sorted((known | other | recounted) - {"all"})]

    def _is_tracked(self, series: str) -> bool:
        return series == "all" or any(series.startswith(f"{segment}=") for segment in self._segments)

    def _leave_out_untracked(self) -> None:
        # Responses keep the series they were counted in; those of a segment no longer tracked cannot be read.
        for place in [place for place in self.recounted.places if not self._is_tracked(place[0])]:
            del self.recounted.places[place]

    def _look_again(self, places: list[Place]) -> None:
        for day in sorted({day for _, day in places}):
            only = {"from": day, "to": str(date.fromisoformat(day) + timedelta(days=1))}
            fresh = Histograms()
            for page in self._responses(only):
                fresh.count(page)
            for place in (place for place in places if place[1] == day):
                self.recounted.places[place] = fresh.at(place)
                self.counted.places.pop(place, None)
                self._read_counts(self.counted, place[0], only)

    def _responses(self, only: dict[str, str]) -> Iterator[list[dict[str, Any]]]:
        cursor = None
        while True:
            query = {"limit": PAGE, "cursor": cursor, **only}
            page = self._client.get(survey_path(self._survey, "responses"), query)
            yield page["responses"]
            if not (cursor := page["cursor"]):
                return

    def _read_counts(self, into: Histograms, series: str, only: dict[str, str]) -> None:
        query = {"segment": None if series == "all" else series, **only}
        for day in self._client.get(survey_path(self._survey, "counts"), query)["days"]:
            into.places[series, day["day"]] = list(day["histogram"])
