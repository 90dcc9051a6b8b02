"""Asking people on the running stack: surveys, invitations, mails with their links, and the forms behind them."""

import re
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

import pytest

from tests.e2e.conftest import Reply, Stack

SECONDS = 45
ALL_DAY = {"sending_hours": [0, 24], "quiet_days": 0}
FORM = "application/x-www-form-urlencoded"

T = TypeVar("T")


@dataclass(frozen=True)
class Mail:
    """A mail as it reached the outbox."""

    id: str
    message: EmailMessage

    @property
    def text(self) -> str:
        return self._part("plain")

    @property
    def html(self) -> str:
        return self._part("html")

    @property
    def scores(self) -> dict[int, str]:
        """The path of each number's link, as the HTML part has them."""
        links = re.findall(r"href=\"(https?://[^\"]+\?score=(\d+))\"", self.html)
        return {int(score): _path(url) for url, score in links}

    @property
    def respond(self) -> str:
        return self.scores[0].partition("?")[0]

    @property
    def unsubscribe(self) -> str:
        return _path(str(self.message["List-Unsubscribe"]).strip("<>"))

    @property
    def links(self) -> set[str]:
        """Every link of both parts and of the headers."""
        found = re.findall(r"https?://[^\s\"<>]+", f"{self.html}\n{self.text}\n<{self.message['List-Unsubscribe']}>")
        return {_path(link.replace("&amp;", "&")) for link in found if "/s/" in link or "/u/" in link}

    def _part(self, subtype: str) -> str:
        part = self.message.get_body((subtype,))
        assert part is not None
        return "\n".join(str(part.get_content()).splitlines())


def a_survey(stack: Stack, name: str = "Acme", **settings: Any) -> str:
    """Make a survey of the test's own, which may send at any hour."""
    survey = f"ask-{uuid.uuid4().hex[:12]}"
    rules = ALL_DAY | settings.pop("rules", {})
    made = stack.call("PUT", f"/v1/surveys/{survey}", {"name": name, "rules": rules, **settings})
    assert made.status == 201, made.body
    return survey


def an_address(name: str = "ann") -> str:
    return f"{name}.{uuid.uuid4().hex[:10]}@example.net"


def id_of(address: str) -> str:
    """Make the id of a person of their address: an id is no address."""
    return address.partition("@")[0]


def ask(stack: Stack, survey: str, person: dict[str, Any], **wish: Any) -> dict[str, Any]:
    """Wish that one person be asked; return what was decided."""
    reply = stack.call("POST", f"/v1/surveys/{survey}/invitations", {"invitations": [{"person": person, **wish}]})
    assert reply.status == 202, reply.body
    (decided,) = reply.body["invitations"]
    return dict(decided)


def decisions(stack: Stack, person: str) -> list[dict[str, Any]]:
    reply = stack.call("GET", f"/v1/people/{person}/invitations")
    assert reply.status == 200
    return list(reply.body["invitations"])


def score(stack: Stack, survey: str) -> dict[str, Any]:
    return dict(stack.call("GET", f"/v1/surveys/{survey}/nps?window=all").body)


def mails_to(stack: Stack, address: str) -> list[Mail]:
    """The mails to an address, newest first."""
    listed = stack.call("GET", "/outbox.json", key=False).body["mails"]
    ids = [mail["id"] for mail in listed if mail["to"] == address]
    return [Mail(name, _message(stack, name)) for name in ids]


def mail_to(stack: Stack, address: str, number: int = 1) -> Mail:
    """The latest mail to an address once there are so many of them."""
    return eventually(lambda: mails_to(stack, address), lambda found: len(found) == number)[0]


def send_form(stack: Stack, path: str, **fields: Any) -> Reply:
    """Send a form as a browser without JavaScript does."""
    return stack.call("POST", path, raw=urlencode(fields).encode(), key=False, content_type=FORM)


def visit(stack: Stack, path: str, method: str = "GET", **headers: Any) -> Reply:
    return stack.call(method, path, key=False, **headers)


def eventually(look: Callable[[], T], wanted: Callable[[T], object], seconds: float = SECONDS) -> T:
    """Look until it is as wanted; a failed test with what was seen last if it never is."""
    deadline = time.monotonic() + seconds
    while not wanted(seen := look()):
        if time.monotonic() > deadline:
            pytest.fail(f"not within {seconds} s; the last seen was {seen}")
        time.sleep(0.1)
    return seen


def _message(stack: Stack, name: str) -> EmailMessage:
    source = stack.call("GET", f"/outbox/{name}/source", key=False)
    message = message_from_bytes(source.raw, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def _path(url: str) -> str:
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")
