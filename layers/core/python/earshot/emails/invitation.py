"""Render the invitation to a survey and its reminder: with eleven links as HTML, with one link as plain text."""

from dataclasses import dataclass
from typing import Any

from earshot.emails.brand import MailBrand
from earshot.emails.mail_templates import rendered
from earshot.languages.texts import Texts, cleaned

SCORES = range(11)
LAST_OF_THE_FIRST_ROW = 5  # where the row of numbers breaks on a telephone


@dataclass(frozen=True, slots=True)
class MailFacts:
    """What an invitation is made of; without a question of the survey's own, the language's is asked.

    A reminder differs from the invitation in its subject and in the sentence before the question.
    """

    brand: MailBrand
    texts: Texts
    response_url: str
    unsubscribe_url: str
    question: str | None = None
    name: str | None = None
    is_reminder: bool = False

    def __post_init__(self) -> None:
        for url in (self.response_url, self.unsubscribe_url):
            if not url.startswith(("https://", "http://")):
                raise ValueError("a link in a mail must be an http(s) address")


@dataclass(frozen=True, slots=True)
class Mail:
    """A rendered mail: its subject and both of its parts."""

    subject: str
    html: str
    text: str


def render_invitation(invitation: MailFacts) -> Mail:
    """Render an invitation; the same facts give the same mail."""
    words = _words(invitation)
    return Mail(words["subject"], *rendered("invitation", words))


def _words(invitation: MailFacts) -> dict[str, Any]:
    """Return everything that the templates show."""
    texts, brand, reminds = invitation.texts, invitation.brand, invitation.is_reminder
    name = cleaned(invitation.name or "")
    own_question = cleaned(invitation.question or "")

    def fill(text: str) -> str:
        return texts.fill(text, brand=brand.name, name=name)

    links = [(score, f"{invitation.response_url}?score={score}") for score in SCORES]
    return {
        "language": texts.language,
        "direction": texts.direction,
        "brand": brand,
        "subject": fill(texts.reminder_subject if reminds else texts.invitation_subject),
        "preheader": fill(texts.invitation_preheader),
        "greeting": fill(texts.greeting_with_name if name else texts.greeting),
        "intro": fill(texts.reminder_intro if reminds else texts.invitation_intro),
        "choose_below": texts.choose_below,
        "question": own_question or fill(texts.question),
        "anchor_low": texts.anchor_low,
        "anchor_high": texts.anchor_high,
        "instruction": texts.text_instruction,
        "reason": fill(texts.reason),
        "response_url": invitation.response_url,
        "unsubscribe": texts.unsubscribe,
        "unsubscribe_url": invitation.unsubscribe_url,
        "links": links,
        "rows": (links[: LAST_OF_THE_FIRST_ROW + 1], links[LAST_OF_THE_FIRST_ROW + 1 :]),
    }
