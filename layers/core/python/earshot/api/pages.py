"""Requests for pages, the page for each result of following a link, and pages as HTTP responses."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

from earshot.api.http import ALWAYS
from earshot.api.request_body import body_bytes
from earshot.domain.brand import Brand
from earshot.domain.errors import InvalidError
from earshot.domain.survey import Survey
from earshot.languages.catalogue import preferred, texts_for
from earshot.languages.texts import Texts
from earshot.pages.forms import FormError
from earshot.pages.page_facts import PageFacts
from earshot.pages.render import (
    Notice,
    Page,
    render_final_page,
    render_notice,
    render_response_page,
    render_thanks_page,
    render_unsubscribe_page,
    render_unsubscribed_page,
)
from earshot.pages.translations import question_in
from earshot.services.invitations.follow_link import DeadLink, DeadLinkError, Question, Respondent, Submitted
from earshot.services.invitations.unsubscribe_by_link import MailsTo, Subscription

IN_ADVANCE = ("prefetch", "prerender", "preview")
DEAD_LINKS = {
    DeadLink.WRONG: Notice.WRONG_LINK,
    DeadLink.EXPIRED: Notice.EXPIRED,
    DeadLink.GONE: Notice.GONE,
    DeadLink.CLOSED: Notice.CLOSED,
}


class LinkRequest:
    """What a page needs of an HTTP API event; nothing in it can fail."""

    def __init__(self, event: Mapping[str, Any]) -> None:
        self.route: str = event.get("routeKey", "")
        self.token: str = (event.get("pathParameters") or {}).get("token", "")
        self.request_id: str = event.get("requestContext", {}).get("requestId", "")
        self.headers: Mapping[str, str] = event.get("headers") or {}
        self._event = event

    @property
    def is_head(self) -> bool:
        """Return whether only the headers are requested."""
        return self.route.startswith("HEAD ")

    @property
    def language(self) -> str | None:
        """Return the language the browser likes best of those there are; a page without a person has nothing else."""
        return preferred(self.headers.get("accept-language", ""))

    @property
    def is_fetched(self) -> bool:
        """Return whether the page itself is requested now: browsers mark what they fetch in advance."""
        purposes = (self.headers.get(name, "").lower() for name in ("sec-purpose", "purpose", "x-purpose", "x-moz"))
        return self.route.startswith("GET ") and not any(word in each for each in purposes for word in IN_ADVANCE)

    @property
    def chosen(self) -> str | None:
        """Return the score of the link that was followed."""
        found = [value for name, value in parse_qsl(self._event.get("rawQueryString") or "") if name == "score"]
        return found[0] if len(found) == 1 else None

    @property
    def form(self) -> tuple[bytes, str]:
        """Return the form that was sent, and its type."""
        try:
            return body_bytes(self._event), self.headers.get("content-type", "")
        except InvalidError:
            return b"", ""


def page_response(page: Page, request: LinkRequest) -> dict[str, Any]:
    """Return the response with a page."""
    headers = {**page.headers, **ALWAYS}
    return {"statusCode": page.status, "headers": headers, "body": "" if request.is_head else page.html}


def question_page(question: Question, request: LinkRequest, chosen: int | None = None) -> Page:
    """Return the page with the question; a chosen score is only preselected."""
    return render_response_page(_facts(question, request, chosen))


def rejected_form_page(question: Question, request: LinkRequest, error: FormError) -> Page:
    """Return the page with the form as it was filled in, and what is wrong with it."""
    facts = _facts(question, request, error.score)
    came_back = replace(
        facts, comment=error.comment or "", fault=error.fault, contact_requested=error.contact_requested
    )
    return render_response_page(came_back)


def submitted_page(submitted: Submitted, request: LinkRequest, score: int) -> Page:
    """Return the thanks, or the response that stands if no more submissions are taken."""
    if not submitted.is_taken:
        return render_final_page(_facts(submitted.question, request))
    return render_thanks_page(_facts(submitted.question, request, score))


def subscription_page(subscription: Subscription, request: LinkRequest) -> Page:
    """Return the page with the button that unsubscribes, or the one that takes it back as long as that is possible."""
    respondent, mails = subscription.respondent, subscription.mails
    texts, brand, action = texts_of(respondent, request), brand_of(respondent.survey), f"/u/{request.token}"
    if mails is MailsTo.SENT:
        return render_unsubscribe_page(texts, action, brand)
    if mails is MailsTo.JUST_ENDED:
        return render_unsubscribed_page(texts, action, brand)
    return render_notice(Notice.UNDONE if mails is MailsTo.RESUMED else Notice.UNSUBSCRIBED, texts, brand)


def dead_link_page(error: DeadLinkError, request: LinkRequest) -> Page:
    """Return the page that says why a link leads nowhere, with the survey's brand if the survey is known."""
    brand = brand_of(error.survey) if error.survey else Brand()
    return render_notice(DEAD_LINKS[error.reason], texts_for(error.locale or request.language), brand)


def texts_of(respondent: Respondent, request: LinkRequest) -> Texts:
    """Return the texts in the person's language, else in their browser's."""
    return texts_for(respondent.locale or request.language)


def brand_of(survey: Survey) -> Brand:
    """Return the brand that the pages of a survey show."""
    return replace(survey.brand, name=survey.brand.name or survey.name)


def _facts(question: Question, request: LinkRequest, chosen: int | None = None) -> PageFacts:
    respondent, survey = question.respondent, question.respondent.survey
    stands, earlier = respondent.invitation.counting_attempt, question.earlier
    texts, brand = texts_of(respondent, request), brand_of(survey)
    return PageFacts(
        texts=texts,
        question=question_in(texts, survey.question, brand.name),
        action=f"/s/{request.token}",
        brand=brand,
        current=stands.score if stands else None,
        chosen=chosen,
        earlier=earlier.text if earlier else "",
        earlier_score=earlier.score if earlier else None,
        widget=survey.widget,
        has_contact_box=question.has_contact_box,
        contact_requested=question.contact_requested,
    )


def reading_failed(request: LinkRequest) -> Page:
    """Return the page about an internal error, in the browser's language."""
    return render_notice(Notice.FAILED, texts_for(request.language))
