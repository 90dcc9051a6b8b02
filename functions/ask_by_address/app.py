"""Invoked by functions that may not hash an address: a yes or no about a person whose token holds one."""

from typing import Any

from earshot import bootstrap
from earshot.domain.identity_claims import ExpiredTokenError, UntrustedTokenError
from earshot.domain.survey import Survey
from earshot.domain.widget import Question, Showing
from earshot.observability import logger
from earshot.services.invitations.show_widget_question import may_show_question, was_shown
from earshot.services.responses.resolve_addresses import person_meant


def lambda_handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """Return the result of the lookup. The token is verified here again: an unsigned address is not looked up."""
    survey = bootstrap.surveys().get(str(event["survey"]))
    try:
        return {"is_so": survey is not None and ACTIONS["response" in event](event, survey, bootstrap.now())}
    except UntrustedTokenError as exc:
        logger.warning("untrusted token", reason=str(exc))
        return {"is_so": False}


def ask(event: dict[str, Any], survey: Survey, now: int) -> bool:
    person = bootstrap.identity_tokens().read(survey.id, survey.token_rules, str(event["token"]), now)
    showing = Showing(event["event"]) if event.get("event") else None
    question = Question(showing, event.get("id"))
    return may_show_question(
        person_meant(person, bootstrap.hash_key),
        survey,
        question,
        now,
        people=bootstrap.known_people(),
        showings=bootstrap.showings(),
    )


def was_question_shown(event: dict[str, Any], survey: Survey, now: int) -> bool:
    try:
        bootstrap.identity_tokens().read(survey.id, survey.token_rules, str(event["token"]), now)
    except ExpiredTokenError as over:
        person = person_meant(over.person, bootstrap.hash_key)
        return was_shown(person, survey.id, event["response"], over, now, showings=bootstrap.showings())
    return True


ACTIONS = {False: ask, True: was_question_shown}
