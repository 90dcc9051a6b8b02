"""The mails that the local engine's SES took, read from the files in which the engine keeps them."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import cached_property
from pathlib import Path
from typing import Any

NAME = re.compile(r"([0-9]{14})-[0-9a-f-]{36}", re.ASCII)


@dataclass(frozen=True)
class SentMail:
    """A mail as it was sent; its id begins with when that was."""

    id: str
    raw: bytes

    @property
    def sent_at(self) -> str:
        """When it was sent: ISO 8601 in UTC."""
        moment = datetime.fromtimestamp(int(self.id[:14]) / 1000, UTC)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    @property
    def source(self) -> str:
        """The whole mail as it went over the wire."""
        return self.raw.decode("utf-8", "replace").replace("\r\n", "\n")

    @property
    def text(self) -> str:
        """The plain-text part."""
        return self._part("plain")

    @property
    def html(self) -> str:
        """The HTML part."""
        return self._part("html")

    @property
    def summary(self) -> dict[str, Any]:
        """Return it as a list shows it."""
        return {"id": self.id, "sent_at": self.sent_at} | {
            name: self.header(name) for name in ("from", "to", "subject")
        }

    def header(self, name: str) -> str:
        """A header, decoded; empty if there is none."""
        return str(self._message.get(name, ""))

    @cached_property
    def _message(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=default)  # type: ignore[no-any-return,unused-ignore]

    def _part(self, subtype: str) -> str:
        part = self._message.get_body((subtype,))
        return str(part.get_content()).replace("\r\n", "\n") if part is not None else ""


class Outbox:
    """The folder of the mails; a mail that is being written is not there yet."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def mails(self, most: int = 500) -> list[SentMail]:
        """The latest mails, newest first."""
        names = sorted((path.stem for path in self._folder.glob("*.eml") if NAME.fullmatch(path.stem)), reverse=True)
        return [self._read(name) for name in names[:most]]

    def mail(self, name: str) -> SentMail | None:
        """One mail, None if there is none of that id."""
        if not NAME.fullmatch(name):
            return None
        try:
            return self._read(name)
        except FileNotFoundError:
            return None

    def _read(self, name: str) -> SentMail:
        return SentMail(name, (self._folder / f"{name}.eml").read_bytes())
