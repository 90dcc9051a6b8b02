"""The member who is signed in in a browser, and the forms that only pages of the console can send for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from hmac import compare_digest
from urllib.parse import parse_qsl

from earshot.api.request import Request
from earshot.api.request_body import ONE_RESPONSE, body_bytes, check_size
from earshot.domain.access import SCOPES_OF, Caller
from earshot.domain.errors import ForbiddenError, NotSignedInError
from earshot.domain.members import Member
from earshot.domain.sessions import Session, form_token, read_value
from earshot.domain.site import Site
from earshot.domain.unicode_text import has_unstorable_characters
from earshot.ports.sessions import Sessions
from earshot.services.sessions.find_session import find_session

COOKIE = "earshot"
FORM = "application/x-www-form-urlencoded"
TOKEN = "token"  # noqa: S105 - the name of a field
MOST_FIELDS = 1000


@dataclass(frozen=True, slots=True)
class Visitor:
    """A member with the session of this browser, what its forms carry (`token`), and what the member may do."""

    member: Member
    session: Session
    form_token: str
    caller: Caller


def visitor_of(request: Request, now: int, *, sessions: Sessions, site: Site) -> Visitor:
    """Return who is signed in in the browser that sent a request, and note their id with it.

    Raises NotSignedInError if nobody is. Role and access are read with each request.
    """
    value = cookie_of(request, site.cookie_name(COOKIE))
    if value is None:
        raise NotSignedInError("nobody is signed in in this browser")
    session, member = find_session(value, now, sessions=sessions)
    caller = Caller(SCOPES_OF[member.role], member.access, member.id, member.role)
    request.member = member.id
    return Visitor(member, session, form_token(read_value(value)[1]), caller)


def cookie_of(request: Request, name: str) -> str | None:
    """Return the value of a cookie; None if it is not there, or there twice, so that one may be another's."""
    pairs = (each.partition("=") for each in request.event.get("cookies") or ())
    found = [value.strip() for key, _, value in pairs if key.strip() == name]
    return found[0] if len(found) == 1 else None


def check_form(request: Request, visitor: Visitor, site: Site) -> dict[str, str]:
    """Return the fields of a form that a page of the console sent for a visitor; ForbiddenError for any other."""
    check_sender(request, site)
    fields = read_form(request)
    if not compare_digest(fields.pop(TOKEN, "").encode(), visitor.form_token.encode()):
        raise ForbiddenError("this form is of another session; open the page again and send it once more")
    return fields


def check_sender(request: Request, site: Site) -> None:
    """Refuse what a page of another site sends, with ForbiddenError; a browser says which page it was."""
    headers = request.headers
    sender = headers.get("sec-fetch-site")
    if sender is not None:
        is_ours = sender == "same-origin"
    else:
        host = str(request.event.get("requestContext", {}).get("domainName", ""))
        is_ours = headers.get("origin") in site.origins(host)
    if not is_ours:
        raise ForbiddenError("this form was not sent by a page of Earshot; open the page and send it from there")


def read_form(request: Request) -> dict[str, str]:
    """Return the fields of a form, each of which may come once; ForbiddenError, TooLargeError or InvalidError."""
    raw = body_bytes(request.event)
    check_size(len(raw), ONE_RESPONSE)
    if _media(request.headers) != FORM:
        raise ForbiddenError(f"this is not a form; send {FORM}")
    fields: dict[str, str] = {}
    try:
        pairs = parse_qsl(raw.decode(), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError as exc:
        raise ForbiddenError("this form is not readable") from exc
    for name, value in pairs:
        if name in fields or has_unstorable_characters(name + value):
            raise ForbiddenError("this form is not readable: each field is given once, in UTF-8")
        fields[name] = value
    return fields


def _media(headers: Mapping[str, str]) -> str:
    return headers.get("content-type", "").partition(";")[0].strip().lower()
