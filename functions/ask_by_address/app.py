"""Invoked by functions that may not hash an address: whether somebody whom a token names by one may be asked."""

from typing import Any

from earshot import bootstrap, widget_bootstrap
from earshot.domain.identity import UntrustedTokenError
from earshot.domain.widget import Showing
from earshot.observability import logger
from earshot.services.ask_known_person import answer_page
from earshot.services.resolve_addresses import person_meant


def lambda_handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """Return whether to ask. The token is read here again: an address that nobody signed is not looked up."""
    now, survey = bootstrap.now(), bootstrap.surveys().get(str(event["survey"]))
    if survey is None:
        return {"ask": False}
    try:
        named = widget_bootstrap.identities().read(survey.id, str(event["token"]), now)
    except UntrustedTokenError as exc:
        logger.warning("untrusted token", reason=str(exc))
        return {"ask": False}
    showing = Showing(event["event"]) if event.get("event") else None
    ports: Any = {"people": widget_bootstrap.known_people(), "showings": widget_bootstrap.showings()}
    return {"ask": answer_page(person_meant(named, bootstrap.hash_key), survey, showing, now, **ports)}
