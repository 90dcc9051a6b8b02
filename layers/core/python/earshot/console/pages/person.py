"""A person: who they are, whether they may be asked, and all that happened between them and the company."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from earshot.api.invitations import kept_invitation_view
from earshot.api.person_views import person_view
from earshot.api.response_views import response_view
from earshot.console.frame import render
from earshot.console.moments import local_time
from earshot.console.pages.campaigns import reason_in_words
from earshot.console.reply import Reply, csv_reply, json_reply
from earshot.console.scopes import rows_within
from earshot.console.visit import Visit
from earshot.domain.cases import Case, figures_of
from earshot.domain.eligibility import DAY
from earshot.domain.errors import NotFoundError
from earshot.domain.events import iso
from earshot.domain.funnel import read_stage
from earshot.domain.invitation import Invitation, InvitationState
from earshot.domain.person import ErasedPerson, Person
from earshot.domain.response import Response
from earshot.domain.score import category
from earshot.ports.suppressions import Suppression
from earshot.services.access.rows import cases_within, check_person

RESPONSES = 50


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened, at a time in Unix milliseconds; `url` leads to it."""

    at: int
    words: str
    detail: str = ""
    url: str = ""
    category: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """All that is kept about a person."""

    person: Person
    suppression: Suppression | None
    invitations: Sequence[Invitation]
    responses: Sequence[Response]
    cases: Sequence[Case]


def person_page(visit: Visit) -> Reply:
    """Show a person with everything that happened, the newest first."""
    visit.require("people:read")
    found = _find(visit)
    moments = sorted(_moments(visit, found), key=lambda each: each.at, reverse=True)
    if visit.form == "json":
        return json_reply(_data(found, visit.now))
    if visit.form == "csv":
        header = ("at", "what", "detail")
        return csv_reply("person", header, [(iso(each.at), each.words, each.detail) for each in moments])
    person = found.person
    return render(
        visit,
        "person.html",
        person.name or person.id,
        person=person,
        properties=sorted(person.properties.items()),
        suppressed=_suppressed(visit, found.suppression),
        next_ask=_next_ask(visit, person),
        moments=[(local_time(each.at, visit), iso(each.at), each) for each in moments],
        has_more=len(found.responses) >= RESPONSES,
        may_write=visit.may("people:write"),
        may_erase=visit.may("people:write") and visit.may("erasure") and visit.caller.access.is_whole,
    )


def _find(visit: Visit) -> Found:
    """Read all that is kept; NotFoundError if there is no such person, or they are outside of the access."""
    person_id = visit.filters.asked("id")
    person = visit.deps.people().get(person_id) if person_id else None
    if person is None or isinstance(person, ErasedPerson):
        raise NotFoundError(visit.texts("person.no_such"))
    check_person(visit.caller, person, visit.deps.accounts)
    has_survey = visit.caller.access.has_survey
    invitations = [
        each
        for each in visit.deps.invitations().of_person(person.id)
        if not each.is_anonymous and has_survey(each.survey)
    ]
    surveys = {each.id for each in visit.surveys(with_archived=True)}
    return Found(
        person=person,
        suppression=visit.deps.suppressed().suppression_of(person.mailbox) if person.mailbox else None,
        invitations=[each for each in invitations if each.survey in surveys],
        responses=_responses(visit, person, surveys),
        cases=_cases(visit, person),
    )


def _responses(visit: Visit, person: Person, surveys: set[str]) -> list[Response]:
    """Return the person's newest responses that may be read: an older one may have had another segment value."""
    if not visit.may("responses:read"):
        return []
    pointers, _ = visit.deps.people().responses(person.id, RESPONSES)
    keys = [(each.survey, each.response) for each in pointers if each.survey in surveys]
    found = visit.deps.ledger().find_many(keys) if keys else {}
    return rows_within(visit, [each for each in found.values() if each.person == person.id])


def _cases(visit: Visit, person: Person) -> list[Case]:
    """Return the person's cases that may be read."""
    if not visit.may("cases:read"):
        return []
    cases = visit.deps.cases()
    found = cases.get_many(cases.cases_of_person(person.id, None))
    within = cases_within(visit.caller, [figures_of(each) for each in found], cases, visit.deps.accounts)
    return [each for each in found if each.id in {one.id for one in within}]


def _moments(visit: Visit, found: Found) -> Iterator[Moment]:
    """Yield what happened: who was asked, why not, what they said, and what became of it."""
    for invitation in found.invitations:
        yield from _of_invitation(visit, invitation)
    for response in found.responses:
        if response.score is not None:
            yield Moment(
                response.responded_at,
                visit.texts("person.responded", score=response.score, survey=response.survey),
                response.statement.comment or "",
                f"/app/s/{response.survey}/responses/{response.id}",
                category(response.score),
            )
    for case in found.cases:
        url = f"/app/cases/{case.id}"
        yield Moment(case.opened_at, visit.texts("person.case_opened", survey=case.survey), url=url)
        if case.closed_at is not None:
            yield Moment(case.closed_at, visit.texts("person.case_closed", survey=case.survey), url=url)


def _of_invitation(visit: Visit, invitation: Invitation) -> Iterator[Moment]:
    texts, survey = visit.texts, invitation.survey
    reason = reason_in_words(visit, invitation.reason)
    if invitation.state is InvitationState.DECLINED and not invitation.mails:
        yield Moment(invitation.decided_at, texts("person.not_asked", survey=survey), reason)
        return
    for mail in invitation.mails:
        name = "person.asked" if mail.wave == 1 else "person.reminded"
        heard = sorted(event for event, wave in map(read_stage, invitation.delivery_events) if wave == mail.wave)
        words = [texts(f"stage.{each}") if f"stage.{each}" in texts.words else each for each in heard]
        yield Moment(mail.sent_at, texts(name, survey=survey), ", ".join(words))
    if not invitation.mails:
        planned = texts("person.planned", survey=survey, time=local_time(invitation.due_at, visit))
        yield Moment(invitation.decided_at, planned, reason)
    elif invitation.stopped:
        detail = reason_in_words(visit, invitation.stopped)
        yield Moment(invitation.mails[-1].sent_at, texts("person.no_further", survey=survey), detail)


def _suppressed(visit: Visit, suppression: Suppression | None) -> str:
    if suppression is None:
        return ""
    reason = reason_in_words(visit, f"suppressed-{suppression.reason}")
    return visit.texts("person.suppressed", reason=reason, time=local_time(suppression.time, visit))


def _next_ask(visit: Visit, person: Person) -> str:
    """Write from when on the person may be asked again, as far as the quiet period of each survey decides."""
    if person.last_invited_at is None:
        return visit.texts("person.never_asked")
    ends = [person.last_invited_at + each.rules.quiet_days * DAY for each in visit.surveys() if each.is_open]
    later = [end for end in ends if end > visit.now]
    if not later:
        return visit.texts("person.may_be_asked")
    return visit.texts("person.quiet_until", time=local_time(min(later), visit))


def _data(found: Found, now: int) -> Mapping[str, object]:
    return {
        "person": person_view(found.person),
        "invitations": [kept_invitation_view(each, now) for each in found.invitations],
        "responses": [response_view(each) for each in found.responses],
        "cases": [each.id for each in found.cases],
    }
