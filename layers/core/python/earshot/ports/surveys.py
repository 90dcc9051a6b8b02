"""The surveys, and the values of their segments."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from earshot.domain.segment_values import Source, Value
from earshot.domain.submission_policy import SubmissionPolicy
from earshot.domain.survey import Survey


class SubmissionPolicies(Protocol):
    """Who may post responses to a survey, without the rest of its settings."""

    def submission_policy(self, survey_id: str) -> SubmissionPolicy | None:
        """Return the submission policy of a survey; None if there is no such survey."""

    def is_open(self, survey_id: str) -> bool | None:
        """Return whether a survey takes responses; None if there is no such survey."""


class Surveys(SubmissionPolicies, Protocol):
    """The surveys, and apart from them the values seen of their segments."""

    def get(self, survey_id: str) -> Survey | None:
        """Read a survey's settings as they are now, without the values of its segments."""

    def with_values(self, survey: Survey) -> Survey:
        """Return the survey with the values of its segments as they are now."""

    def list(self) -> list[Survey]:
        """Return all surveys by id, without their values."""

    def put(self, survey: Survey, replaces: Survey | None) -> bool:
        """Write a survey if it still is what it `replaces`; False if another writer was faster."""

    def delete(self, survey: Survey) -> bool:
        """Delete a survey without responses, if it still is as given; False if another writer was faster."""

    def fix_zone(self, survey_id: str) -> Survey:
        """Make the survey's zone final, and return the survey with it."""

    def values(self, survey_id: str, segment: str) -> Sequence[Value]:
        """Return all that is known of the values of a segment."""

    def look_up(self, survey: Survey, wanted: Iterable[tuple[str, str]]) -> Survey:
        """Return the survey with the status of some values (segment and name each); others are not read."""

    def admit(self, survey_id: str, segment: str, names: Sequence[str], source: Source) -> Sequence[Value]:
        """Add a series for each of distinct values, unless the owner decided otherwise or there is no place.

        Gives all that is known of them then. Where their responses may stand in `(other)`, a backfill is asked for
        first and the segment is incomplete.
        """

    def propose(self, survey_id: str, segment: str, names: Sequence[str]) -> Sequence[Value]:
        """Make unknown values candidates, as many as allowed; return the status of all of them."""

    def decide(self, survey: Survey, decided: Sequence[Value], now: str) -> bool:
        """Write what the owner decided about values of the survey as read; False if it changed meanwhile.

        The segments of those whose responses may have to be moved are incomplete from then on.
        """

    def complete(self, survey_id: str, segments: Sequence[str], revision: int) -> bool:
        """Store that the older responses of these segments are counted; False if the survey is of another revision."""
