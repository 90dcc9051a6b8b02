"""Change the values of a segment as its owner decides: accept, ignore, remove or merge them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from earshot.domain.errors import BusyError, ConflictError, FieldError, InvalidError
from earshot.domain.names import no_survey
from earshot.domain.segment_values import VALUES_PER_SEGMENT, Source, Value, ValueStatus
from earshot.domain.survey import Survey
from earshot.ports.messaging import TaskQueue
from earshot.ports.surveys import Surveys

ATTEMPTS = 8
# So many values, the places and the survey fit one transaction.
AT_ONCE = 40


@dataclass(frozen=True, slots=True)
class Wish:
    """What the owner wants: values to accept, ignore and remove, and pairs to merge, the first into the second.

    They are taken in this order, so that a value may be accepted and others merged into it at once.
    """

    segment: str
    accept: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    merge: tuple[tuple[str, str], ...] = ()


def tracked_survey(survey_id: str, segment: str, surveys: Surveys) -> Survey:
    """Read a survey's settings; NotFoundError if there is none, InvalidError if it does not track the segment."""
    survey = surveys.get(survey_id)
    if survey is None:
        raise no_survey(survey_id)
    if segment not in survey.segments:
        # What was sent is not repeated: it may be a secret in the wrong place.
        tracked = ", ".join(survey.segments) or "none"
        raise InvalidError(FieldError("segment", f"it is not tracked by the survey {survey_id!r} (tracked: {tracked})"))
    return survey


def change_values(survey_id: str, wish: Wish, now: str, *, surveys: Surveys, backfills: TaskQueue) -> Survey:
    """Do what the owner wants; return the survey's settings then. A repeat changes nothing.

    Responses that have to be moved to another series are moved by a backfill, which is asked for again if one is under
    way. ConflictError, and nothing is changed, if a value has not the status that it needs.
    """
    failed = 0
    while failed < ATTEMPTS:
        survey = tracked_survey(survey_id, wish.segment, surveys)
        decided = decisions(wish, surveys.values(survey_id, wish.segment))
        if decided:
            failed += not surveys.decide(survey, decided[:AT_ONCE], now)
            continue
        if wish.segment in survey.incomplete:
            backfills.send([{"survey": survey_id, "segments": [wish.segment], "revision": survey.revision}])
        return survey
    raise BusyError("the values are being changed by another request; try again")


def decisions(wish: Wish, known: Sequence[Value]) -> list[Value]:
    """Return the values changed by the owner's decisions; raise ConflictError if one does not fit."""
    before = {value.name: value for value in known}
    after = dict(before)
    for name in wish.accept:
        if not _has_series(after.get(name)):
            after[name] = Value(wish.segment, name, ValueStatus.SERIES, Source.OWNER)
    for name in wish.ignore:
        after |= _ignored(wish.segment, name, after.get(name))
    for name in wish.remove:
        after |= _removed(wish.segment, name, after)
    for name, into in wish.merge:
        after |= _merged(wish.segment, name, into, after)
    if sum(map(_has_series, after.values())) > VALUES_PER_SEGMENT:
        raise ConflictError(
            f"a segment has at most {VALUES_PER_SEGMENT} values with a series: remove or merge some first"
        )
    return [value for name, value in after.items() if before.get(name) != value]


def _has_series(value: Value | None) -> bool:
    return value is not None and value.status is ValueStatus.SERIES


def _ignored(segment: str, name: str, value: Value | None) -> dict[str, Value]:
    if value is not None and value.status is ValueStatus.IGNORED:
        return {}
    if value is not None and value.status is not ValueStatus.CANDIDATE:
        raise ConflictError(f"{name!r} is not a candidate: {value.status.value}")
    return {name: Value(segment, name, ValueStatus.IGNORED)}


def _removed(segment: str, name: str, after: dict[str, Value]) -> dict[str, Value]:
    """Take a value's series back, and with it those that were merged into it."""
    value = after.get(name)
    if value is not None and value.status is ValueStatus.REMOVED:
        return {}
    if value is None or value.status not in (ValueStatus.SERIES, ValueStatus.MERGED):
        raise ConflictError(f"{name!r} has no series to remove; ignore a candidate instead")
    names = [*_merged_into(name, after.values()), name]
    return {each: Value(segment, each, ValueStatus.REMOVED) for each in names}


def _merged(segment: str, name: str, into: str, after: dict[str, Value]) -> dict[str, Value]:
    """Count a value in the series of another, and with it those that were merged into it."""
    if not _has_series(after.get(into)):
        raise ConflictError(f"{into!r} has no series of its own: accept it first")
    value = after.get(name)
    if value is not None and value.into == into:
        return {}
    names = [*_merged_into(name, after.values()), name]
    return {each: Value(segment, each, ValueStatus.MERGED, into=into) for each in names}


def _merged_into(name: str, values: Iterable[Value]) -> list[str]:
    return [value.name for value in values if value.into == name]
