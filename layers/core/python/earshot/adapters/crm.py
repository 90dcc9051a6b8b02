"""The CRM's endpoint: one POST, no redirects, the same idempotency key each time."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from earshot.adapters.https_sender import HttpsSender, Reply
from earshot.adapters.webhook_signature import signed_headers
from earshot.domain.delivery_outcome import Delivered, outcome_of_status
from earshot.domain.destination_url import read_destination_url
from earshot.domain.errors import BusyError

_IN_A_HEADER = re.compile(r"[!-~]{1,128}")


class HttpCrm:
    """The `Crm` port over HTTPS; plain HTTP only to this machine, and only under `make run`."""

    def __init__(self, url: str, *, sender: HttpsSender, now: Callable[[], int], loopback: bool) -> None:
        try:
            self._url = read_destination_url(url, own_hosts=(), local_ports=() if loopback else None)
        except ValueError as exc:
            raise ValueError(f"the CRM's address (CrmUrl) is refused: {exc}") from exc
        self._sender = sender
        self._now = now

    def deliver(self, key: str, payload: Mapping[str, Any]) -> None:
        """Post a payload under an idempotency key; BusyError unless the CRM replied 2xx."""
        body = json.dumps(payload, ensure_ascii=False).encode()
        headers = {
            "content-type": "application/json",
            "idempotency-key": key,
            **signed_headers((), key, self._now(), body),
        }
        correlation = str(payload.get("correlation_id", ""))
        if _IN_A_HEADER.fullmatch(correlation):
            headers["x-correlation-id"] = correlation
        reply = self._sender.send("POST", self._url, headers=headers, body=body)
        if not isinstance(reply, Reply):
            raise BusyError(f"the CRM did not reply: {reply.reason}")
        if not isinstance(outcome_of_status(reply.status, reply.headers, self._now()), Delivered):
            raise BusyError(f"the CRM replied {reply.status}")
