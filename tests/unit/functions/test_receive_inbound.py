"""Calls from outside: only what a destination signed a moment ago is queued, and once."""

import base64
import json
from dataclasses import dataclass, replace
from typing import Any

import pytest

from earshot import bootstrap
from earshot.adapters.webhook_signature import make_secret, signed_headers
from earshot.api.inbound import LARGEST_CALL
from earshot.domain.destinations import Destination, DestinationState
from earshot.domain.errors import BusyError
from earshot.domain.inbound_calls import KEPT, TOLERANCE
from earshot.services.cases.receive_inbound import ReceiveCallDeps
from tests.aws_events import http_event
from tests.factories import NOON
from tests.unit.functions.conftest import World, load

ROUTE, HOOK = "POST /v1/inbound/{destination}", "to-1f2e3d4c5b6a"
SECRET, FORMER, OTHERS = (make_secret(bytes([number]) * 32) for number in range(3))
CASE = "6f1f5b54-3a2d-5f0e-9d0c-0a6e1a5f7c11"
CALL = {"case": CASE, "state": "resolved", "outcome": "explained", "root_cause": "price", "note": "Angerufen 📞"}
DESTINATION = Destination(HOOK, "webhook", "Desk", {"url": "https://hooks.example.com/"}, inbound=True)


@dataclass
class Reply:
    """A reply: its status, its problem or its body, and what was queued for it."""

    status: int
    body: Any
    queued: list[Any]


class Caller:
    """A system outside, which has the secret of a destination."""

    def __init__(self, world: World) -> None:
        self.world = world
        world.alert_destinations.kept[HOOK] = DESTINATION
        world.inbound_secrets.write(HOOK, {}, FORMER)
        world.inbound_secrets.write(HOOK, {}, SECRET)

    def send(
        self,
        body: Any = CALL,
        *,
        secret: str = SECRET,
        name: str = "msg_1",
        late: int = 0,
        to: str = HOOK,
        headers: dict[str, str] | None = None,
        raw: bytes | None = None,
    ) -> Reply:
        sent = json.dumps(body, ensure_ascii=False) if raw is None else raw
        content = sent.encode() if isinstance(sent, str) else sent
        signed = signed_headers([secret], name, NOON + late, content)
        event = http_event(ROUTE, f"/v1/inbound/{to}", sent, headers=signed | (headers or {}))
        before = len(self.world.delivery_queue.tasks)
        found = load("receive_inbound").lambda_handler(event, None)
        return Reply(found["statusCode"], json.loads(found["body"]), self.world.delivery_queue.tasks[before:])


@pytest.fixture
def caller(world: World) -> Caller:
    return Caller(world)


def test_a_signed_call_is_queued_with_what_it_says(caller: Caller) -> None:
    reply = caller.send()
    assert (reply.status, reply.body) == (202, {"id": "msg_1"})
    inbound = {"id": "msg_1", "at": NOON, "correlation": "JKJaXmPLvHcESHA=", **CALL}
    assert reply.queued == [({"destination": HOOK, "inbound": inbound}, 0)]


def test_the_bytes_are_those_that_were_sent_whatever_brought_them(caller: Caller) -> None:
    spaced = json.dumps(CALL, indent=3, ensure_ascii=False).encode() + b"\n\n"
    assert caller.send(raw=spaced, name="base64").status == 202
    assert caller.send(raw=b"\xef\xbb\xbf" + spaced, name="bom").status == 202
    assert len(caller.world.delivery_queue.tasks) == 2


@pytest.mark.parametrize("secret", [SECRET, FORMER])
def test_both_secrets_are_good_while_they_are_changed(caller: Caller, secret: str) -> None:
    assert caller.send(secret=secret).status == 202


def test_a_new_secret_is_good_at_once_and_one_that_was_taken_away_is_not(caller: Caller, world: World) -> None:
    assert caller.send(name="before").status == 202
    world.inbound_secrets.write(HOOK, {}, None)
    world.inbound_secrets.write(HOOK, {}, OTHERS)
    world.alert_destinations.kept[HOOK] = replace(DESTINATION, revision=2)
    assert caller.send(secret=OTHERS, name="after").status == 202
    assert caller.send(name="gone").status == 401


def test_one_good_signature_among_others_is_enough(caller: Caller) -> None:
    content = json.dumps(CALL, ensure_ascii=False).encode()
    signatures = signed_headers([OTHERS, SECRET], "msg_1", NOON, content)["webhook-signature"]
    assert caller.send(headers={"webhook-signature": f"v1a,abc {signatures}"}).status == 202


@pytest.mark.parametrize("late", [-TOLERANCE, TOLERANCE])
def test_clocks_may_differ_by_five_minutes(caller: Caller, late: int) -> None:
    assert caller.send(late=late).status == 202


SIGNATURE = "v1," + base64.b64encode(bytes(32)).decode()


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"secret": OTHERS}, "webhook-signature"),
        ({"late": -TOLERANCE - 1000}, "webhook-timestamp"),
        ({"late": TOLERANCE + 1000}, "webhook-timestamp"),
        ({"headers": {"webhook-id": "msg_2"}}, "webhook-signature"),
        ({"headers": {"webhook-id": ""}}, "no webhook-id"),
        ({"headers": {"webhook-id": "a.b"}}, "webhook-id"),
        ({"headers": {"webhook-timestamp": str(NOON // 1000 + 1)}}, "webhook-signature"),
        ({"headers": {"webhook-timestamp": ""}}, "no webhook-timestamp"),
        ({"headers": {"webhook-timestamp": "soon"}}, "webhook-timestamp"),
        ({"headers": {"webhook-signature": ""}}, "no webhook-signature"),
        ({"headers": {"webhook-signature": SIGNATURE}}, "webhook-signature"),
        ({"headers": {"webhook-signature": "v1, v1,ü ,"}}, "webhook-signature"),
        ({"headers": {"webhook-signature": "v1,x " * 500}}, "webhook-signature"),
    ],
)
def test_a_signature_that_is_wrong_old_or_missing_is_refused_and_nothing_is_kept(
    caller: Caller, world: World, wrong: dict[str, Any], why: str
) -> None:
    reply = caller.send(**wrong)
    assert (reply.status, reply.body["type"]) == (401, "urn:earshot:problem:unverified")
    assert why in reply.body["detail"]
    assert (reply.queued, world.inbound_calls.kept) == ([], {})


def test_an_unsigned_body_is_not_read(caller: Caller) -> None:
    for raw in (b"", b"{", b'{"case": 1}', b"\xff\xfe"):
        assert caller.send(raw=raw, secret=OTHERS).status == 401


def test_who_may_not_call_is_not_found_and_no_secret_is_read(
    caller: Caller, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = world.alert_destinations.kept
    kept["to-silent"] = replace(DESTINATION, id="to-silent", inbound=False)
    kept["to-disabled"] = replace(DESTINATION, id="to-disabled").stopped(DestinationState.DISABLED, "it replied 410")
    monkeypatch.setattr(world.inbound_secrets, "read", None)
    reads: list[str] = []
    read = world.inbound_calls.caller

    def noted(name: str) -> Any:
        reads.append(name)
        return read(name)

    monkeypatch.setattr(world.inbound_calls, "caller", noted)
    for name in ("to-nowhere", "to-silent", "to-disabled", "crm", "owner"):
        reply = caller.send(to=name, headers={"webhook-signature": ""})
        assert (reply.status, reply.body["type"]) == (404, "urn:earshot:problem:not-found")
    assert reads == ["to-nowhere", "to-silent", "to-disabled", "crm", "owner"]
    for name in ("TO-1", "x" * 64, "to-1%23deleted", "to-1#deleted", "ä"):
        assert caller.send(to=name).status == 404
    assert len(reads) == 5


def test_the_secret_of_one_destination_signs_for_no_other(caller: Caller, world: World) -> None:
    world.alert_destinations.kept["to-other"] = replace(DESTINATION, id="to-other")
    world.inbound_secrets.write("to-other", {}, OTHERS)
    assert caller.send(to="to-other").status == 401
    assert caller.send(to="to-other", secret=OTHERS).queued[0][0]["destination"] == "to-other"


def test_a_destination_whose_secret_is_gone_is_refused(caller: Caller, world: World) -> None:
    world.inbound_secrets.delete(HOOK)
    assert caller.send().status == 401


def test_a_repeat_changes_nothing_for_a_day_and_gets_the_same_reply(
    caller: Caller, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, again, other = caller.send(), caller.send(CALL | {"state": "contacted"}), caller.send(name="msg_2")
    assert (first.status, first.body) == (again.status, again.body) == (202, {"id": "msg_1"})
    assert (len(first.queued), len(again.queued), len(other.queued)) == (1, 0, 1)
    monkeypatch.setattr(bootstrap, "now", lambda: NOON + KEPT)
    assert len(caller.send(late=KEPT).queued) == 1


def test_a_call_whose_queueing_failed_is_queued_by_its_repeat(
    caller: Caller, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_away(*_: object) -> None:
        raise BusyError("the queue is away")

    with monkeypatch.context() as broken:
        broken.setattr(world.delivery_queue, "send", is_away)
        assert caller.send().status == 503
    with monkeypatch.context() as broken:
        broken.setattr(world.inbound_calls, "note", is_away)
        assert (caller.send().status, len(world.delivery_queue.tasks)) == (503, 1)
    assert len(caller.send().queued) == 1


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({}, ["case", "state"]),
        (CALL | {"case": "1", "state": "closed"}, ["case", "state"]),
        (CALL | {"outcome": "gone", "root_cause": "weather"}, ["outcome", "root_cause"]),
        (CALL | {"note": "x" * 801}, ["note"]),
        (CALL | {"note": 5}, ["note"]),
        (CALL | {"owner": "ann"}, ["owner"]),
        (CALL | {"case": None}, ["case"]),
    ],
)
def test_what_is_signed_and_wrong_names_its_fields_and_may_be_sent_again(
    caller: Caller, body: dict[str, Any], wrong: list[str]
) -> None:
    reply = caller.send(body)
    assert (reply.status, [fault["field"] for fault in reply.body["errors"]]) == (400, wrong)
    assert reply.queued == []
    assert len(caller.send().queued) == 1


def test_the_refusal_of_what_nobody_knows_lists_what_there_is(caller: Caller) -> None:
    reasons = {fault["field"]: fault["reason"] for fault in caller.send(CALL | {"root_cause": "x"}).body["errors"]}
    assert reasons == {
        "root_cause": "it must be one of product, price, people, process, delivery, communication, other"
    }


def test_null_is_as_good_as_nothing_and_any_spelling_of_a_case_is_taken(caller: Caller) -> None:
    sent = {"case": CASE.upper().replace("-", ""), "state": "open", "outcome": None, "root_cause": None, "note": None}
    ((task, _),) = caller.send(sent).queued
    assert task["inbound"] == {
        "id": "msg_1", "at": NOON, "case": CASE, "state": "open", "correlation": "JKJaXmPLvHcESHA=",
    }  # fmt: skip


@pytest.mark.parametrize("media", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_only_json_is_taken(caller: Caller, media: str) -> None:
    reply = caller.send(headers={"content-type": media})
    assert (reply.status, reply.queued) == (415, [])


@pytest.mark.parametrize("media", ["application/json; charset=utf-8", "Application/JSON"])
def test_json_may_be_declared_in_each_way(caller: Caller, media: str) -> None:
    assert caller.send(headers={"content-type": media}).status == 202


def test_a_body_that_is_too_large_is_refused_before_anything_is_read(
    caller: Caller, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    exact = json.dumps(CALL, ensure_ascii=False).encode()
    assert caller.send(raw=exact + b" " * (LARGEST_CALL - len(exact))).status == 202
    monkeypatch.setattr(world.inbound_calls, "caller", None)
    reply = caller.send(raw=exact + b" " * (LARGEST_CALL - len(exact) + 1))
    assert (reply.status, str(LARGEST_CALL) in reply.body["detail"]) == (413, True)


def test_words_reach_no_log(caller: Caller, caplog: pytest.LogCaptureFixture) -> None:
    caller.send(CALL | {"note": "canary-4711"})
    caller.send({"canary-4711": "canary-4711"}, name="msg_2")
    caller.send(CALL | {"note": "canary-4711"}, secret=OTHERS)
    written = [vars(record) for record in caplog.records]
    assert [line["message"] for line in written] == ["call taken", "request", "request"]
    assert "canary" not in repr(written)


def test_the_ports_are_those_of_the_bootstrap(world: World) -> None:
    assert isinstance(deps := bootstrap.receive_call_deps(), ReceiveCallDeps)
    assert (deps.calls, deps.secrets, deps.queue) == (world.inbound_calls, world.inbound_secrets, world.delivery_queue)
