"""The pages of the console by their paths; a page without a session leads to the one for signing in."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from earshot.api.problems import STATUSES
from earshot.api.request import Request
from earshot.api.visitor import Visitor
from earshot.console.assets import PATH as ASSETS
from earshot.console.assets import asset_reply
from earshot.console.filters import THEMES, read_filters
from earshot.console.frame import rendered
from earshot.console.pages.alerts import alerts_page
from earshot.console.pages.campaigns import campaigns_page
from earshot.console.pages.case import case_page
from earshot.console.pages.cases import cases_page
from earshot.console.pages.home import home
from earshot.console.pages.person import person_page
from earshot.console.pages.pulse import pulse
from earshot.console.pages.responses import response_page, responses_page
from earshot.console.pages.score import score_page
from earshot.console.pages.segments import segment_page, segments_page
from earshot.console.pages.settings import settings_page
from earshot.console.pages.trend import trend_page
from earshot.console.reply import HTML, Reply, html_reply, sign_in
from earshot.console.visit import ConsoleDeps, Visit
from earshot.domain.errors import EarshotError, InvalidError, NotFoundError, NotSignedInError, UnforeseenError
from earshot.languages.catalogue import preferred
from earshot.languages.console_texts import ConsoleTexts, console_texts_for

Page = Callable[[Visit], Reply]
FORMS = ("csv", "json", "svg")
THEME_COOKIE = "earshot-theme"
A_YEAR = 31_536_000
BAD_REQUEST = 400
PROPERTY = "(?P<property>.{1,256})"
# What these say was written for the reader of the page.
SHOWN = (400, 403, 404, 409)

PAGES: Mapping[str, Page] = {
    "/app": home,
    "/app/s/{survey}/pulse": pulse,
    "/app/person": person_page,
    "/app/settings": settings_page,
    "/app/s/{survey}": score_page,
    "/app/s/{survey}/trend": trend_page,
    "/app/s/{survey}/segments": segments_page,
    "/app/s/{survey}/segments/{property}": segment_page,
    "/app/cases": cases_page,
    "/app/cases/{case}": case_page,
    "/app/s/{survey}/responses": responses_page,
    "/app/s/{survey}/campaigns": campaigns_page,
    "/app/s/{survey}/alerts": alerts_page,
    "/app/s/{survey}/responses/{response}": response_page,
}


def respond(request: Request, now: int, visitor: Callable[[], Visitor], deps: ConsoleDeps) -> Reply:
    """Return the page that a request is for; `visitor` tells who asks, and raises NotSignedInError if nobody does."""
    path = request.event["requestContext"]["http"]["path"]
    accepted = request.headers.get("accept-encoding", "")
    if path.startswith(ASSETS):
        return asset_reply(path.removeprefix(ASSETS), accepted) or _lost(request)
    try:
        found = visitor()
    except NotSignedInError:
        return sign_in(_here(request, path))
    texts = console_texts_for(found.member.locale)
    try:
        reply = _page(request, path, found, texts, now, deps)
    except EarshotError as exc:
        reply = error_reply(exc, request, texts, theme_of(request))
    return _with_theme(request, reply)


def _page(request: Request, path: str, visitor: Visitor, texts: ConsoleTexts, now: int, deps: ConsoleDeps) -> Reply:
    bare, _, form = path.rpartition(".")
    bare, form = (bare, form) if form in FORMS else (path, "html")
    bare = bare.rstrip("/")
    handler, parts = _found(bare)
    filters = read_filters(request.query)
    theme = theme_of(request)
    reply = handler(Visit(request, visitor, filters, texts, deps, now, bare, parts, form, theme))
    if form != "html" and reply.headers.get("content-type") == HTML:
        # The page does not come in this form: a file of this name would hold something else.
        raise NotFoundError("")
    return reply


def _found(path: str) -> tuple[Page, Mapping[str, str]]:
    """Return the page of a path, and what varies in it; those without a part that varies go first.

    The name of a property may have a slash.
    """
    for template in sorted(PAGES, key=lambda each: each.count("{")):
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]{1,256})", template.replace("{property}", PROPERTY))
        if found := re.fullmatch(pattern, path):
            return PAGES[template], found.groupdict()
    raise NotFoundError("")


def error_reply(error: EarshotError, request: Request, texts: ConsoleTexts, theme: str) -> Reply:
    """Return the page that says what went wrong, and what to do."""
    status = next(found[0] for kind, found in STATUSES.items() if isinstance(error, kind))
    name = f"error.{status}" if f"error.{status}" in texts.words else "error.500"
    html = rendered(
        "error.html",
        texts,
        theme,
        title=texts(f"{name}.title") if f"{name}.title" in texts.words else texts("error.500.title"),
        text=texts(name),
        detail=error.detail if status in SHOWN else "",
        faults=error.faults if isinstance(error, InvalidError) else (),
        instance=request.id,
        back=request.event["requestContext"]["http"]["path"] if status == BAD_REQUEST else "/app",
    )
    return html_reply(html, status, texts.language)


def theme_of(request: Request) -> str:
    """Return the theme that the address asks for, else the one that the visitor chose before."""
    asked = [
        pair.partition("=")[2]
        for pair in (request.event.get("rawQueryString") or "").split("&")
        if pair.startswith("theme=")
    ]
    kept = cookies_of(request).get(THEME_COOKIE, "")
    return next((theme for theme in (*asked, kept) if theme in THEMES), THEMES[0])


def _with_theme(request: Request, reply: Reply) -> Reply:
    """Keep the theme that the address asks for, so that the next page has it from its first moment."""
    theme = theme_of(request)
    if "theme=" not in (request.event.get("rawQueryString") or "") or theme == cookies_of(request).get(THEME_COOKIE):
        return reply
    cookie = f"{THEME_COOKIE}={theme}; Path=/app; Max-Age={A_YEAR}; SameSite=Lax; HttpOnly"
    return replace(reply, cookies=(*reply.cookies, cookie))


def cookies_of(request: Request) -> dict[str, str]:
    """Return the cookies of a request by their names."""
    pairs = (each.partition("=") for cookie in request.event.get("cookies") or [] for each in cookie.split("; "))
    return {name: value for name, _, value in pairs}


def _lost(request: Request) -> Reply:
    texts = console_texts_for(preferred(request.headers.get("accept-language", "")))
    return error_reply(NotFoundError(""), request, texts, THEMES[0])


def _here(request: Request, path: str) -> str:
    query = request.event.get("rawQueryString") or ""
    return f"{path}?{query}" if query else path


def failed(request: Request) -> Reply:
    """Return the page about an internal error, with what the log knows the request by."""
    texts = console_texts_for(preferred(request.headers.get("accept-language", "")))
    return error_reply(UnforeseenError(""), request, texts, theme_of(request))
