"""The loop on a stack whose clock is moved: a detractor is helped, and their next response is set next to the others'.

A case opens with its owner and due time, the owner is reminded, the lead hears of it once it is late. The owner notes
the first contact over HTTP, and a system of the company closes the case by a signed call.
"""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from standardwebhooks.webhooks import Webhook

from tests.e2e.cli_runner import move
from tests.e2e.invitation_client import mails_to
from tests.e2e.survey_client import Survey, new_id, now, settle, until

if TYPE_CHECKING:
    from tests.e2e.conftest import Crm, Launch, Reply, Stack

TARGETS = {"high": {"contact_hours": 8, "close_hours": 40}, "normal": {"contact_hours": 24, "close_hours": 120}}


def test_a_detractor_is_helped_by_the_owner_of_the_case_and_counts_as_recovered_next_to_the_control(
    launch: "Launch", tmp_path: Path, other_crm: "Crm"
) -> None:
    stack = launch(tmp_path / "local")
    lead, agent = add_member(stack, "lead"), add_member(stack, "agent", lead="lead")
    hook = made(
        stack,
        "/v1/destinations",
        {
            "kind": "webhook",
            "name": "Helpdesk",
            "inbound": True,
            "settings": {"url": other_crm.url},
        },
    )
    survey = Survey(stack, cases={"owner": "agent", "targets": TARGETS})
    for person in ("ann", "bob"):
        survey.post_with_key(id=new_id(), score=2, comment="It rains in", person=f"{person}-{survey.id}")
    case, other = (case_of(stack, survey, person) for person in ("ann", "bob"))
    opened_at = datetime.fromisoformat(case["opened_at"])
    assert (case["owner"], case["priority"], case["state"], case["breached"]) == ("agent", "high", "open", False)
    assert datetime.fromisoformat(case["contact_due_at"]) - opened_at == timedelta(hours=8)
    assert datetime.fromisoformat(case["close_due_at"]) - opened_at == timedelta(hours=40)
    assert sent(stack, agent, 2) == 2

    move(stack, "+5h")
    assert sent(stack, agent, 4) == 4, "both cases are half way to their first contact"
    assert mails_to(stack, lead) == []
    move(stack, "+4h")
    assert sent(stack, lead, 2) == 2
    assert case_of(stack, survey, "ann")["breached"] is True

    contacted = state(stack, case, kind="contacted", note="Rang Ann, the roof is looked at on Monday")
    assert contacted["state"] == "contacted"
    move(stack, "+2h")
    call = {"case": case["id"], "state": "resolved", "outcome": "resolved_with_customer", "root_cause": "product"}
    at = datetime.now(UTC) + timedelta(hours=11)
    assert called(stack, hook, call, at).status == 202
    closed = until(lambda: read(stack, case), lambda found: found["state"] == "resolved")
    assert (closed["outcome"], closed["root_cause"], closed["owner"]) == ("resolved_with_customer", "product", "agent")
    assert [fact["kind"] for fact in closed["facts"] if fact["kind"] != "step"] == ["opened", "contacted", "resolved"]
    assert called(stack, hook, call, at, message="again").status == 202
    assert read(stack, case)["revision"] == closed["revision"], "what says the same changes nothing"

    move(stack, "+1d")
    later = now() + int(timedelta(hours=35).total_seconds()) * 1000
    for person, score in (("ann", 10), ("bob", 3)):
        survey.post_with_key(id=new_id(later), score=score, person=f"{person}-{survey.id}")
    settle(stack)
    measures = f"/v1/surveys/{survey.id}/case-measures"
    recovery = until(
        lambda: stack.call("GET", measures).body["all"]["recovery"],
        lambda found: found["closed"]["responded"] == found["control"]["responded"] == 1,
    )
    assert (recovery["closed"]["cases"], recovery["closed"]["recovered"]) == (1, 1)
    assert (recovery["control"]["cases"], recovery["control"]["recovered"]) == (1, 0)
    assert recovery["difference"] is None, "one on either side says nothing"
    assert read(stack, other)["state"] == "open"
    # Their next score joins the open case; the reminders of both clocks went on, each once.
    texts = [(each.message["To"], each.text) for each in (*mails_to(stack, agent), *mails_to(stack, lead))]
    assert len(texts) == len(set(texts))


def add_member(stack: "Stack", name: str, **fields: str) -> str:
    address = f"{name}-{new_id()}@example.com"
    reply = stack.call("PUT", f"/v1/team/{name}", {"email": address, "name": name, "role": "frontline", **fields})
    assert reply.status in (200, 201), reply.raw
    return address


def made(stack: "Stack", path: str, body: dict[str, Any]) -> Any:
    reply = stack.call("POST", path, body)
    assert reply.status == 201, reply.raw
    return reply.body


def case_of(stack: "Stack", survey: Survey, person: str) -> Any:
    """Return the open case of a person, once it is there."""
    query = f"/v1/cases?survey={survey.id}&person={person}-{survey.id}"
    (listed,) = until(lambda: stack.call("GET", query).body["cases"], lambda found: len(found) == 1)
    return read(stack, listed)


def read(stack: "Stack", case: Any) -> Any:
    reply = stack.call("GET", f"/v1/cases/{case['id']}")
    assert reply.status == 200, reply.raw
    return reply.body


def state(stack: "Stack", case: Any, **fact: str) -> Any:
    """Add a fact to a case as it is now."""
    revision = read(stack, case)["revision"]
    reply = stack.call("POST", f"/v1/cases/{case['id']}/facts", {"revision": revision, **fact})
    assert reply.status == 201, reply.raw
    return reply.body


def called(stack: "Stack", hook: Any, body: dict[str, Any], at: datetime, message: str = "first") -> "Reply":
    """Call as the system of a destination does, signed at a moment of the stack's clock."""
    raw, sent_as = json.dumps(body), f"{message}-{hook['id']}"
    headers = {
        "webhook-id": sent_as,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(hook["inbound_secret"]).sign(sent_as, at, raw),
        "content-type": "application/json",
    }
    return stack.call("POST", f"/v1/inbound/{hook['id']}", raw=raw.encode(), key=False, **headers)


def sent(stack: "Stack", address: str, count: int) -> int:
    """Return how many mails somebody got, once they are so many."""
    return len(until(lambda: mails_to(stack, address), lambda found: len(found) >= count))
