"""One case: its responses, whose it is, which clocks run, what happened, and what may be done next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from earshot.api.cases import case_view
from earshot.console.case_words import (
    Due,
    actor_name,
    due_now,
    may_read_words,
    member_name,
    next_kinds,
    span,
    subject_of,
)
from earshot.console.frame import render
from earshot.console.moments import local_time
from earshot.console.reply import Reply, json_reply
from earshot.console.scopes import has_figures, rows_within
from earshot.console.visit import Visit
from earshot.domain.case_facts import CaseFact, FactKind
from earshot.domain.case_settings import Priority
from earshot.domain.cases import Case, CaseOutcome, RootCause
from earshot.domain.errors import FieldError, NotFoundError
from earshot.domain.events import iso
from earshot.domain.members import Member
from earshot.domain.person import Person
from earshot.domain.score import category
from earshot.services.access.rows import check_case
from earshot.services.cases.read_cases import WholeCase, find_case

# What may come of a case by how it is closed; of one that is unreachable it goes without saying.
OUTCOMES = {
    FactKind.RESOLVED: tuple(each for each in CaseOutcome if each is not CaseOutcome.UNREACHABLE),
    FactKind.NO_ACTION: (
        CaseOutcome.PASSED_ON,
        CaseOutcome.NOT_OURS,
        CaseOutcome.DUPLICATE,
        CaseOutcome.TEST,
        CaseOutcome.EXPLAINED,
    ),
}


@dataclass(frozen=True, slots=True)
class Typed:
    """A form as it was sent and could not be carried out: its fields, what is wrong with each, and why as a whole."""

    fields: Mapping[str, str] = field(default_factory=dict)
    faults: Sequence[FieldError] = ()
    reason: str = ""
    status: int = 200


@dataclass(frozen=True, slots=True)
class Form:
    """The form of one kind of fact, with what was typed into it; `faults` are by field."""

    kind: str
    button: str
    wants_note: bool
    outcomes: Sequence[tuple[str, str]]
    wants_cause: bool
    wants_owner: bool
    typed: Mapping[str, str]
    faults: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Quoted:
    """A response in a case; `url` is empty where the visitor's access does not let them open it."""

    score: int
    category: str
    comment: str
    time: str
    at: str
    url: str


@dataclass(frozen=True, slots=True)
class Happened:
    """A fact in words."""

    what: str
    by: str
    time: str
    at: str
    note: str


def case_page(visit: Visit, typed: Typed | None = None) -> Reply:
    """Show a case, with a form as it was typed if that could not be carried out."""
    typed = typed or Typed()
    visit.require("cases:read")
    found = find_case(
        visit.parts["case"].lower(),
        cases=visit.deps.cases(),
        ledger=visit.deps.ledger(),
        surveys=visit.deps.surveys(),
    )
    case = found.case
    survey = visit.deps.surveys().get(case.survey)
    if survey is None:
        raise NotFoundError(visit.texts("case.no_such"))
    check_case(visit.caller, case, visit.deps.cases(), visit.deps.accounts)
    has_words = may_read_words(visit)
    if visit.form == "json":
        view = case_view(found, visit.now, with_person=has_words, with_words=has_words)
        return json_reply(view if has_words else {**view, "account": None})
    members, person = visit.deps.members().all(), _person(case, visit)
    subject = subject_of(case, person, visit)
    # Who owns a case reads it here, also where its responses are outside of their access elsewhere.
    within = {each.id for each in rows_within(visit, found.responses)}
    return render(
        visit,
        "case.html",
        visit.texts("case.title", subject=subject),
        status=typed.status,
        case=case,
        of_survey=survey,
        survey_url=f"/app/s/{survey.id}" if has_figures(visit, survey) else "",
        subject=subject,
        person=person if has_words else None,
        account=case.account if has_words else None,
        state=visit.texts(f"case_state.{'waiting' if case.is_waiting else case.state.value}"),
        is_urgent=case.priority is Priority.HIGH,
        owner=member_name(case.owner, members, visit),
        clocks=clocks(case, visit),
        due=due_now(case, visit),
        opened=(local_time(case.opened_at, visit), iso(case.opened_at)),
        outcome=visit.texts(f"outcome.{case.outcome.value}") if case.outcome else "",
        cause=visit.texts(f"cause.{case.root_cause.value}") if case.root_cause else "",
        again=_again(case, visit),
        quoted=[
            Quoted(
                score=each.score or 0,
                category=category(each.score or 0),
                comment=(each.statement.comment or "") if has_words else "",
                time=local_time(each.responded_at, visit),
                at=iso(each.responded_at),
                url=f"/app/s/{case.survey}/responses/{each.id}" if each.id in within else "",
            )
            for each in found.responses
        ],
        has_words=has_words,
        history=history(found, members, visit),
        forms=forms(case, typed, visit) if visit.may("cases:write", case.survey) else [],
        may_change=visit.may("cases:write", case.survey),
        members_to_choose=others(members, case),
        causes=[(each.value, visit.texts(f"cause.{each.value}")) for each in RootCause],
        reason=typed.reason,
    )


def others(members: Mapping[str, Member], case: Case) -> list[tuple[str, str]]:
    """Return who else may own a case, by name."""
    there = [each for each in members.values() if each.removed_at is None and each.id != case.owner]
    return sorted(((each.id, each.name or each.id) for each in there), key=lambda each: each[1].casefold())


def clocks(case: Case, visit: Visit) -> list[tuple[str, Due]]:
    """Return both clocks of a case in words: when each was or is to be done, and by how much it was late."""
    return [
        (visit.texts("case.contact"), _clock(case.contacted_at, case.contact_due_at, case, visit)),
        (visit.texts("case.close"), _clock(case.closed_at, case.close_due_at, case, visit)),
    ]


def _clock(done_at: int | None, due_at: int, case: Case, visit: Visit) -> Due:
    texts = visit.texts
    if done_at is not None:
        late = done_at - due_at
        if late > 0:
            return Due(texts("case.done_late", time=local_time(done_at, visit), late=span(late, visit)), done_at)
        return Due(texts("case.done", time=local_time(done_at, visit)), done_at)
    if case.state.is_closed:
        return Due(texts("case.never"))
    if case.is_waiting and due_at == case.close_due_at:
        return Due(texts("case.paused", time=local_time(case.waiting_since or visit.now, visit)))
    if due_at < visit.now:
        return Due(texts("case.over", time=span(visit.now - due_at, visit)), due_at, is_over=True)
    return Due(texts("case.until", time=local_time(due_at, visit)), due_at)


def forms(case: Case, typed: Typed, visit: Visit) -> list[Form]:
    """Return the forms of what may be done to a case as it is now."""
    return [_form(kind, case, typed, visit) for kind in next_kinds(case)]


def _form(kind: FactKind, case: Case, typed: Typed, visit: Visit) -> Form:
    is_typed = typed.fields.get("kind") == kind.value
    needs_note = kind in (FactKind.NOTE, FactKind.UNREACHABLE) or (kind is FactKind.ASSIGNED and case.owner is not None)
    return Form(
        kind=kind.value,
        button=visit.texts(f"do.{kind.value}"),
        wants_note=needs_note,
        outcomes=[(each.value, visit.texts(f"outcome.{each.value}")) for each in OUTCOMES.get(kind, ())],
        wants_cause=kind.closes,
        wants_owner=kind is FactKind.ASSIGNED,
        typed=typed.fields if is_typed else {},
        faults={fault.field: fault.reason for fault in typed.faults} if is_typed else {},
    )


def history(found: WholeCase, members: Mapping[str, Member], visit: Visit) -> list[Happened]:
    """Return what happened to a case in words, the latest first."""
    return [_happened(fact, members, visit) for fact in reversed(found.facts)]


def _happened(fact: CaseFact, members: Mapping[str, Member], visit: Visit) -> Happened:
    extra = dict(fact.extra)
    what = visit.texts(
        f"fact.{fact.kind.value}",
        owner=member_name(fact.owner or extra.get("member"), members, visit),
        score=str(extra.get("score", "")),
    )
    codes = [f"outcome.{fact.outcome.value}"] if fact.outcome else []
    codes += [f"cause.{fact.root_cause.value}"] if fact.root_cause else []
    return Happened(
        what=" · ".join([what, *map(visit.texts, codes)]),
        by=actor_name(fact.actor, members, visit),
        time=local_time(fact.at, visit),
        at=iso(fact.at),
        note=(fact.note or "") if may_read_words(visit) else "",
    )


def _again(case: Case, visit: Visit) -> str:
    if case.responded_again_at is None or case.responded_again_score is None:
        return ""
    time = local_time(case.responded_again_at, visit)
    return visit.texts("case.again", score=case.responded_again_score, time=time)


def _person(case: Case, visit: Visit) -> Person | None:
    if case.person is None or not may_read_words(visit):
        return None
    found = visit.deps.people().get_many([case.person], asked=False).get(case.person)
    return found if isinstance(found, Person) else None
