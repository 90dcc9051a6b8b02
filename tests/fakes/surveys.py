"""Surveys in memory."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from earshot.domain.case_settings import CaseSettings
from earshot.domain.segment_values import (
    CANDIDATES,
    VALUES_PER_SEGMENT,
    Places,
    Source,
    Value,
    ValueStatus,
)
from earshot.domain.submission_policy import SubmissionPolicy
from earshot.domain.survey import Survey
from tests.fakes.queues_and_bus import InMemoryQueue

Named = tuple[str, str, str]


class InMemorySurveys:
    """Surveys in a dictionary; those given know their values from the owner."""

    def __init__(self, *surveys: Survey) -> None:
        self.surveys = {survey.id: survey for survey in surveys}
        self.known: dict[Named, Value] = {}
        self.numbered: Counter[tuple[str, str]] = Counter()
        self.unlisted: set[tuple[str, str]] = set()
        self.backfills = InMemoryQueue()

    def get(self, survey_id: str) -> Survey | None:
        survey = self.surveys.get(survey_id)
        return replace(survey, values={}, others={}, numbers={}, places={}) if survey else None

    def has_owner(self, survey: str) -> bool:
        return survey in self.surveys and self.surveys[survey].owner is not None

    def case_settings(self, survey: str) -> CaseSettings:
        return self.surveys[survey].cases if survey in self.surveys else CaseSettings()

    def with_values(self, survey: Survey) -> Survey:
        bare = replace(survey, values={}, others={}, numbers={}, places=self._places(survey))
        return bare.with_known(value for (owner, _, _), value in self._all() if owner == survey.id)

    def values(self, survey_id: str, segment: str) -> Sequence[Value]:
        return [value for (owner, name, _), value in self._all() if (owner, name) == (survey_id, segment)]

    def list(self) -> "list[Survey]":
        return [replace(self.surveys[name], values={}) for name in sorted(self.surveys)]

    def submission_policy(self, survey_id: str) -> SubmissionPolicy | None:
        survey = self.surveys.get(survey_id)
        return survey.submission_policy if survey else None

    def is_open(self, survey_id: str) -> bool | None:
        return self.surveys[survey_id].is_open if survey_id in self.surveys else None

    def put(self, survey: Survey, replaces: Survey | None) -> bool:
        known = self.surveys.get(survey.id)
        if (known.revision if known else None) != (replaces.revision if replaces else None):
            return False
        self.surveys[survey.id] = replace(survey, values=known.values if known else {})
        return True

    def delete(self, survey: Survey) -> bool:
        known = self.surveys.get(survey.id)
        if known is None or known.revision != survey.revision or known.zone_is_fixed:
            return False
        del self.surveys[survey.id]
        self.known = {named: value for named, value in self.known.items() if named[0] != survey.id}
        return True

    def fix_zone(self, survey_id: str) -> Survey:
        return self._revise(survey_id, zone_is_fixed=True)

    def complete(self, survey_id: str, segments: Sequence[str], revision: int) -> bool:
        if self.surveys[survey_id].revision != revision:
            return False
        left = tuple(name for name in self.surveys[survey_id].incomplete if name not in segments)
        self._revise(survey_id, incomplete=left)
        return True

    def look_up(self, survey: Survey, wanted: Iterable[tuple[str, str]]) -> Survey:
        found = dict(self._all())
        named = [(survey.id, *value) for value in wanted]
        known = replace(survey, places=self._places(survey))
        return known.with_known(found[name] for name in named if name in found)

    def admit(self, survey_id: str, segment: str, names: Sequence[str], source: Source) -> Sequence[Value]:
        found = [self._admit(survey_id, segment, name, source) for name in names]
        return [value for value in found if value is not None]

    def propose(self, survey_id: str, segment: str, names: Sequence[str]) -> Sequence[Value]:
        found = [self._propose(survey_id, segment, name) for name in names]
        return [value for value in found if value is not None]

    def _admit(self, survey_id: str, segment: str, name: str, source: Source) -> Value | None:
        found, places = self._find(survey_id, segment, name)
        if found is not None and found.status is not ValueStatus.CANDIDATE:
            return found
        if not places.places_left(source):
            return found
        if found is not None or places.is_unlisted:
            self._ask_for_backfill(survey_id, segment)
        value = Value(segment, name, ValueStatus.SERIES, source, number=found.number if found else None)
        self.known[survey_id, segment, name] = value
        return value

    def _propose(self, survey_id: str, segment: str, name: str) -> Value | None:
        found, places = self._find(survey_id, segment, name)
        if found is not None:
            return found
        if places.candidates >= CANDIDATES:
            self.unlisted.add((survey_id, segment))
            return None
        self.numbered[survey_id, segment] += 1
        value = Value(segment, name, ValueStatus.CANDIDATE, number=self.numbered[survey_id, segment])
        self.known[survey_id, segment, name] = value
        return value

    def decide(self, survey: Survey, decided: Sequence[Value], now: str) -> bool:
        if self.surveys[survey.id].revision != survey.revision:
            return False
        segment = decided[0].segment
        before = {value.name: self._find(survey.id, segment, value.name)[0] for value in decided}
        is_unlisted = (survey.id, segment) in self.unlisted
        kept = {name: value for (owner, at, name), value in self._all() if (owner, at) == (survey.id, segment)}
        kept |= {value.name: value for value in decided}
        if sum(value.status is ValueStatus.SERIES for value in kept.values()) > VALUES_PER_SEGMENT:
            return False
        moves = False
        for value in decided:
            old = before[value.name]
            moves |= value.status is not ValueStatus.IGNORED and (old is not None or is_unlisted)
            self.known[survey.id, segment, value.name] = replace(value, number=old.number if old else None)
        incomplete = tuple(dict.fromkeys((*survey.incomplete, *([segment] if moves else []))))
        self._revise(survey.id, incomplete=incomplete, updated_at=now, revision=survey.revision + 1)
        return True

    def _places(self, survey: Survey) -> dict[str, Places]:
        return {segment: self._find(survey.id, segment, "")[1] for segment in survey.segments}

    def _all(self) -> Sequence[tuple[Named, Value]]:
        """Return every value, those that a survey was made with too."""
        made = {
            (survey.id, segment, name): Value(segment, name, ValueStatus.SERIES, Source.OWNER)
            for survey in self.surveys.values()
            for segment, names in survey.values.items()
            for name in names
        }
        return list((made | self.known).items())

    def _find(self, survey_id: str, segment: str, name: str) -> tuple[Value | None, Places]:
        of_segment = {value.name: value for value in self.values(survey_id, segment)}
        series = [value for value in of_segment.values() if value.status is ValueStatus.SERIES]
        places = Places(
            len(series),
            sum(value.source is Source.OPEN for value in series),
            sum(value.status is ValueStatus.CANDIDATE for value in of_segment.values()),
            self.numbered[survey_id, segment],
            (survey_id, segment) in self.unlisted,
        )
        return of_segment.get(name), places

    def _ask_for_backfill(self, survey_id: str, segment: str) -> None:
        old = self.surveys[survey_id]
        if segment not in old.incomplete:
            self.backfills.send([{"survey": survey_id, "segments": [segment], "revision": old.revision + 1}])
        incomplete = tuple(dict.fromkeys((*old.incomplete, segment)))
        self.surveys[survey_id] = replace(old, incomplete=incomplete, revision=old.revision + 1)

    def _revise(self, survey_id: str, **changes: Any) -> Survey:
        old = self.surveys[survey_id]
        new = replace(old, **changes)
        if new != old and "revision" not in changes:
            new = replace(new, revision=old.revision + 1)
        self.surveys[survey_id] = new
        return new
