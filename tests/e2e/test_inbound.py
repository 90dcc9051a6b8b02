"""A helpdesk works on a case of the deployed stack by signed calls; what anybody else sends changes nothing."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook

from tests.e2e.conftest import Crm, Reply, Stack
from tests.e2e.survey_client import Survey, new_id, settle, until


@dataclass
class Helpdesk:
    """A system outside with the secrets of its destination, and a case that it works on."""

    stack: Stack
    survey: Survey
    destination: str
    secret: str
    case: str

    def call(
        self,
        state: str = "contacted",
        *,
        name: str | None = None,
        secret: str | None = None,
        late: float = 0,
        to: str | None = None,
        raw: bytes | None = None,
        changed: dict[str, str] | None = None,
        **fields: Any,
    ) -> Reply:
        """Sign a call with the library that others have, and send it."""
        body = json.dumps({"case": self.case, "state": state} | fields).encode() if raw is None else raw
        name, at = name or f"call-{new_id()}", datetime.now(UTC) + timedelta(seconds=late)
        headers = {
            "webhook-id": name,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Webhook(secret or self.secret).sign(name, at, body.decode()),
        }
        path = f"/v1/inbound/{to or self.destination}"
        return self.stack.call("POST", path, key=False, raw=body, **(headers | (changed or {})))

    def shown(self) -> Any:
        return self.stack.call("GET", f"/v1/cases/{self.case}").body

    def becomes(self, state: str) -> Any:
        return until(self.shown, lambda case: case["state"] == state)


@pytest.fixture
def helpdesk(stack: Stack, other_crm: Crm) -> Helpdesk:
    survey, person = Survey(stack, owner=f"lead-{new_id()}@example.com"), f"ann-{new_id()}"
    hook = {"kind": "webhook", "name": "Help", "settings": {"url": other_crm.url}, "inbound": True}
    made = stack.call("POST", "/v1/destinations", hook)
    assert made.status == 201, made.raw
    survey.post_with_key(id=new_id(), score=1, comment="It rains in", person=person)
    page = until(
        lambda: stack.call("GET", f"/v1/cases?survey={survey.id}").body["cases"], lambda found: len(found) == 1
    )
    return Helpdesk(stack, survey, made.body["id"], made.body["inbound_secret"], page[0]["id"])


def test_a_helpdesk_contacts_closes_and_opens_a_case_again(helpdesk: Helpdesk) -> None:
    assert helpdesk.call(name="first").body == {"id": "first"}
    helpdesk.becomes("contacted")
    words: dict[str, Any] = {"outcome": "compensated", "root_cause": "delivery", "note": "A new umbrella 🌂"}
    assert helpdesk.call("resolved", **words).status == 202
    helpdesk.becomes("resolved")
    page = helpdesk.stack.call("GET", f"/v1/cases?survey={helpdesk.survey.id}").body["cases"]
    assert page == []
    assert helpdesk.call("open").status == 202
    helpdesk.becomes("contacted")


def test_a_repeat_and_a_state_that_is_so_change_nothing(helpdesk: Helpdesk) -> None:
    assert helpdesk.call(name="once").status == 202
    helpdesk.becomes("contacted")
    assert helpdesk.call("resolved", name="once").body == {"id": "once"}
    assert helpdesk.call("contacted").status == 202
    settle(helpdesk.stack)
    assert helpdesk.shown()["state"] == "contacted"


def test_both_secrets_are_good_after_a_new_one_and_none_once_it_may_not_call(helpdesk: Helpdesk) -> None:
    path = f"/v1/destinations/{helpdesk.destination}"
    new = helpdesk.stack.call("POST", f"{path}/rotate-secret", {"inbound": True}).body["inbound_secret"]
    assert helpdesk.call(secret=new).status == 202
    assert helpdesk.call("resolved").status == 202
    helpdesk.becomes("resolved")
    assert helpdesk.stack.call("PATCH", path, {"inbound": False}).status == 200
    assert helpdesk.call("open").status == 404
    newest = helpdesk.stack.call("POST", f"{path}/rotate-secret", {"inbound": True}).body["inbound_secret"]
    assert [helpdesk.call("open", secret=secret).status for secret in (new, helpdesk.secret)] == [401, 401]
    assert helpdesk.call("open", secret=newest).status == 202
    helpdesk.becomes("contacted")
    assert helpdesk.stack.call("DELETE", path).status == 204
    assert helpdesk.call("resolved", secret=newest).status == 404


def test_what_others_send_changes_nothing(helpdesk: Helpdesk) -> None:
    stack = helpdesk.stack
    hook = {"kind": "webhook", "name": "Other", "settings": {"url": "https://hooks.example.com/"}, "inbound": True}
    other = stack.call("POST", "/v1/destinations", hook).body
    unsigned = {"webhook-signature": "v1,AAAA"}
    attacks = {
        "of another destination": (helpdesk.call(secret=other["inbound_secret"]), 401),
        "with the secret that we sign with": (helpdesk.call(secret=other["secret"]), 401),
        "to another destination": (helpdesk.call(to=other["id"]), 401),
        "old": (helpdesk.call(late=-360), 401),
        "of the future": (helpdesk.call(late=360), 401),
        "without a signature": (helpdesk.call(changed={"webhook-signature": ""}), 401),
        "with a wrong one": (helpdesk.call(changed=unsigned), 401),
        "under another id": (helpdesk.call(changed={"webhook-id": "another"}), 401),
        "at another time": (helpdesk.call(changed={"webhook-timestamp": "1"}), 401),
        "with many": (helpdesk.call(changed={"webhook-signature": "v1,AAAA " * 900}), 401),
        "nowhere": (helpdesk.call(to="to-000000000000"), 404),
        "to what is built in": (helpdesk.call(to="crm"), 404),
        "huge": (helpdesk.call(raw=b'{"case": "' + b"x" * 70_000 + b'"}'), 413),
        "as a form": (helpdesk.call(changed={"content-type": "application/x-www-form-urlencoded"}), 415),
        "as bytes": (helpdesk.call(changed={"content-type": "application/octet-stream"}), 415),
        "no JSON": (helpdesk.call(raw=b"state=resolved"), 400),
        "of a cause that nobody knows": (helpdesk.call("resolved", root_cause="weather"), 400),
        "of no state": (helpdesk.call("closed"), 400),
    }
    assert {name: reply.status for name, (reply, _) in attacks.items()} == {
        name: status for name, (_, status) in attacks.items()
    }
    settle(stack)
    assert helpdesk.shown()["state"] == "open"
    stack.call("DELETE", f"/v1/destinations/{other['id']}")


def test_a_call_on_a_case_that_there_is_not_is_found_among_the_deliveries(helpdesk: Helpdesk) -> None:
    case = "6f1f5b54-3a2d-5f0e-9d0c-0a6e1a5f7c11"
    assert helpdesk.call("resolved", case=case, note="Whose?").status == 202
    path = f"/v1/deliveries?destination={helpdesk.destination}&state=parked"
    (parked,) = until(lambda: helpdesk.stack.call("GET", path).body["deliveries"], lambda found: len(found) == 1)
    assert (parked["type"], parked["response"], case in parked["reason"]) == ("case.inbound", None, True)
    redriven = helpdesk.stack.call("POST", f"/v1/destinations/{helpdesk.destination}/redrive")
    assert redriven.body == {"deliveries": 0}
