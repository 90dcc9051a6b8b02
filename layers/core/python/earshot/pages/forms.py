"""What comes back from a page's form, which may be anything at all: read strictly, refused without losing the text."""

import re
from dataclasses import dataclass
from enum import Enum
from typing import NoReturn
from urllib.parse import parse_qsl

from earshot.domain.errors import FieldError, InvalidError
from earshot.domain.statement import LONGEST_COMMENT
from earshot.domain.unicode_text import replace_unstorable

# A comment of 10,000 Chinese characters has 90,000 bytes in a form: nine for each.
LARGEST = 128 * 1024
MOST_FIELDS = 20
ONE_CLICK = ("List-Unsubscribe", "One-Click")
FORM, PARTS = "application/x-www-form-urlencoded", "multipart/form-data"

# The names in the page's form. No browser fills in a `topic` by itself, so it stays empty unless a machine wrote it.
SCORE, COMMENT_FIELD, HONEYPOT, CONFIRM = "score", "comment", "topic", "confirm"
# The box that asks for contact: its value is sent only where it is ticked.
CONTACT_REQUESTED, TICKED = "contact_requested", "true"
# Says that the box held the earlier comment: if it comes back empty, the comment was taken back.
PREFILLED = "prefilled"
# The button that takes an unsubscribe back.
UNDO = "undo"
# "false" says that Send was not clicked: a person is on the page, and the score is that of the link they followed.
FINAL = "final"

_SCORE = re.compile(r"10|[0-9]", re.ASCII)
_BOUNDARY = re.compile(r'; *boundary="?([^";,\s]{1,70})', re.ASCII | re.IGNORECASE)
_NAME = re.compile(r'\ncontent-disposition: *form-data;[^\n]*?\bname="([^"\n]*)"', re.IGNORECASE)


class FormFault(Enum):
    """What is wrong with a form; a person can fix the first two, and the page says how."""

    NO_SCORE = "no-score"
    COMMENT_TOO_LONG = "comment-too-long"
    TOO_LARGE = "too-large"
    NOT_A_FORM = "not-a-form"


_SENTENCES = {
    FormFault.NO_SCORE: FieldError(SCORE, "a whole number from 0 to 10 is required"),
    FormFault.COMMENT_TOO_LONG: FieldError(COMMENT_FIELD, f"at most {LONGEST_COMMENT} characters are allowed"),
    FormFault.TOO_LARGE: FieldError("", f"the form has more than {LARGEST} bytes or {MOST_FIELDS} fields"),
    FormFault.NOT_A_FORM: FieldError("", f"the body is not a form ({FORM} in UTF-8, each field once)"),
}


class FormError(InvalidError):
    """A form that cannot be taken as it is; it still holds what could be read of it, for the page to show."""

    def __init__(
        self,
        fault: FormFault,
        score: int | None = None,
        comment: str | None = None,
        *,
        contact_requested: bool = False,
    ) -> None:
        super().__init__(_SENTENCES[fault])
        self.fault = fault
        self.score = score
        self.comment = comment
        self.contact_requested = contact_requested


@dataclass(frozen=True, slots=True)
class ResponseForm:
    """A response as the page's form sends it.

    `honeypot` is what was written into the field no person sees; `is_prefilled` says that the box held the earlier
    comment when the page was shown.
    """

    score: int
    comment: str | None = None
    honeypot: str = ""
    is_prefilled: bool = False
    contact_requested: bool = False


def read_response_form(raw: bytes, content_type: str) -> ResponseForm:
    """Read the response page's form; FormError, with what could be read of it, for anything else."""
    fields = _fields(raw, content_type)
    score = int(fields[SCORE]) if _SCORE.fullmatch(fields.get(SCORE, "")) else None
    # What no queue takes would lose the whole response: a person can neither see it nor take it out.
    comment = replace_unstorable(fields.get(COMMENT_FIELD, "").replace("\r\n", "\n"))
    comment = comment if comment.strip() else ""
    wants_contact = fields.get(CONTACT_REQUESTED) == TICKED
    if len(comment) > LONGEST_COMMENT:
        raise FormError(FormFault.COMMENT_TOO_LONG, score, comment, contact_requested=wants_contact)
    if score is None:
        raise FormError(FormFault.NO_SCORE, None, comment or None, contact_requested=wants_contact)
    is_prefilled = fields.get(PREFILLED) == "yes"
    return ResponseForm(score, comment or None, fields.get(HONEYPOT, ""), is_prefilled, wants_contact)


def asks_to_unsubscribe(raw: bytes, content_type: str) -> bool:
    """Return whether a body is the page's button or a mail client's one click (RFC 8058: either kind of form)."""
    try:
        fields = _fields(raw, content_type)
    except FormError:
        return False
    return fields.get(ONE_CLICK[0]) == ONE_CLICK[1] or fields.get(CONFIRM) == "yes"


def asks_to_undo(raw: bytes, content_type: str) -> bool:
    """Return whether a body is the button that takes an unsubscribe back."""
    try:
        return _fields(raw, content_type).get(UNDO) == "yes"
    except FormError:
        return False


def read_signal(raw: bytes, content_type: str) -> tuple[bool, int | None]:
    """Return whether a form is no response but the sign of a person on the page, and the score of their link."""
    try:
        fields = _fields(raw, content_type)
    except FormError:
        return False, None
    return fields.get(FINAL) == "false", read_preselection(fields.get(SCORE))


def read_preselection(value: str | None) -> int | None:
    """Read the score that a link in a mail proposes; None for whatever is no score."""
    return int(value) if value and _SCORE.fullmatch(value) else None


def _fields(raw: bytes, content_type: str) -> dict[str, str]:
    if len(raw) > LARGEST:
        _refuse(FormFault.TOO_LARGE)
    if _media_type(content_type) == PARTS:
        return _multipart(raw, content_type)
    return _urlencoded(raw) if _media_type(content_type) == FORM else _refuse(FormFault.NOT_A_FORM)


def _media_type(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def _urlencoded(raw: bytes) -> dict[str, str]:
    text = _decoded(raw)
    if text.count("&") >= MOST_FIELDS:
        _refuse(FormFault.TOO_LARGE)
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="surrogatepass")
    except UnicodeDecodeError:
        _refuse(FormFault.NOT_A_FORM)
    return _each_once(pairs)


def _multipart(raw: bytes, content_type: str) -> dict[str, str]:
    """Read the parts between the boundaries; the standard library's reader of mail takes too much and fails on junk."""
    text = "\n" + _decoded(raw).replace("\r\n", "\n")
    boundary = _BOUNDARY.search(content_type)
    parts = text.split(f"\n--{boundary[1]}")[1:-1] if boundary else []
    if len(parts) > MOST_FIELDS:
        _refuse(FormFault.TOO_LARGE)
    return _each_once([_part(part) for part in parts])


def _part(text: str) -> tuple[str, str]:
    head, _, body = text.partition("\n\n")
    name = _NAME.search(head)
    return (name[1] if name else "", body)


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        _refuse(FormFault.NOT_A_FORM)


def _each_once(pairs: list[tuple[str, str]]) -> dict[str, str]:
    fields = dict(pairs)
    return fields if len(fields) == len(pairs) else _refuse(FormFault.NOT_A_FORM)


def _refuse(fault: FormFault) -> NoReturn:
    raise FormError(fault)
