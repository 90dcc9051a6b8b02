"""Makes the engine's SES refuse what AWS's refuses: a mail under a configuration set that is not there.

Loaded by ministack_main.py in the engine's own Python. MiniStack checks the identities of sender and recipients by
itself, in the sandbox too, but takes any configuration set and gives a sandbox the quota of a large account. With the
switch `ses=no-set` each mail goes under the set of a stack of Stage dev or prod, which the local stage has not.
"""

import json
from typing import Any

from ministack.services import ses, ses_v2

# The configuration set that `make run` would have if it were a stack on AWS.
SET_ON_AWS = "earshot-mails"
SEND, ACCOUNT = "/outbound-emails", "/email/account"
# What a new account may send: mails a second, and mails in 24 hours.
SANDBOX_RATE, SANDBOX_DAY = 1.0, 200.0


def refuse_as_ses(fault: str | None) -> None:
    """Put the checks in front of MiniStack's SES; `fault` is the value of the switch `ses`."""
    handle_as_ses = ses_v2.handle_request
    usual_set = SET_ON_AWS if fault == "no-set" else ""

    async def handle(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
        called = path.rstrip("/")
        if method == "POST" and called.endswith(SEND) and (refused := _without_its_set(body, usual_set)):
            return refused
        reply = await handle_as_ses(method, path, headers, body, query)
        return _of_the_sandbox(reply) if method == "GET" and called.endswith(ACCOUNT) else reply

    ses_v2.handle_request = handle


def _without_its_set(body: bytes, usual: str) -> Any:
    """Return the refusal of a mail whose configuration set is not there; None if it is."""
    name = json.loads(body or b"{}").get("ConfigurationSetName") or usual
    if not name or name in ses_v2._config_sets:
        return None
    return ses_v2._json_err("NotFoundException", f"Configuration set <{name}> does not exist.", 404)


def _of_the_sandbox(reply: Any) -> Any:
    """Return the account with the quota of a new one, if it is in the sandbox."""
    status, headers, body = reply
    if ses._production_access_enabled():
        return reply
    account = json.loads(body)
    account["SendQuota"] |= {"MaxSendRate": SANDBOX_RATE, "Max24HourSend": SANDBOX_DAY}
    return status, headers, json.dumps(account).encode()
