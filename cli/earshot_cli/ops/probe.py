"""What nobody has seen on AWS yet, asked of a stack after its first deployment; nothing but its own people is touched.

Paths: people with plain ids stand where an id with `?`, `%` or `+` would lead if the API changes it. What a reply names
is who was reached. Mails go to the mailbox simulator of SES, which accepts them all.
"""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

import urllib3
from urllib3.exceptions import HTTPError

from earshot.domain.person_id import check_id
from earshot_cli.client import Client
from earshot_cli.errors import CommandError
from earshot_cli.local.delivered_path import delivered_path
from earshot_cli.ops.doctor.deployed_template import DeployedTemplate
from earshot_cli.ops.stack import Stack
from earshot_cli.problems import RefusedError

# An id as somebody may send it, and who stands where it may lead.
HARD_IDS = ("a?b", "50%", "x%41", "a+b", "a%2Bb", "a#b", "a;b", "a b", "ä", "a/b", "a%2Fsuppression")
BYSTANDERS = ("a", "50", "xA", "a b", "a+b", "a#b", "a;b", "ä")
ROUTES = (
    "GET /v1/people/{person}",
    "GET /v1/people/{person}/export",
    "GET /v1/people/{person}/invitations",
    "DELETE /v1/people/{person}",
    "DELETE /v1/people/{person}/suppression",
)
# What may stand behind an id, by method.
TAILS: dict[str, list[list[str]]] = {"GET": [[], ["export"], ["invitations"]], "DELETE": [[], ["suppression"]]}
BY_GATEWAY, BY_EARSHOT, NOBODY = "refused by API Gateway", "refused by Earshot", "nobody"
SIMULATOR = "success+{}@simulator.amazonses.com"
# A batch of people that the API takes at once, and how long a campaign may stand still (seconds).
BATCH, PATIENCE = 500, 600
FUNCTION = "AWS::Lambda::Function"
LOOK_SECONDS, LOG_SECONDS = 2.0, 90
# The longest event that Lambda takes, and how deep its lists are: they take more memory than the smallest function has.
LONGEST_EVENT, NESTED = 6 * 1024 * 1024, 40


@dataclass(frozen=True)
class Seen:
    """What became of one request: who was reached, who was expected to be, and by which route key, if known."""

    route: str
    sent: str
    status: int
    reached: str
    assumed: str
    request: str = ""
    matched: str = ""

    @property
    def is_as_assumed(self) -> bool:
        """Return whether AWS does what the local gateway does."""
        return self.reached == self.assumed and self.matched in ("", self.route)


def probe_paths(url: str, key: str, prefix: str) -> list[Seen]:
    """Send each hard id on each route of a person, and return who was reached; deleting takes the id twice."""
    client = Client(url, key)
    people = [{"id": person} for person in bystanders(prefix)]
    client.call("POST", "/v1/people", {"people": people})
    known = {person["id"] for person in people}
    with urllib3.PoolManager(headers={"authorization": f"Bearer {key}", "user-agent": "earshot-probe"}) as pool:
        found = [_ask(pool, url.rstrip("/"), route, prefix + name, known) for route in ROUTES for name in HARD_IDS]
        lost = [name for name in sorted(known) if _status(pool, url.rstrip("/"), name) != 200]
    if lost:
        raise CommandError(f"A request for one person deleted another: {', '.join(lost)}. Take the stack off the net.")
    return found


def with_matched_routes(stack: Stack, seen: list[Seen], group: str) -> list[Seen]:
    """Add the route key under which API Gateway logged each request; the local gateway logs none."""
    wanted, keys = {one.request for one in seen if one.request}, dict[str, str]()
    deadline, logs = time.monotonic() + LOG_SECONDS, stack.client("logs")
    since = round((time.time() - 900) * 1000)
    while wanted - keys.keys() and time.monotonic() < deadline:
        pages = logs.get_paginator("filter_log_events").paginate(
            logGroupName=group, startTime=since, filterPattern='{ $.route = "*" }'
        )
        for event in (event for page in pages for event in page["events"]):
            line = json.loads(event["message"])
            keys[str(line.get("requestId"))] = str(line["route"])
        time.sleep(LOOK_SECONDS)
    return [replace(one, matched=keys.get(one.request, "")) for one in seen]


def bystanders(prefix: str) -> list[str]:
    """Return the ids of the people who stand where a hard id may lead."""
    return [prefix + name for name in BYSTANDERS if _is_valid(name)]


def campaign_people(name: str, size: int) -> list[str]:
    """Return the ids of the people in a campaign of the probe."""
    return [f"{name}-mail-{number}" for number in range(size)]


def remove(url: str, key: str, people: Iterable[str], report: Callable[[int], None] = lambda _: None) -> None:
    """Erase the probe's own people again; who was not made yet is left out."""
    client = Client(url, key)
    for done, person in enumerate(people, 1):
        try:
            client.call("DELETE", f"/v1/people/{quote(person, safe='')}", query={"id": person})
        except RefusedError as error:
            if error.status != 404:
                raise
        report(done)


def run_campaign(url: str, key: str, name: str, size: int, report: Callable[[int], None]) -> dict[str, Any]:
    """Invite so many mailboxes of the simulator by one campaign; return its totals and the mails sent."""
    client, segment = Client(url, key), f"probe={name}"
    rules = {"sending_hours": [0, 24], "quiet_days": 0, "reminders": []}
    client.call("PUT", f"/v1/surveys/{name}", {"name": "Probe", "rules": rules})
    people = [
        {"id": person, "email": SIMULATOR.format(person), "properties": {"probe": name}}
        for person in campaign_people(name, size)
    ]
    for start in range(0, size, BATCH):
        client.call("POST", "/v1/people", {"people": people[start : start + BATCH]})
    client.call("PUT", f"/v1/surveys/{name}/campaigns/probe", {"segment": segment, "daily_budget": size})
    found = _followed(client, f"/v1/surveys/{name}", size, report)
    client.call("PATCH", f"/v1/surveys/{name}", {"state": "closed"})
    return found


def _followed(client: Client, survey: str, size: int, report: Callable[[int], None]) -> dict[str, Any]:
    """Follow a campaign until everybody has a mail, or nothing moves any more."""
    sent, deadline = 0, time.monotonic() + PATIENCE
    while True:
        campaign, now = client.get(f"{survey}/campaigns/probe"), _sent(client, survey)
        if now > sent:
            sent, deadline = now, time.monotonic() + PATIENCE
            report(sent)
        is_over = campaign["state"] == "finished" and sent >= campaign["asked"]
        if is_over or sent >= size or time.monotonic() > deadline:
            return {"asked": campaign["asked"], "state": campaign["state"], "sent": sent}
        time.sleep(LOOK_SECONDS)


def fail_a_function(stack: Stack) -> str:
    """Make a function raise an error, which its alarm must notice within minutes; return the function's name."""
    name = stack.physical("CountFunnelFunction")
    reply = stack.client("lambda").invoke(FunctionName=name, Payload=b"{}")
    if "FunctionError" not in reply:
        raise CommandError(f"{name} took an empty event without an error: is it another version of Earshot?")
    return name


def exhaust_a_function(stack: Stack) -> tuple[str, str]:
    """Make the smallest function run out of memory, which the same alarm must notice; return its name and the error.

    Lambda reads the event before the handler begins, so nothing of Earshot runs. With more memory the handler would
    refuse the event.
    """
    functions = DeployedTemplate.of(stack).of_kind(FUNCTION)
    name = stack.physical(min(functions, key=lambda function: int(functions[function]["MemorySize"])))
    reply = stack.client("lambda").invoke(FunctionName=name, Payload=exhausting_event().encode())
    if "FunctionError" not in reply:
        raise CommandError(f"{name} took an event of nothing but lists: is it another version of Earshot?")
    return name, str(json.loads(reply["Payload"].read()).get("errorType", "no error type"))


def exhausting_event() -> str:
    """Return an event that takes most memory when it is read."""
    nested = "[" * NESTED + "]" * NESTED
    return f"[{','.join([nested] * ((LONGEST_EVENT - 2) // (len(nested) + 1)))}]"


def _sent(client: Client, survey: str) -> int:
    rows = client.get(f"{survey}/funnel")["waves"]
    return sum(int(row.get("sent", 0)) for row in rows)


def _ask(pool: urllib3.PoolManager, url: str, route: str, person: str, known: set[str]) -> Seen:
    method, _, path = route.partition(" ")
    sent = path.replace("{person}", quote(person, safe=""))
    query = f"?id={quote(person, safe='')}" if method == "DELETE" and not _is_valid(person) else ""
    # An id that could be valid is not deleted: the request lacks its second naming.
    try:
        reply = pool.request(method, f"{url}{sent}{query}", retries=False, timeout=30)
    except HTTPError as error:
        raise CommandError(f"{url} does not reply: {error}.") from error
    return Seen(
        route,
        sent,
        reply.status,
        _reached(reply, method),
        _assumed(path, person, method, known),
        reply.headers.get("apigw-requestid", ""),
    )


def _reached(reply: urllib3.BaseHTTPResponse, method: str) -> str:
    """Return which person a reply names, or who refused the request."""
    if "problem+json" in reply.headers.get("content-type", ""):
        return NOBODY if reply.status in {404, 405} else BY_EARSHOT
    if reply.status >= 400:
        return BY_GATEWAY
    body = reply.json() if reply.data else {}
    return next(_named(body), "a person without an id") if method == "GET" else "a person"


def _named(body: Mapping[str, Any]) -> Iterator[str]:
    """Yield the ids of people in a reply."""
    for name in ("id", "person"):
        value = body.get(name)
        if isinstance(value, str):
            yield value
        elif isinstance(value, Mapping):
            yield from _named(value)


def _assumed(path: str, person: str, method: str, known: set[str]) -> str:
    """Return who is reached by the rules of the local gateway."""
    try:
        delivered = delivered_path(path.replace("{person}", quote(person, safe="")))
    except ValueError:
        return BY_GATEWAY
    name, *tail = delivered.removeprefix("/v1/people/").split("/")
    if tail not in TAILS[method]:
        return NOBODY
    # Deleting names a person a second time, and these do not, or differently.
    if method == "DELETE" or not _is_valid(name):
        return BY_EARSHOT
    return name if name in known else NOBODY


def _status(pool: urllib3.PoolManager, url: str, person: str) -> int:
    return pool.request("GET", f"{url}/v1/people/{quote(person, safe='')}", retries=False, timeout=30).status


def _is_valid(person: str) -> bool:
    try:
        check_id(person)
    except ValueError:
        return False
    return True
