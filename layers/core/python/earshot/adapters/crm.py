"""The CRM's endpoint: one POST, no redirects, the same idempotency key each time."""

import json
import re
from collections.abc import Mapping
from typing import Any

import urllib3

from earshot.domain.errors import BusyError

CONNECT_SECONDS, READ_SECONDS = 2, 6

_SECURE = re.compile(r"https://\S+")
_IN_A_HEADER = re.compile(r"[!-~]{1,128}")
_LOOPBACK = re.compile(r"http://(127\.0\.0\.1|localhost)(:\d+)?(/\S*)?")


class HttpCrm:
    """The `Crm` port over HTTPS; plain HTTP only to this machine, and only under `make run`."""

    def __init__(self, url: str, *, loopback: bool) -> None:
        if not _SECURE.fullmatch(url) and not (loopback and _LOOPBACK.fullmatch(url)):
            raise ValueError(
                "the CRM's address must begin with https:// (plain http only to this machine under `make run`)"
            )
        self._url = url
        self._pool = urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS), retries=False
        )

    def deliver(self, key: str, payload: Mapping[str, Any]) -> None:
        """Post a payload under an idempotency key; BusyError unless the CRM replied 2xx."""
        body = json.dumps(payload, ensure_ascii=False).encode()
        headers = {"content-type": "application/json", "idempotency-key": key, "user-agent": "earshot"}
        correlation = str(payload.get("correlation_id", ""))
        if _IN_A_HEADER.fullmatch(correlation):
            headers["x-correlation-id"] = correlation
        try:
            reply = self._pool.request("POST", self._url, body=body, headers=headers, redirect=False)
        except urllib3.exceptions.HTTPError as exc:
            raise BusyError(f"the CRM did not reply ({type(exc).__name__})") from exc
        if not 200 <= reply.status < 300:
            raise BusyError(f"the CRM replied {reply.status}")
