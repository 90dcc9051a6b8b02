"""What all forms of the console have in common: who sends them, and what they get if that may not be."""

from collections.abc import Callable, Mapping
from typing import Any

from earshot.api.request import Request
from earshot.api.visitor import Visitor
from earshot.console.filters import read_filters
from earshot.console.reply import Reply, sent, sign_in
from earshot.console.router import error_reply, theme_of
from earshot.console.visit import ConsoleDeps, Visit
from earshot.domain.errors import EarshotError, NotSignedInError
from earshot.languages.catalogue import preferred
from earshot.languages.console_texts import console_texts_for

Admit = Callable[[], tuple[Visitor, Mapping[str, str]]]
Act = Callable[[Visit, Mapping[str, str]], Reply]


def form_reply(request: Request, now: int, admit: Admit, deps: ConsoleDeps, act: Act) -> dict[str, Any]:
    """Return what a form is answered with: `admit` says who sends it and what is in it, `act` does what it asks for.

    Who is not signed in any more gets the page for that, which then leads back to where the form was.
    """
    path = request.event["requestContext"]["http"]["path"]
    texts = console_texts_for(preferred(request.headers.get("accept-language", "")))
    try:
        visitor, fields = admit()
        texts = console_texts_for(visitor.member.locale)
        parts = dict(request.event.get("pathParameters") or {})
        visit = Visit(request, visitor, read_filters({}), texts, deps, now, path, parts, theme=theme_of(request))
        reply = act(visit, fields)
    except NotSignedInError:
        reply = sign_in(path)
    except EarshotError as exc:
        reply = error_reply(exc, request, texts, theme_of(request))
    return sent(reply, request.headers.get("accept-encoding", ""))
