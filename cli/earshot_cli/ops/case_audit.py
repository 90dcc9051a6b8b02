"""The cases of a survey recounted by their facts, and compared with their states and with the measures.

All is read through the API. Cases change meanwhile, so what differs is looked at again.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from earshot.api.case_measures import MOST_DAYS, measures_view
from earshot.domain.case_facts import HANDED_OVER_FROM
from earshot.domain.case_measures import GroupBy, MeasuredPeriod, measure, measure_by
from earshot.domain.cases import CaseFigures, CaseOutcome, CaseState, RootCause, SubjectKind, month_of
from earshot.domain.events import iso
from earshot.domain.iso_time import instant
from earshot.services.cases.measure_cases import months_of
from earshot_cli.client import Client, case_path, survey_path

CASES = "/v1/cases"
LOOKS, PAUSE_SECONDS = 4, 0.5
# So many changes of a case are shown; where there are more, how it began is not known.
MOST_CHANGES = 200
UTC = ZoneInfo("UTC")
# What the facts of a case say; other figures stand in the case alone.
TIMES = ("contacted_at", "closed_at", "first_closed_at", "reopened_at")
CODES = ("outcome", "root_cause")
BY_FACTS = ("state", "waiting", "round", "owner", "responded_again", *TIMES, *CODES)
# What says who owns a case.
OWNING = ("assigned", "handed_over")
# What follows from other measures; and hours of calendars, which another scope shows.
LEFT_OUT = frozenset({"share", "interval", "coverage", "difference", "note", "business_hours"})


class CaseDifference(NamedTuple):
    """A figure of a case, or a measure of many, that is not what the facts give."""

    what: str
    kept: Any
    recounted: Any


@dataclass(frozen=True)
class AuditedCases:
    """How many cases were recounted, and what differs."""

    number: int
    differences: list[CaseDifference]

    def as_json(self) -> dict[str, Any]:
        """Return it as the command prints it."""
        return {
            "equal": not self.differences,
            "cases": self.number,
            "differences": [each._asdict() for each in self.differences],
        }


@dataclass(frozen=True)
class _Reply:
    """The measures of a survey, and of which moments they are."""

    found: Mapping[str, Any]
    period: MeasuredPeriod


class CaseAudit:
    """One audit of a survey's cases."""

    def __init__(self, client: Client, survey: str) -> None:
        self._client = client
        self._survey = survey
        self._cases: dict[str, Mapping[str, Any]] = {}

    @property
    def number(self) -> int:
        """Count the cases that were read."""
        return len(self._cases)

    def read(self) -> Iterator[int]:
        """Read each case with its facts; yields how many so far."""
        self._cases = {}
        for state in (None, *(state.value for state in CaseState if state.is_closed)):
            for case in self._ids(state):
                self._cases[case] = self._client.get(case_path(case))
                yield len(self._cases)

    def differences(self) -> list[CaseDifference]:
        """Return what still differs after all was read again: somebody may have changed a case in between."""
        found: list[CaseDifference] = []
        for look in range(LOOKS):
            if look:
                time.sleep(PAUSE_SECONDS * look)
                list(self.read())
            found = [*self._of_cases(), *self._of_measures()]
            if not found:
                return []
        return found

    def _ids(self, state: str | None) -> Iterator[str]:
        cursor: str | None = ""
        while cursor is not None:
            query = {"survey": self._survey, "state": state, "cursor": cursor or None}
            page = self._client.get(CASES, query)
            yield from (case["id"] for case in page["cases"])
            cursor = page["cursor"]

    def _of_cases(self) -> Iterator[CaseDifference]:
        for case in self._cases.values():
            recounted = recount(case)
            for name in BY_FACTS:
                if case[name] != recounted[name]:
                    yield CaseDifference(f"case {case['id']} {name}", case[name], recounted[name])

    def _of_measures(self) -> Iterator[CaseDifference]:
        for by in GroupBy:
            reply = self._measures(by)
            months = set(months_of(reply.period))
            cases = [case for case in map(read_figures, self._cases.values()) if month_of(case.opened_at) in months]
            yield from _differing(reply, by, cases)

    def _measures(self, by: GroupBy) -> _Reply:
        path = survey_path(self._survey, "case-measures")
        today = date.fromisoformat(self._client.get(path)["to"]) - timedelta(1)
        days = {"from": str(today + timedelta(1 - MOST_DAYS)), "to": str(today + timedelta(1))}
        found = self._client.get(path, {"by": by.value, **days})
        zone = ZoneInfo(found["timezone"])
        start, end = (instant(found[name], zone) for name in ("from", "to"))
        return _Reply(found, MeasuredPeriod(start, end, instant(found["measured_at"], UTC)))


def recount(case: Mapping[str, Any]) -> dict[str, Any]:
    """Return a case, as the API shows it, with what its facts tell put together from them alone."""
    changes = [fact for fact in case["facts"] if fact["revision"] is not None]
    if len(changes) >= MOST_CHANGES:
        return dict(case)
    owned = [fact for fact in changes if fact["kind"] in OWNING or HANDED_OVER_FROM in fact["details"]]
    found = {
        **case,
        **dict.fromkeys((*TIMES, *CODES)),
        "state": CaseState.OPEN.value,
        "waiting": False,
        "round": 1,
        "owner": owned[-1]["owner"] if owned else case["owner"],
        "responded_again": None,
    }
    for fact in changes:
        found |= _after(found, fact)
    return found


def _after(case: Mapping[str, Any], fact: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a fact changes of a case."""
    kind, at = fact["kind"], fact["at"]
    if kind == "contacted":
        return {"state": kind, "contacted_at": at}
    if kind in ("waiting", "resumed"):
        return {"waiting": kind == "waiting"}
    if kind == "responded_again":
        return {"responded_again": {"at": iso(fact["details"]["at"]), "score": fact["details"]["score"]}}
    if kind == "reopened":
        state = CaseState.OPEN if case["contacted_at"] is None else CaseState.CONTACTED
        gone = dict.fromkeys(("closed_at", *CODES))
        return {**gone, "state": state.value, "round": case["round"] + 1, "reopened_at": case["reopened_at"] or at}
    if kind in {state.value for state in CaseState if state.is_closed}:
        codes = {name: fact[name] for name in CODES}
        first = case["first_closed_at"] or at
        return {**codes, "state": kind, "closed_at": at, "first_closed_at": first, "waiting": False}
    return {}


def read_figures(case: Mapping[str, Any]) -> CaseFigures:
    """Read what is measured of a case, as the API shows it, by its facts."""
    found = recount(case)
    again = found["responded_again"]
    return CaseFigures(
        id=found["id"],
        survey=found["survey"],
        subject=SubjectKind(found["subject"]),
        opened_at=_moment(found["opened_at"]),
        contact_due_at=_moment(found["contact_due_at"]),
        close_due_at=_moment(found["close_due_at"]),
        score=found["score"],
        state=CaseState(found["state"]),
        is_waiting=found["waiting"],
        owner=found["owner"],
        contacted_at=_moment_or_none(found["contacted_at"]),
        closed_at=_moment_or_none(found["closed_at"]),
        first_closed_at=_moment_or_none(found["first_closed_at"]),
        reopened_at=_moment_or_none(found["reopened_at"]),
        outcome=CaseOutcome(found["outcome"]) if found["outcome"] else None,
        root_cause=RootCause(found["root_cause"]) if found["root_cause"] else None,
        round=found["round"],
        breached_contact=found["breached_contact"],
        breached_close=found["breached_close"],
        responded_again_at=_moment(again["at"]) if again else None,
        responded_again_score=again["score"] if again else None,
    )


def _differing(reply: _Reply, by: GroupBy, cases: list[CaseFigures]) -> Iterator[CaseDifference]:
    """Yield each measure that differs, of all cases and of each owner, root cause or band."""
    kept = {("all", name): value for name, value in _leaves(reply.found["all"])}
    for group in reply.found["groups"]:
        kept |= {(_group(by, group["value"]), name): value for name, value in _leaves(group)}
    recounted = {("all", name): value for name, value in _leaves(measures_view(measure(cases, reply.period, _hours)))}
    for value, measures in measure_by(cases, by, reply.period, _hours):
        view = {**measures_view(measures), "value": value}
        recounted |= {(_group(by, value), name): one for name, one in _leaves(view)}
    for group, name in sorted(kept.keys() | recounted.keys()):
        one, other = kept.get((group, name)), recounted.get((group, name))
        if one != other:
            yield CaseDifference(f"{group} {name}", one, other)


def _group(by: GroupBy, value: str | None) -> str:
    return f"{by.value} {value or '-'}"


def _leaves(view: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the numbers of a view by their path, without those that follow from others."""
    if not isinstance(view, Mapping):
        yield name, view
        return
    for part, value in view.items():
        if part not in LEFT_OUT:
            yield from _leaves(value, f"{name}.{part}" if name else part)


def _hours(_calendar: str | None, start: int, end: int) -> int:
    return max(0, end - start)


def _moment(text: str) -> int:
    return instant(text, UTC)


def _moment_or_none(text: str | None) -> int | None:
    return None if text is None else instant(text, UTC)
