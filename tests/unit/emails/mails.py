"""Invitations for the tests of mails, and a reader that sees HTML as a parser does."""

from html.parser import HTMLParser
from typing import Any

from earshot.emails.brand import MailBrand
from earshot.emails.invitation import MailFacts
from earshot.languages.catalogue import texts_for

RESPONSE_URL = "https://asks.example/s/" + "A7-_" * 40
UNSUBSCRIBE_URL = "https://asks.example/u/" + "B8-_" * 40
HOUR = 3_600_000
MONDAY = 1_795_424_400_000  # 23 November 2026, 9:00 in London and 10:00 in Berlin
VOID = {"meta", "img", "br", "hr", "link", "input"}


def make_facts(locale: str = "en", **changes: Any) -> MailFacts:
    """Make an invitation from Northwind Rail to Ann."""
    facts: dict[str, Any] = {
        "brand": MailBrand("Northwind Rail", "#0f6b5c"),
        "texts": texts_for(locale),
        "response_url": RESPONSE_URL,
        "unsubscribe_url": UNSUBSCRIBE_URL,
        "name": "Ann",
    }
    return MailFacts(**{**facts, **changes})


class Page(HTMLParser):
    """What stands in a page: its elements with their attributes, its links and its text; and whether it is sound."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self.comments: list[str] = []
        self.faults: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        self.faults += [f"<{tag}> is never closed" for tag in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.faults.append(f"<{tag}> has an attribute twice")
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.faults.append(f"</{tag}> closes something else")

    def handle_data(self, data: str) -> None:
        if "style" not in self._open:
            self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())

    @property
    def links(self) -> list[str]:
        return [attributes["href"] for tag, attributes in self.elements if tag == "a"]

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]


def make_case_data(**changes: Any) -> dict[str, Any]:
    """Make what a mail about a case of Fabrikam's Ada is made of; its owner reads it in Berlin on Monday."""
    data: dict[str, Any] = {
        "clock": "contact",
        "reader": "owner",
        "is_urgent": True,
        "score": 2,
        "responses": 1,
        "comment": "Three weeks late, and <nobody> answers.",
        "account": "Fabrikam",
        "person": {"id": "c-17", "name": "Ada Lovelace", "email": "ada@fabrikam.example"},
        "owner": "Bea Braun",
        "opened_at": MONDAY,
        "contact_due_at": MONDAY + 28 * HOUR,
        "contacted_at": None,
        "close_due_at": MONDAY + 168 * HOUR,
        "facts": [],
        "earlier_facts": 0,
        "link": "https://nps.example.com/v1/cases/6d0f4d5c",
        "timezone": "Europe/Berlin",
        "locale": "en",
        "now": MONDAY + HOUR,
    }
    return data | changes
