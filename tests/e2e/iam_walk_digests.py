"""Digests in a walk through Earshot: to a member, an address and a channel, previewed, tested, sent and stopped."""

from datetime import UTC, datetime
from typing import Any

from tests.e2e.conftest import Stack
from tests.e2e.iam_walk_triggers import send_task
from tests.e2e.invitation_client import an_address, mails_to, send_form, visit
from tests.e2e.survey_client import DAY, Survey, new_id, now, physical, settle, until

# Where it is mid-morning now: what is due in eight hours is due today.
MORNING = 10


def digests_go_out(stack: Stack) -> None:
    """Send a digest of each role, to everybody that one can go to, and stop one."""
    survey, address = Survey(stack, segments=["plan"]), an_address("walk")
    assert stack.call("PUT", "/v1/team/walk-boss", {"email": "boss@example.com", "role": "owner"}).status == 201
    rule = {"when": "detractor", "destinations": ["owner"], "case": True, "owner": "walk-boss"}
    assert stack.call("POST", f"{survey.path}/alert-rules", rule).status == 201
    survey.post_with_key(id=new_id(), score=0, comment="Late", properties={"plan": "pro"})
    settle(stack)
    until(lambda: stack.call("GET", f"/v1/cases?survey={survey.id}").body["cases"], lambda cases: len(cases) == 1)
    slack = {
        "kind": "slack",
        "name": "Walk",
        "settings": {},
        "credentials": {"webhook_url": "https://hooks.slack.com/x"},
    }
    channel = stack.call("POST", "/v1/destinations", slack).body["id"]
    ahead = MORNING - datetime.now(UTC).hour
    zone = f"Etc/GMT{-ahead:+}" if ahead else "UTC"
    path = "/v1/digests/walk"
    for role in ("lead", "executive", "department", "frontline"):
        digest = {"role": role, "survey": survey.id, "to": ["walk-boss", address, channel], "every": "workday"}
        assert stack.call("PUT", path, digest | {"hour": 7, "timezone": zone}).status in (200, 201)
        preview = stack.call("GET", f"{path}/preview?format=text")
        assert preview.status == 200
        assert stack.call("POST", f"{path}/test").status == 202
        settle(stack)
    assert "Late" in preview.raw.decode(), "the case of today with its words"
    assert stack.call("GET", path).status == 200
    assert stack.call("GET", "/v1/digests").status == 200
    make_due(stack)
    send_task(stack, "PlanQueue", {"all_shards": True})
    settle(stack)
    assert stack.call("POST", f"{path}/redrive").status == 202
    # The tests of it came, too.
    link = until(lambda: mails_to(stack, address), lambda found: len(found) >= 1)[0].unsubscribe
    assert visit(stack, link).status == 200
    assert send_form(stack, link, confirm="yes").status == 200
    assert send_form(stack, link, undo="yes").status == 200
    assert stack.call("DELETE", path).status == 204
    assert stack.call("DELETE", f"/v1/destinations/{channel}").status == 204


def make_due(stack: Stack) -> None:
    """Make the digest due, as if time had passed."""
    key, due = {"pk": {"S": "DIGESTS"}, "sk": {"S": "walk"}}, now() - 1
    values: dict[str, Any] = {
        ":due": {"N": str(due)},
        ":order": {"S": f"{due:014d}#walk"},
        ":since": {"N": str(due - 9 * DAY)},
    }
    stack.client("dynamodb").update_item(
        TableName=physical(stack, "Table"),
        Key=key,
        UpdateExpression="SET next_at = :due, due_order = :order, since = :since",
        ExpressionAttributeValues=values,
    )
