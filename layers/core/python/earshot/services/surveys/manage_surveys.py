"""Create, update, close, archive and delete surveys; tracking a segment starts a backfill."""

from collections.abc import Mapping, Sequence
from dataclasses import is_dataclass, replace
from typing import Any

from earshot.domain.case_settings import check_case_settings
from earshot.domain.errors import BusyError, ConflictError, FieldError, InvalidError
from earshot.domain.names import no_survey
from earshot.domain.survey import Survey
from earshot.ports.campaigns import Campaigns
from earshot.ports.funnel import Funnels
from earshot.ports.messaging import TaskQueue
from earshot.ports.surveys import Surveys
from earshot.services.surveys.manage_segment_values import Wish, change_values

SETTINGS = (
    *("name", "question", "timezone", "segments", "open_segments", "state", "kind"),
    *("rules", "brand", "widget", "alerts", "target", "bands", "retention_days", "owner", "cases"),
)
PARTED = ("rules", "brand", "widget", "alerts", "cases")
ATTEMPTS = 5


def put(
    survey_id: str, settings: Mapping[str, Any], now: str, *, surveys: Surveys, backfills: TaskQueue
) -> tuple[Survey, bool]:
    """Create a survey or replace its settings; return it, and whether it is new.

    Settings that are left out take their defaults, but the state and the zone stay as they are. Values `listed` of
    segments get a series; what else is known of values stays as it is. ConflictError if the zone would change after the
    first response, or employees would be asked no more.
    """
    listed, settings = _parted(settings)
    for _ in range(ATTEMPTS):
        old = _whole(survey_id, surveys)
        kept = {"state": old.state, "timezone": old.timezone} if old else {}
        written = _write(survey_id, {**kept, **settings}, old, now, surveys, backfills)
        if written is not None:
            return _with_listed(written, listed, now, surveys, backfills), old is None
    raise BusyError("the survey is being changed by another request; try again")


def update(survey_id: str, settings: Mapping[str, Any], now: str, *, surveys: Surveys, backfills: TaskQueue) -> Survey:
    """Change only the settings given, and of those that have parts only what is in them.

    NotFoundError if there is no such survey.
    """
    listed, settings = _parted(settings)
    for _ in range(ATTEMPTS):
        old = _whole(survey_id, surveys)
        if old is None:
            raise no_survey(survey_id)
        kept = {name: getattr(old, name) for name in SETTINGS}
        parts = {name: _changed(kept[name], settings[name]) for name in PARTED if name in settings}
        written = _write(survey_id, {**kept, **settings, **parts}, old, now, surveys, backfills)
        if written is not None:
            return _with_listed(written, listed, now, surveys, backfills)
    raise BusyError("the survey is being changed by another request; try again")


def listed(surveys: Sequence[Survey], *, archived: bool) -> list[Survey]:
    """Return the surveys of a list; archived ones only where they are asked for."""
    return [survey for survey in surveys if archived or survey.state != "archived"]


def delete(survey_id: str, *, surveys: Surveys, funnels: Funnels, campaigns: Campaigns) -> None:
    """Delete a survey that nothing belongs to; its id is free again.

    NotFoundError if there is none. ConflictError if it has responses, people asked or campaigns: nothing of those is
    ever deleted, so such a survey is archived.
    """
    for _ in range(ATTEMPTS):
        survey = surveys.get(survey_id)
        if survey is None:
            raise no_survey(survey_id)
        if found := _belongings(survey, funnels, campaigns):
            raise ConflictError(f"the survey {survey_id!r} has {found}: archive it (PATCH with state 'archived')")
        if surveys.delete(survey):
            return
    raise BusyError("the survey is being changed by another request; try again")


def turn_identity_secret(
    survey_id: str, generation: int, hours: int, now: int, time: str, *, surveys: Surveys, backfills: TaskQueue
) -> Survey:
    """Make the next identity secret of a survey; the former one is good for some hours more. Return the survey.

    `generation` is the one it turns from, so that a request which comes twice turns once: ConflictError if another is
    current. NotFoundError if there is no such survey.
    """
    for _ in range(ATTEMPTS):
        old = surveys.get(survey_id)
        if old is None:
            raise no_survey(survey_id)
        current = old.identity.generation
        if generation != current:
            raise ConflictError(f"generation {current} is current, not {generation}; it may have been replaced already")
        new = replace(old, identity=old.identity.turned(now, hours), revision=old.revision + 1, updated_at=time)
        if surveys.put(new, old):
            _complete(new, backfills)
            return new
    raise BusyError("the survey is being changed by another request; try again")


def _whole(survey_id: str, surveys: Surveys) -> Survey | None:
    survey = surveys.get(survey_id)
    return surveys.with_values(survey) if survey else None


def _parted(settings: Mapping[str, Any]) -> tuple[Mapping[str, tuple[str, ...]], dict[str, Any]]:
    """Take the values that are listed of segments out of the settings."""
    return settings.get("listed", {}), {name: value for name, value in settings.items() if name != "listed"}


def _with_listed(
    survey: Survey, listed: Mapping[str, tuple[str, ...]], now: str, surveys: Surveys, backfills: TaskQueue
) -> Survey:
    """Add a series for each listed value; return the survey that knows them."""
    for segment, names in listed.items():
        wish = Wish(segment, accept=names)
        survey = change_values(survey.id, wish, now, surveys=surveys, backfills=backfills)
    return surveys.with_values(survey) if listed else survey


def _belongings(survey: Survey, funnels: Funnels, campaigns: Campaigns) -> str:
    """Return what belongs to a survey in words, empty if nothing does."""
    kinds = {
        "responses": survey.zone_is_fixed,
        "people it asked": bool(funnels.read(survey.id).rows),
        "campaigns": bool(campaigns.of_survey(survey.id)),
    }
    return ", ".join(kind for kind, there in kinds.items() if there)


def _write(
    survey_id: str,
    settings: Mapping[str, Any],
    old: Survey | None,
    now: str,
    surveys: Surveys,
    backfills: TaskQueue,
) -> Survey | None:
    """Write a survey, or return None if it changed meanwhile, and request the backfill of incomplete segments."""
    new = _revised(Survey(id=survey_id, created_at=now, updated_at=now, **settings), old)
    if faults := check_case_settings(new.cases):
        raise InvalidError(*(FieldError(f"cases.{name}", reason) for name, reason in faults.items()))
    added = [name for name in new.segments if old and name not in old.segments]
    new = replace(new, incomplete=tuple(name for name in new.segments if name in (*new.incomplete, *added)))
    if not surveys.put(new, old):
        return None
    _complete(new, backfills)
    return new


def _complete(survey: Survey, backfills: TaskQueue) -> None:
    """Request the backfill of incomplete segments; a running one has an older revision and ends without a result."""
    if survey.incomplete:
        task = {"survey": survey.id, "segments": list(survey.incomplete), "revision": survey.revision}
        backfills.send([task])


def _changed(part: Any, given: Mapping[str, Any]) -> Any:
    """Return a part of the settings with what is given of it; a part of that keeps what is not given, too."""
    parts = {name: getattr(part, name) for name in given if is_dataclass(getattr(part, name))}
    changed = {name: _changed(old, given[name]) for name, old in parts.items() if isinstance(given[name], Mapping)}
    return replace(part, **{**given, **changed})


def _revised(new: Survey, old: Survey | None) -> Survey:
    if old is None:
        return new
    if old.zone_is_fixed and new.timezone != old.timezone:
        raise ConflictError(f"the zone is {old.timezone} and cannot change, because responses have days in it")
    if old.zone_is_fixed and old.is_employee and not new.is_employee:
        raise ConflictError("its kind cannot change: employees were promised that their responses are not read")
    return replace(
        new,
        created_at=old.created_at,
        revision=old.revision + 1,
        incomplete=old.incomplete,
        zone_is_fixed=old.zone_is_fixed,
        identity=old.identity,
        values=old.values,
        others=old.others,
        numbers=old.numbers,
        places=old.places,
    )
