"""Signing in in a walk through Earshot: by invitation, link and code, with what is refused on the way."""

import json

from earshot.domain.sessions import SEEN_EVERY_MS, form_token, hash_of, read_value
from tests.e2e.conftest import Stack
from tests.e2e.console_client import ConsoleClient, next_mail
from tests.e2e.survey_client import now, physical, settle

ADDRESS = "walk-guest@example.com"


def members_sign_in(stack: Stack) -> None:
    """Invite somebody, let them sign in in each way and out, and end what is left."""
    guest = {"email": ADDRESS, "role": "analyst"}
    member = stack.call("POST", "/v1/team/invitations", guest).body["id"]
    invitation, _ = next_mail(stack, ADDRESS, 0)
    client = ConsoleClient(stack)
    assert client.get(invitation).status == 200
    assert client.post(invitation).status == 303
    seen_long_ago(stack, client)
    assert client.is_signed_in()
    seen_long_ago(stack, client)
    token = form_token(read_value(session_of(client))[1])
    assert client.post("/app/sign-out", token=token).location == "/app/sign-in"

    for number, way in enumerate(("link", "code"), 1):
        assert client.post("/app/sign-in", email=ADDRESS).status == 303
        link, code = next_mail(stack, ADDRESS, number)
        assert client.get(link).status == 200
        assert (client.post(link) if way == "link" else client.post("/app/sign-in/code", code=code)).status == 303

    stack_function = json.loads((stack.local_dir / "earshot.json").read_text())["invitations_function"]
    made = stack.client("lambda").invoke(FunctionName=stack_function, Payload=json.dumps({"member": member}))
    assert client.post(json.loads(made["Payload"].read())["path"]).status == 303
    path = f"/v1/team/{member}/sessions"
    first, *_ = stack.call("GET", path).body["sessions"]
    assert stack.call("DELETE", f"{path}/{first['id']}").status == 204
    assert stack.call("DELETE", path).status == 204
    settle(stack)


def session_of(client: ConsoleClient) -> str:
    """Return the value of the session's cookie."""
    return next(value for name, value in client.cookies.items() if name.startswith("earshot-") and "asking" not in name)


def seen_long_ago(stack: Stack, client: ConsoleClient) -> None:
    """Make the last use of the session as old that the next one is noted."""
    hashed = hash_of(read_value(session_of(client))[1])
    stack.client("dynamodb").update_item(
        TableName=physical(stack, "Table"),
        Key={"pk": {"S": f"SESSION#{hashed}"}, "sk": {"S": "META"}},
        UpdateExpression="SET last_seen = :then",
        ExpressionAttributeValues={":then": {"N": str(now() - SEEN_EVERY_MS)}},
    )
