"""Surveys in memory."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from earshot.domain.entrance import Entrance
from earshot.domain.survey import VALUES_PER_SEGMENT, Survey


class InMemorySurveys:
    """Surveys in a dictionary."""

    def __init__(self, *surveys: Survey) -> None:
        self.surveys = {survey.id: survey for survey in surveys}

    def get(self, survey_id: str) -> Survey | None:
        survey = self.surveys.get(survey_id)
        return replace(survey, values={}) if survey else None

    def with_values(self, survey: Survey) -> Survey:
        kept = self.surveys.get(survey.id)
        return replace(survey, values=kept.values if kept else {})

    def list(self) -> list[Survey]:
        return [replace(self.surveys[name], values={}) for name in sorted(self.surveys)]

    def entrance(self, survey_id: str) -> Entrance | None:
        survey = self.surveys.get(survey_id)
        return survey.entrance if survey else None

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
        return True

    def fix_zone(self, survey_id: str) -> Survey:
        return self._revise(survey_id, zone_is_fixed=True)

    def complete(self, survey_id: str, segments: Sequence[str], revision: int) -> bool:
        if self.surveys[survey_id].revision != revision:
            return False
        left = tuple(name for name in self.surveys[survey_id].incomplete if name not in segments)
        self._revise(survey_id, incomplete=left)
        return True

    def add_value(self, survey_id: str, segment: str, value: str) -> bool:
        survey = self.surveys[survey_id]
        if survey.knows(segment, value):
            return True
        if len(survey.values.get(segment, ())) >= VALUES_PER_SEGMENT:
            return False
        self.surveys[survey_id] = survey.with_value(segment, value)
        return True

    def _revise(self, survey_id: str, **changes: Any) -> Survey:
        old = self.surveys[survey_id]
        new = replace(old, **changes)
        if new != old:
            new = replace(new, revision=old.revision + 1)
        self.surveys[survey_id] = new
        return new
