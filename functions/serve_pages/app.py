"""/s/{token} and /u/{token}: the answer page and unsubscribing. A GET shows; only a POST changes anything."""

from typing import Any

from earshot import bootstrap
from earshot.api.http import HttpResponse
from earshot.api.pages import Visit, page_answer, reading_failed
from earshot.observability import logger
from earshot.services.invitations import respondent_pages


def lambda_handler(event: dict[str, Any], _: object) -> HttpResponse:
    visit = Visit(event)
    try:
        page = ROUTES[visit.route](visit, bootstrap.respondent_pages_deps(visit.request_id))
    except Exception:  # noqa: BLE001 - the last resort: a person gets a friendly page, the log the story
        logger.exception("page failed", correlation_id=visit.request_id)
        page = reading_failed(visit)
    logger.info("page", correlation_id=visit.request_id, route=visit.route, status=page.status)
    return page_answer(page, visit)


ROUTES = {
    "GET /s/{token}": respondent_pages.show_question,
    "HEAD /s/{token}": respondent_pages.show_question,
    "POST /s/{token}": respondent_pages.take_answer,
    "GET /u/{token}": respondent_pages.show_unsubscribe,
    "HEAD /u/{token}": respondent_pages.show_unsubscribe,
    "POST /u/{token}": respondent_pages.unsubscribe,
}
