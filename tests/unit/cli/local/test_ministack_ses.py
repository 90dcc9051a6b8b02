"""What the engine's SES refuses that MiniStack would take; MiniStack itself is a stand-in here."""

import asyncio
import json
from types import SimpleNamespace
from typing import Any

import pytest

from tests.unit.cli.local.stand_ins import load_beside

ACCOUNT = {"SendQuota": {"MaxSendRate": 14.0, "Max24HourSend": 50000.0, "SentLast24Hours": 3.0}}
TAKEN: tuple[int, dict[str, str], bytes] = (200, {}, b'{"MessageId": "1"}')


class Engine:
    """MiniStack's SES as far as the checks go: it takes every mail."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, fault: str | None, production: bool = True) -> None:
        self.ses_v2 = SimpleNamespace(
            handle_request=self._handle,
            _config_sets={"known": {}},
            _json_err=lambda code, message, status: (status, {"x-amzn-errortype": code}, message.encode()),
        )
        ses = SimpleNamespace(_production_access_enabled=lambda: production)
        parts: dict[str, dict[str, Any]] = {"ministack": {}, "ministack.services": {"ses": ses, "ses_v2": self.ses_v2}}
        load_beside(monkeypatch, "ministack_ses", parts).refuse_as_ses(fault)

    async def _handle(self, method: str, *_: Any) -> Any:
        return TAKEN if method == "POST" else (200, {}, json.dumps(ACCOUNT).encode())

    def call(self, method: str, path: str, **request: Any) -> Any:
        return asyncio.run(self.ses_v2.handle_request(method, path, {}, json.dumps(request).encode(), {}))

    def send(self, **request: Any) -> Any:
        return self.call("POST", "/v2/email/outbound-emails", **request)


def test_a_mail_under_a_set_that_is_not_there_is_refused_with_the_words_of_ses(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine = Engine(monkeypatch, None)
    status, headers, body = engine.send(ConfigurationSetName="gone")
    assert (status, headers["x-amzn-errortype"]) == (404, "NotFoundException")
    assert body == b"Configuration set <gone> does not exist."
    assert engine.send(ConfigurationSetName="known") == engine.send() == TAKEN


def test_with_the_switch_each_mail_goes_under_the_set_of_a_deployed_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine(monkeypatch, "no-set")
    assert engine.send()[0] == 404
    engine.ses_v2._config_sets["earshot-mails"] = {}
    assert engine.send() == TAKEN


@pytest.mark.parametrize(("production", "quota"), [(True, (14.0, 50000.0)), (False, (1.0, 200.0))])
def test_an_account_in_the_sandbox_has_the_quota_of_a_new_one(
    monkeypatch: pytest.MonkeyPatch, production: bool, quota: tuple[float, float]
) -> None:
    _, _, body = Engine(monkeypatch, None, production).call("GET", "/v2/email/account")
    seen = json.loads(body)["SendQuota"]
    assert (seen["MaxSendRate"], seen["Max24HourSend"]) == quota
    assert seen["SentLast24Hours"] == 3.0
