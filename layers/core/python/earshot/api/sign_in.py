"""What the pages of signing in read of a request: who asks, in which browser, and what was typed."""

from earshot.api.fields import EMAIL
from earshot.api.request import Request
from earshot.api.viewer_address import VIEWER
from earshot.api.visitor import cookie_of
from earshot.domain.errors import EarshotError
from earshot.domain.sign_ins import DIGITS
from earshot.domain.site import Site

# The cookie of a browser that asked for a mail.
ASKING = "earshot-asking"


def browser_token(request: Request, site: Site) -> str | None:
    """Return the token of the browser that asked for a mail; None in any other."""
    return cookie_of(request, site.cookie_name(ASKING)) or None


def networks_from(request: Request) -> tuple[str, ...]:
    """Return the visitor's address and, behind a CDN, that of the edge; they are personal, and never logged.

    The CDN's word is not proved here, as this function knows no secret: the edge has a limit, too.
    """
    viewer = request.headers.get(VIEWER)
    return (viewer, request.address) if viewer else (request.address,)


def read_address(text: str) -> str | None:
    """Return a typed e-mail address as it can be mailed; None if it is none."""
    try:
        return str(EMAIL.check(text))
    except ValueError:
        return None


def read_code(text: str) -> str | None:
    """Return a typed code without the space in it; None if it is none."""
    code = "".join(text.split())
    return code if len(code) == DIGITS and code.isascii() and code.isdecimal() else None


def page_asked_for(request: Request) -> str:
    """Return the page that the visitor wanted, as it was asked for; empty if none was."""
    try:
        return request.query.get("next", "")
    except EarshotError:
        return ""
