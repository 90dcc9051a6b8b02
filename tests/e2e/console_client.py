"""A browser without a screen, for signing in on the local stack: cookies, forms, and the mails that come."""

import http.client
import json
import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from tests.e2e.conftest import DIRECT

if TYPE_CHECKING:
    from tests.e2e.conftest import Stack

LINK = re.compile(r"http://localhost:\d+(/app/(?:sign-in|invitation)/\S+)")
CODE = re.compile(r"^(\d{3}) (\d{3})\s*$", re.MULTILINE)


@dataclass
class PageReply:
    """What a page was sent as."""

    status: int
    location: str
    text: str


@dataclass
class ConsoleClient:
    """Keeps cookies, and sends forms as pages of the console do; it follows no redirect."""

    stack: "Stack"
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> PageReply:
        """Open a page."""
        return self._send("GET", path, None, {})

    def post(self, path: str, site: str = "same-origin", **fields: str) -> PageReply:
        """Send a form from a page of a site."""
        headers = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": site}
        return self._send("POST", path, urlencode(fields), headers)

    def is_signed_in(self) -> bool:
        """Return whether the first page of the console is shown."""
        return self.get("/app").status == 200

    def _send(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> PageReply:
        port = urlsplit(self.stack.url).port
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        named = {"host": f"localhost:{port}", "cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        line.request(method, path, body, named | headers)
        reply = line.getresponse()
        for cookie in reply.headers.get_all("set-cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
            if "Max-Age=0" in cookie:
                del self.cookies[name]
        text = reply.read().decode(errors="replace")
        line.close()
        return PageReply(reply.status, reply.headers.get("location", ""), text)


def mails_to_member(stack: "Stack", address: str) -> list[str]:
    """Return the texts of the mails to an address, the newest first."""
    with DIRECT.open(f"{stack.url}/outbox.json", timeout=60) as reply:
        mails: Any = json.loads(reply.read())
    mails = mails["mails"] if isinstance(mails, dict) else mails
    return [mail["text"] for mail in mails if address in json.dumps(mail)]


def next_mail(stack: "Stack", address: str, before: int, seconds: float = 60) -> tuple[str, str]:
    """Return the path of the link and the code of the mail after so many; the code is empty in an invitation."""
    deadline = time.monotonic() + seconds
    while len(found := mails_to_member(stack, address)) <= before:
        assert time.monotonic() < deadline, f"no mail to {address}"
        time.sleep(0.1)
    link, code = LINK.search(found[0]), CODE.search(found[0])
    assert link is not None
    return link[1], code[1] + code[2] if code else ""
