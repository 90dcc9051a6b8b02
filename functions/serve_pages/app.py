"""/s/{token} and /u/{token}: the question's page and unsubscribing. A GET shows; only a POST changes anything.

A link of a digest stops that digest, and one of an invitation ends the surveys: neither does the other.
"""

from typing import Any

from earshot import bootstrap
from earshot.api.digest_pages import digest_page
from earshot.api.pages import (
    LinkRequest,
    dead_link_page,
    page_response,
    question_page,
    reading_failed,
    rejected_form_page,
    submitted_page,
    subscription_page,
    texts_of,
)
from earshot.api.route import Handler, Route
from earshot.observability import logger
from earshot.pages.forms import FormError, asks_to_undo, read_preselection, read_response_form, read_signal
from earshot.pages.render import Page, render_nothing
from earshot.services.digests.stop_digest import read_stopping, resume_digest, stop_digest
from earshot.services.invitations.follow_link import (
    DeadLinkError,
    FollowLinkDeps,
    Written,
    confirm_person,
    open_question,
    submit_by_link,
)
from earshot.services.invitations.unsubscribe_by_link import read_subscription, undo_unsubscribe, unsubscribe


def lambda_handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    request = LinkRequest(event)
    try:
        page = ROUTES[request.route].handler(request, bootstrap.follow_link_deps(request.request_id))
    except DeadLinkError as exc:
        page = dead_link_page(exc, request)
    except Exception:  # noqa: BLE001 - the last resort: a person gets a friendly page, the log the details
        logger.exception("page failed", correlation_id=request.request_id)
        page = reading_failed(request)
    # The access log has them all; what was refused stays next to its reason.
    if page.status >= 400:
        logger.info("page", correlation_id=request.request_id, route=request.route, status=page.status)
    return page_response(page, request)


def show_question(request: LinkRequest, deps: FollowLinkDeps) -> Page:
    question = open_question(request.token, deps, is_fetched=request.is_fetched)
    return question_page(question, request, read_preselection(request.chosen))


def submit(request: LinkRequest, deps: FollowLinkDeps) -> Page:
    is_signal, clicked = read_signal(*request.form)
    if is_signal:
        return render_nothing(texts_of(confirm_person(request.token, clicked, deps), request))
    try:
        form = read_response_form(*request.form)
    except FormError as exc:
        return rejected_form_page(open_question(request.token, deps, is_fetched=False), request, exc)
    written = Written(form.score, form.comment, bool(form.honeypot), form.is_prefilled, form.contact_requested)
    return submitted_page(submit_by_link(request.token, written, deps), request, form.score)


def show_subscription(request: LinkRequest, deps: FollowLinkDeps) -> Page:
    link = bootstrap.digest_link_reader()(request.token)
    if link is not None:
        return digest_page(read_stopping(link, bootstrap.digest_sendings()), link.language, request.token)
    return subscription_page(read_subscription(request.token, deps), request)


def end_or_resume_mails(request: LinkRequest, deps: FollowLinkDeps) -> Page:
    # The button in the page, or the one click of a mail client.
    undoes, link = asks_to_undo(*request.form), bootstrap.digest_link_reader()(request.token)
    if link is not None:
        sendings = bootstrap.digest_sendings()
        stopping = resume_digest(link, sendings) if undoes else stop_digest(link, deps.now, sendings)
        return digest_page(stopping, link.language, request.token)
    change = undo_unsubscribe if undoes else unsubscribe
    return subscription_page(change(request.token, deps), request)


def page(key: str, name: str, handler: Handler) -> Route:
    return Route(key, name, handler, open_because="the token in the link names the person")


ROUTES = {
    each.key: each
    for each in (
        page("GET /s/{token}", "show_question", show_question),
        page("HEAD /s/{token}", "check_question", show_question),
        page("POST /s/{token}", "submit_form", submit),
        page("GET /u/{token}", "show_unsubscribe", show_subscription),
        page("HEAD /u/{token}", "check_unsubscribe", show_subscription),
        page("POST /u/{token}", "unsubscribe", end_or_resume_mails),
    )
}
