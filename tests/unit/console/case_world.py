"""Cases in the console's world: opened by responses, and changed by the forms of their pages."""

import re
from collections.abc import Mapping
from typing import Any

from earshot.api.cases import read_fact
from earshot.api.visitor import Visitor
from earshot.console.case_forms import change_by_form
from earshot.console.filters import read_filters
from earshot.console.reply import Reply
from earshot.console.visit import Visit
from earshot.domain.alerts import Alert
from earshot.domain.case_facts import CaseChange
from earshot.domain.case_settings import Priority
from earshot.domain.cases import Case, OwnedBy, SubjectKind
from earshot.domain.opened_cases import Opening, opened_by
from earshot.languages.console_texts import console_texts_for
from earshot.services.cases.change_case import ChangeCaseDeps, change_case
from tests.factories import DAY, NOON, make_person
from tests.fakes.calendars import InMemoryCalendars
from tests.fakes.fake_time import no_pause
from tests.unit.console.world import Console, request


def open_case(
    console: Console, person: str | None = "ann", *, score: int = 2, days_ago: int = 0, **details: Any
) -> Case:
    """Return the case that a response opens, owned by Kim unless another owner is named."""
    owner = details.pop("owner", "kim")
    survey = details.pop("survey", "demo")
    if person is not None and person not in console.people.kept:
        console.people.kept[person] = make_person(id=person, name=person.title(), email=f"{person}@example.com")
    given = {"comment": "Two crates were missing."} | details | ({"person": person} if person else {})
    (response,) = console.record(score, survey=survey, days_ago=days_ago, **given)
    at = NOON - days_ago * DAY
    alert = Alert(survey, "default", response, at, revision=1)
    subject = SubjectKind.RESPONSE if person is None else SubjectKind.PERSON
    opening = Opening(score, Priority.NORMAL, owner, OwnedBy.TURN)
    case = opened_by(alert, subject, person, opening)
    assert console.cases.open(alert, case).is_made
    return case


def deps_of(console: Console) -> ChangeCaseDeps:
    """Return what changing cases needs."""
    return ChangeCaseDeps(console.cases, InMemoryCalendars(), console.members, no_pause, lambda: NOON)


def note(console: Console, case: Case, kind: str, **fields: Any) -> Case:
    """Return a case after a fact that somebody noted elsewhere."""
    now = console.cases.kept[case.id]
    _, change = read_fact({"revision": now.revision, "kind": kind, **fields})
    return change_case(case.id, None, change, "key:0f1e2d3c4b5a", deps_of(console))


def send(console: Console, case: Case, fields: Mapping[str, str], visitor: Visitor | None = None) -> Reply:
    """Return what a member gets who sends a form of a case."""
    sender = visitor or console.visitor()
    path = f"/app/cases/{case.id}"
    texts = console_texts_for(sender.member.locale)
    visit = Visit(request(path), sender, read_filters({}), texts, console.deps, NOON, path, {"case": case.id})

    def change(revision: int, wanted: CaseChange) -> Case:
        return change_case(case.id, revision, wanted, f"member:{sender.member.id}", deps_of(console))

    return change_by_form(visit, {name: value for name, value in fields.items() if name != "token"}, change)


def form_of(html: str, kind: str) -> dict[str, str]:
    """Return the fields of a form as a page has them, the ones to be filled in left out."""
    (form,) = [
        each for each in re.findall(r"<form method=\"post\".*?</form>", html, re.DOTALL) if f'value="{kind}"' in each
    ]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form)) | {"kind": kind}
