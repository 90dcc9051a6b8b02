"""/app/sign-in, /app/invitation and /app/sign-out: a GET shows, and only a POST starts a session or ends it.

Nothing else starts sessions. Invoked directly (IAM is then the authority) it makes an invitation and returns its path.
"""

from typing import Any

from earshot import bootstrap
from earshot.api.access import audit_invocation, audit_session
from earshot.api.http import ALWAYS, CORRELATION
from earshot.api.problems import STATUSES
from earshot.api.request import Request
from earshot.api.route import Handler, Route
from earshot.api.sign_in import (
    ASKING,
    browser_token,
    networks_from,
    page_asked_for,
    read_address,
    read_code,
)
from earshot.api.visitor import COOKIE, check_form, check_sender, read_form, visitor_of
from earshot.console.sign_in_pages import (
    Page,
    Words,
    code_page,
    failed_page,
    form_page,
    invitation_over_page,
    invitation_page,
    link_page,
    other_browser_page,
    refused_page,
    too_often_page,
    words_for,
)
from earshot.domain.browsers import browser_of
from earshot.domain.errors import EarshotError, ForbiddenError, NotSignedInError, TooManyError
from earshot.domain.sessions import LONGEST_MS, value_of
from earshot.domain.sign_ins import ASKING_MS, next_page
from earshot.observability import logger
from earshot.services.sessions.ask_to_sign_in import Wish, ask_to_sign_in
from earshot.services.sessions.make_invitation import invitation_path, make_invitation
from earshot.services.sessions.sign_in import (
    SignedIn,
    accept_invitation,
    open_invitation,
    open_link,
    sign_in_by_code,
    sign_in_by_link,
)
from earshot.services.team.manage_members import find_member

SIGN_IN, CODE = "/app/sign-in", "/app/sign-in/code"
Reply = dict[str, Any]


def lambda_handler(event: dict[str, Any], _: object) -> Reply:
    if "requestContext" not in event:
        return invite(event)
    request = Request(event)
    texts = words_for(request)
    try:
        reply: Reply = ROUTES[request.route].handler(request, texts)
    except TooManyError as exc:
        reply = shown(too_often_page(texts, exc.retry_after))
        reply["headers"]["retry-after"] = str(exc.retry_after)
    except ForbiddenError:
        reply = shown(refused_page(texts))
    except EarshotError as exc:
        reply = shown(
            failed_page(texts, next(status for kind, (status, *_) in STATUSES.items() if isinstance(exc, kind)))
        )
    except Exception:  # noqa: BLE001 - the last resort: a visitor gets a page, the log the details
        logger.exception("page failed", correlation_id=request.id)
        reply = shown(failed_page(texts, 500))
    if reply["statusCode"] >= 400:
        logger.info("page", correlation_id=request.id, route=request.route, status=reply["statusCode"])
    reply["headers"] |= {CORRELATION: request.id, **ALWAYS}
    return reply | {"body": ""} if request.route.startswith("HEAD ") else reply


def show_form(request: Request, texts: Words) -> Reply:
    return shown(form_page(texts, next_page(page_asked_for(request))))


def ask(request: Request, texts: Words) -> Reply:
    """Reply the same to everybody: whether the address is a member's is found out where the mail is sent."""
    site = bootstrap.site()
    check_sender(request, site)
    fields = read_form(request)
    typed, page = fields.get("email", ""), next_page(fields.get("next", ""))
    address = read_address(typed)
    if address is None:
        return shown(form_page(texts, page, typed, is_wrong=True))
    browser = bootstrap.new_token()
    ask_to_sign_in(Wish(address, page, browser, networks_from(request), request.id), bootstrap.ask_deps())
    return redirect(CODE, site.cookie(ASKING, browser, ASKING_MS // 1000))


def show_code_form(request: Request, texts: Words) -> Reply:
    if browser_token(request, bootstrap.site()) is None:
        return redirect(SIGN_IN)
    return shown(code_page(texts))


def take_code(request: Request, texts: Words) -> Reply:
    check_sender(request, bootstrap.site())
    code = read_code(read_form(request).get("code", ""))
    if code is None:
        return shown(code_page(texts, "code_wrong", 422))
    try:
        begun = sign_in_by_code(
            code, browser_token(request, bootstrap.site()), browser_name(request), bootstrap.sign_in_deps()
        )
    except NotSignedInError:
        return shown(code_page(texts, "code_over", 422))
    return shown(code_page(texts, "code_wrong", 422)) if begun is None else signed_in(begun, "code", request)


def show_link(request: Request, texts: Words) -> Reply:
    """Show a button: programs that look for malware open every link of a mail."""
    token = request.path("token")
    asking = open_link(token, browser_token(request, bootstrap.site()), bootstrap.sign_in_deps())
    return shown(other_browser_page(texts) if asking is None else link_page(texts, f"{SIGN_IN}/{token}"))


def take_link(request: Request, texts: Words) -> Reply:
    check_sender(request, bootstrap.site())
    browser = browser_token(request, bootstrap.site())
    begun = sign_in_by_link(request.path("token"), browser, browser_name(request), bootstrap.sign_in_deps())
    return shown(other_browser_page(texts, 410)) if begun is None else signed_in(begun, "link", request)


def show_invitation(request: Request, texts: Words) -> Reply:
    token = request.path("token")
    found = open_invitation(token, bootstrap.sign_in_deps())
    if found is None:
        return shown(invitation_over_page(texts))
    return shown(invitation_page(texts, invitation_path(token), found[1]))


def take_invitation(request: Request, texts: Words) -> Reply:
    check_sender(request, bootstrap.site())
    begun = accept_invitation(request.path("token"), browser_name(request), bootstrap.sign_in_deps())
    return shown(invitation_over_page(texts)) if begun is None else signed_in(begun, "invitation", request)


def sign_out(request: Request, _: Words) -> Reply:
    site, sessions = bootstrap.site(), bootstrap.sessions()
    try:
        visitor = visitor_of(request, bootstrap.now(), sessions=sessions, site=site)
    except NotSignedInError:
        return redirect(SIGN_IN, site.cookie(COOKIE, "", 0))
    check_form(request, visitor, site)
    sessions.end(visitor.session)
    audit_session("sign out", visitor.member.id, request.id)
    return redirect(SIGN_IN, site.cookie(COOKIE, "", 0))


def signed_in(begun: SignedIn, way: str, request: Request) -> Reply:
    """Set the cookie of a new session, and take that of the asking away."""
    site, member = bootstrap.site(), begun.session.member
    audit_session(f"sign in by {way}", member, request.id)
    session = site.cookie(COOKIE, value_of(member, begun.token), LONGEST_MS // 1000)
    return redirect(begun.next, session, site.cookie(ASKING, "", 0))


def invite(event: dict[str, Any]) -> Reply:
    """Make an invitation for a member."""
    token, member = bootstrap.new_token(), find_member(str(event["member"]), bootstrap.members())
    make_invitation(member, token, bootstrap.now(), bootstrap.sign_ins())
    audit_invocation("make an invitation", member=member.id)
    return {"member": member.id, "path": invitation_path(token)}


def browser_name(request: Request) -> str:
    return browser_of(request.headers.get("user-agent", ""))


def shown(page: Page) -> Reply:
    return {"statusCode": page.status, "headers": page.headers, "body": page.html}


def redirect(address: str, *cookies: str) -> Reply:
    headers = {"location": address, "cache-control": "no-store, private", "referrer-policy": "no-referrer"}
    return {"statusCode": 303, "headers": headers, "body": "", "cookies": list(cookies)}


def page(key: str, name: str, handler: Handler, open_because: str) -> Route:
    return Route(key, name, handler, open_because=open_because)


NOBODY, TOKEN, ITSELF = "nobody is signed in yet", "the token in the link names the member", "the session names itself"
ROUTES = {
    each.key: each
    for each in (
        page("GET /app/sign-in", "show_sign_in", show_form, NOBODY),
        page("HEAD /app/sign-in", "check_sign_in", show_form, NOBODY),
        page("POST /app/sign-in", "ask_to_sign_in", ask, NOBODY),
        page("GET /app/sign-in/code", "show_sign_in_code", show_code_form, NOBODY),
        page("POST /app/sign-in/code", "sign_in_by_code", take_code, NOBODY),
        page("GET /app/sign-in/{token}", "show_sign_in_link", show_link, TOKEN),
        page("POST /app/sign-in/{token}", "sign_in_by_link", take_link, TOKEN),
        page("GET /app/invitation/{token}", "show_team_invitation", show_invitation, TOKEN),
        page("POST /app/invitation/{token}", "accept_team_invitation", take_invitation, TOKEN),
        page("POST /app/sign-out", "sign_out", sign_out, ITSELF),
    )
}
