"""/s/{token} and /u/{token}: the answer page and unsubscribing. A GET shows; only a POST changes anything."""

from typing import Any

from earshot import bootstrap
from earshot.api.http import HttpResponse
from earshot.api.pages import LinkRequest, page_answer, reading_failed
from earshot.api.route import Handler, Route
from earshot.observability import logger
from earshot.services.invitations import respondent_pages


def lambda_handler(event: dict[str, Any], _: object) -> HttpResponse:
    request = LinkRequest(event)
    try:
        page = ROUTES[request.route].handler(request, bootstrap.respondent_pages_deps(request.request_id))
    except Exception:  # noqa: BLE001 - the last resort: a person gets a friendly page, the log the story
        logger.exception("page failed", correlation_id=request.request_id)
        page = reading_failed(request)
    logger.info("page", correlation_id=request.request_id, route=request.route, status=page.status)
    return page_answer(page, request)


def page(key: str, name: str, handler: Handler) -> Route:
    return Route(key, name, handler, open_because="the token in the link says whom it is for")


ROUTES = {
    each.key: each
    for each in (
        page("GET /s/{token}", "show_question", respondent_pages.show_question),
        page("HEAD /s/{token}", "check_question", respondent_pages.show_question),
        page("POST /s/{token}", "take_answer", respondent_pages.submit_form),
        page("GET /u/{token}", "show_unsubscribe", respondent_pages.show_unsubscribe),
        page("HEAD /u/{token}", "check_unsubscribe", respondent_pages.show_unsubscribe),
        page("POST /u/{token}", "unsubscribe", respondent_pages.unsubscribe),
    )
}
