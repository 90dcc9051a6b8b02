"""The pages that a link in a mail leads to: the response page, and unsubscribing."""

from collections.abc import Mapping
from typing import Any

from earshot.api.schema import Schema
from earshot.domain.statement import LONGEST_COMMENT
from earshot.pages import forms
from earshot.pages.render import Notice
from earshot_cli.openapi.operations import FORM, PARTS, Body, Operation, Reply

HTML = "text/html; charset=utf-8"
SCORES: Schema = {"type": "string", "enum": [str(score) for score in range(11)]}

_RESPONSE_FORM: Schema = {
    "type": "object",
    "properties": {
        forms.SCORE: SCORES,
        forms.COMMENT_FIELD: {"type": "string", "maxLength": LONGEST_COMMENT},
        forms.PREFILLED: {"const": "yes", "description": "The earlier comment stood in the box; empty takes it back."},
        forms.CONTACT_REQUESTED: {"enum": [forms.TICKED, "false"], "description": "The box that asks for contact."},
        forms.FINAL: {
            "const": "false",
            "description": "Not a response: a person was seen on the page; the response is 204.",
        },
        forms.HONEYPOT: {"type": "string", "description": "A field no person sees; only a machine fills it in."},
    },
    "required": [forms.SCORE],
}
_UNSUBSCRIBE: Schema = {
    "type": "object",
    "properties": {
        forms.ONE_CLICK[0]: {"const": forms.ONE_CLICK[1]},
        forms.CONFIRM: {"const": "yes"},
        forms.UNDO: {"const": "yes"},
    },
    "description": "A mail client's one click (RFC 8058) or the page's button; the request alone is enough.",
}
_GONE = {
    Notice.WRONG_LINK.status: Reply("This is not a link of this survey tool.", media=HTML),
    Notice.EXPIRED.status: Reply("The link is over, or the survey is closed.", media=HTML),
    Notice.FAILED.status: Reply("Something went wrong on our side.", media=HTML),
}


def _page(meaning: str) -> Reply:
    return Reply(meaning, media=HTML)


def _pages(**meanings: str) -> dict[int, Reply]:
    """Describe the pages that a link may lead to, in addition to those that every link may."""
    return _GONE | {int(status.removeprefix("on_")): _page(meaning) for status, meaning in meanings.items()}


def _operation(name: str, summary: str, replies: Mapping[int, Reply], **more: Any) -> Operation:
    return Operation(name=name, tag="Pages", summary=summary, replies=replies, is_page=True, **more)


OPERATIONS = (
    _operation(
        "show_question",
        "Show the question; a score in the link is preselected, and nothing is recorded.",
        _pages(on_200="The page."),
        more_query={"score": {"type": "string", "description": "The score of the link; an invalid one is ignored."}},
    ),
    _operation(
        "check_question",
        "Return the headers of the response page.",
        _pages(on_200="The page."),
    ),
    _operation(
        "submit_form",
        "Submit a response or a change of it, or report that a person is on the page.",
        {204: Reply("Noted: a person is on the page.")}
        | _pages(
            on_200="Thanks, with the way back to change it.",
            on_409="The current response: it can no longer be changed.",
            on_422="The form with what must be corrected.",
        ),
        again="A mail has one response: the same again changes nothing, a different one changes it.",
        body=Body({"nine": {"score": "9", "comment": "Fast and friendly."}}, (FORM, PARTS), _RESPONSE_FORM),
    ),
    _operation(
        "show_unsubscribe",
        "Show the page for unsubscribing; nothing is changed.",
        _pages(on_200="The page."),
    ),
    _operation(
        "check_unsubscribe",
        "Return the headers of the page.",
        _pages(on_200="The page."),
    ),
    _operation(
        "unsubscribe",
        "Unsubscribe at once, however often; or take it back within the hour.",
        _pages(on_200="It is done."),
        body=Body({"one-click": dict([forms.ONE_CLICK])}, (FORM, PARTS), _UNSUBSCRIBE, required=False),
        again="An unsubscribed person stays so, and so does one who undid it.",
    ),
)
