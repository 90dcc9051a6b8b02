"""Webhooks as Standard Webhooks describes them: a signed JSON body, under the same id at each attempt."""

import json
import re
from collections.abc import Callable

from earshot.adapters.https_sender import HttpsSender, Reply
from earshot.adapters.webhook_signature import signed_headers
from earshot.domain.deliveries import Delivery
from earshot.domain.delivery_outcome import Outcome, Rejected, outcome_of_status
from earshot.domain.destination_url import DestinationUrl
from earshot.ports.destinations import Message, Target

_IN_A_HEADER = re.compile(r"[!-~]{1,128}")


class WebhookSender:
    """The `Sender` of the kind `webhook`; `read_url` checks an address again at each attempt."""

    def __init__(self, sender: HttpsSender, read_url: Callable[[str], DestinationUrl]) -> None:
        self._sender, self._read_url = sender, read_url

    def render(self, message: Message, _: Target) -> str:
        """Write the body: `type`, `timestamp` and `data`."""
        body = {"type": message.type, "timestamp": message.timestamp, "data": message.data}
        return json.dumps(body, ensure_ascii=False, separators=(",", ":"))

    def send(self, delivery: Delivery, body: str, target: Target, now: int) -> Outcome:
        """Post a body; the receiver drops repeats by `webhook-id`."""
        content = body.encode()
        headers = {
            "content-type": "application/json",
            "idempotency-key": delivery.id,
            **signed_headers(target.credentials.secrets, delivery.id, now, content),
        }
        if _IN_A_HEADER.fullmatch(delivery.correlation):
            headers["x-correlation-id"] = delivery.correlation
        try:
            url = self._read_url(target.destination.settings["url"])
        except ValueError as exc:
            return Rejected(f"the address is refused: {exc}", None)
        reply = self._sender.send("POST", url, headers=headers, body=content)
        return outcome_of_status(reply.status, reply.headers, now) if isinstance(reply, Reply) else reply

    def probe(self, _delivery: Delivery, _target: Target, _now: int) -> Outcome | None:
        """Return None: a webhook cannot be asked, and its receiver drops repeats by the id."""
        return None

    def erase(self, _delivery: Delivery, _target: Target, _now: int) -> Outcome:
        """Return that nothing can be taken back from a webhook."""
        return Rejected("a webhook takes nothing back", None)
