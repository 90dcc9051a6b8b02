"""The texts of one language, each with a name, and the one way to put a brand and a person into them."""

import re
import unicodedata
from dataclasses import dataclass

PLACEHOLDER = re.compile(r"\{(brand|name|score)\}")
FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"
RIGHT_TO_LEFT = {"R", "AL", "AN"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """Every text a respondent may read in one language, with placeholders for `fill`."""

    language: str
    direction: str  # ltr or rtl

    # the mail
    invitation_subject: str
    invitation_preheader: str
    greeting: str
    greeting_with_name: str
    invitation_intro: str
    question: str
    anchor_low: str
    anchor_high: str
    choose_below: str  # in the HTML part, above the numbers
    text_instruction: str  # in the plain part, a link follows
    reason: str
    unsubscribe: str
    reminder_subject: str
    reminder_intro: str

    # the response page
    choose_score: str
    your_response: str  # a number follows
    comment_label: str
    comment_hint: str
    comment_too_long: str
    contact_me: str  # the label of the box that asks for contact
    leave_empty: str  # the label of the field that only machines fill in
    send: str
    change: str
    thank_you_title: str
    thank_you_text: str
    may_change: str
    earlier_comment: str  # the comment of a response that was changed since follows
    comment_stays: str

    # the widget, in addition to the page's words: why, and thanks, by band
    close: str
    tab: str  # the handle at the edge of a page that opens the question
    why_detractor: str
    why_passive: str
    why_promoter: str
    thanks_detractor: str
    thanks_passive: str
    thanks_promoter: str

    # after Send: what is shown before the server has the response, and when it will not have it
    thanks_for_time: str  # claims nothing
    not_sent_yet: str
    just_closed: str
    not_accepted: str
    copy_comment: str  # the comment follows, to be copied

    # what may go wrong there
    expired_title: str
    expired_text: str
    gone_title: str  # what it was for is no longer kept, as after an erasure: the text names no person
    gone_text: str
    wrong_title: str
    wrong_text: str
    closed_title: str
    closed_text: str
    failed_title: str
    failed_text: str

    # the page that ends the mails
    unsubscribe_title: str
    unsubscribe_text: str
    unsubscribe_button: str
    unsubscribed_title: str
    unsubscribed_text: str
    undo_button: str
    undone_title: str
    undone_text: str

    def fill(self, text: str, *, brand: str = "", name: str = "", score: str = "") -> str:
        """Insert a brand, a person's name and a score where a text wants them, once and literally.

        HTML is escaped by templates.
        """
        values = {"brand": brand, "name": name, "score": score}
        return PLACEHOLDER.sub(lambda place: self._isolated(cleaned(values[place[1]])), text)

    def _isolated(self, value: str) -> str:
        """Keep a value that may run the other way from reordering the words around it."""
        if self.direction == "ltr" and not any(
            unicodedata.bidirectional(character) in RIGHT_TO_LEFT for character in value
        ):
            return value
        return f"{FIRST_STRONG_ISOLATE}{value}{POP_ISOLATE}"


def cleaned(value: str) -> str:
    """Make one line of a value, without control characters and marks that turn the direction of what follows."""
    return " ".join("".join(character for character in value if not _steers(character)).split())


def _steers(character: str) -> bool:
    """Return whether a character would control the text instead of being read; line breaks count as spaces."""
    kind = unicodedata.category(character)
    if kind == "Cf":
        return unicodedata.bidirectional(character) in _TURNING or character == "\ufeff"
    return kind in ("Cc", "Cs") and not character.isspace()


_TURNING = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
