"""Alerts in HubSpot: one ticket whatever fails, the contact's newest score, and nothing left after an erasure."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from earshot.adapters.destinations.hubspot import HubSpotSender
from earshot.adapters.destinations.hubspot_api import VERSION
from earshot.adapters.destinations.hubspot_properties import OF_CONTACTS, UNIQUE
from earshot.adapters.https_sender import Failure, HttpsSender, Method, Reply
from earshot.domain.alerts import ErasureOfPerson, deletion_of
from earshot.domain.deliveries import Delivery, DeliveryState
from earshot.domain.delivery_outcome import Ambiguous, Delivered, DestinationBroken, Outcome, Rejected, Throttled
from earshot.domain.destination_url import DestinationUrl, read_destination_url
from earshot.domain.destinations import BY_RESPONSE, Destination, Guarantee
from earshot.domain.events import iso
from earshot.ports.destinations import Credentials, Message, Target
from tests.factories import NOON
from tests.fakes.delivering import DeliveringWorld, delivery_task
from tests.fakes.hubspot_stub import TOKEN, HubSpotStub

DAY = 86_400_000
# All that can go wrong with a call; after each of them the delivery is repeated.
FAULTS = (
    "lost",
    "unapplied",
    "applied 502",
    "unreadable",
    "raced",
    "207",
    "429 TEN_SECONDLY_ROLLING",
    "429 DAILY 60",
    "401",
    "423",
    "477",
    "500",
    "503",
    "504",
)
KEEPS_NOTHING_BACK = "raced"


class Direct(HttpsSender):
    """Sends to a stub without a connection."""

    def __init__(self, stub: HubSpotStub) -> None:
        super().__init__()
        self._stub = stub

    def send(
        self, method: Method, url: DestinationUrl, *, headers: Mapping[str, str], body: bytes | None = None
    ) -> Reply | Failure:
        found = self._stub.reply(method, url.target, headers, body)
        if found is None:
            return Ambiguous("the connection broke")
        status, named, content = found
        return Reply(status, named, (content if isinstance(content, str) else json.dumps(content)).encode(), True)


@pytest.fixture
def stub() -> Iterator[HubSpotStub]:
    made = HubSpotStub()
    yield made
    assert made.undeclared == []


def read_url(url: str) -> DestinationUrl:
    return read_destination_url(url, own_hosts=(), local_ports=frozenset())


def sender_of(stub: HubSpotStub) -> HubSpotSender:
    return HubSpotSender(Direct(stub), read_url)


def target(kind: str = "ticket", token: str = TOKEN, **settings: str) -> Target:
    destination = Destination("to-1", "hubspot", "CRM", {"object": kind, **settings}, has_credentials=True)
    return Target(destination, Credentials({"access_token": token}))


def message(response: str = "r1", score: int = 2, *, at: int = NOON, newest: bool = True, **data: Any) -> Message:
    made: dict[str, Any] = {
        "response": response,
        "score": score,
        "category": "detractor" if score <= 6 else "promoter",
        "comment": "late & <cold>",
        "responded_at": iso(at),
        "person": {"id": "ann", "name": "Ann", "email": "Ann@Example.com"},
        "properties": {"plan": "pro"},
        "links": {"response": f"https://nps.example.com/v1/surveys/demo/responses/{response}"},
    }
    return Message(f"d-{response}", "response.detractor", iso(at), {**made, **data}, is_newest=newest)


def delivery(response: str = "r1") -> Delivery:
    return Delivery(f"d-{response}", "to-1", "a1", "default", "demo", response, "response.detractor", NOON)


def send(sender: HubSpotSender, sent: Message, to: Target | None = None, now: int = NOON) -> Outcome:
    to = to or target()
    subject = sent.data.get("response", "")
    return sender.send(replace(delivery(subject), id=sent.id), sender.render(sent, to), to, now)


def only(stub: HubSpotStub, objects: str) -> tuple[str, dict[str, str]]:
    ((record, row),) = stub.rows[objects].items()
    return record, row.properties


def without(message: Message, *names: str) -> Message:
    return replace(message, data={name: value for name, value in message.data.items() if name not in names})


def test_a_detractor_becomes_a_ticket_of_a_contact_with_the_score(stub: HubSpotStub) -> None:
    outcome = send(sender_of(stub), message())
    contact, scores = only(stub, "contacts")
    ticket, properties = only(stub, "tickets")
    assert outcome == Delivered(f"ticket/{ticket},contact/{contact}", 200)
    assert scores == {
        "email": "ann@example.com",
        "nps_score": "2",
        "nps_category": "detractor",
        "nps_comment": "late & <cold>",
        "nps_responded_at": "2026-11-21T12:00:00.000Z",
        "nps_response_id": "demo:r1",
    }
    assert properties.pop("content").splitlines() == [
        "late & <cold>",
        "",
        "Name: Ann",
        "Address: Ann@Example.com",
        "Person: ann",
        "Given at: 2026-11-21T12:00:00.000Z",
        "plan: pro",
        "https://nps.example.com/v1/surveys/demo/responses/r1",
    ]
    assert properties == {
        "subject": "Detractor: 2 of 10",
        "hs_pipeline": "0",
        "hs_pipeline_stage": "1",
        "earshot_response": "demo:r1",
    }
    assert stub.associations == [("tickets", ticket, "contacts", contact)]


def test_a_note_is_written_where_ticket_is_not_asked_for(stub: HubSpotStub) -> None:
    outcome = send(sender_of(stub), message(), target("note"))
    note, properties = only(stub, "notes")
    contact, _ = only(stub, "contacts")
    assert outcome == Delivered(f"note/{note},contact/{contact}", 200)
    assert properties["hs_timestamp"] == "2026-11-21T12:00:00.000Z"
    assert properties["hs_note_body"].startswith("Detractor: 2 of 10<br>late &amp; &lt;cold&gt;<br>")
    assert stub.associations == [("notes", note, "contacts", contact)]


@pytest.mark.parametrize("kind", ["ticket", "note"])
def test_the_longest_comment_is_cut_to_what_hubspot_takes(stub: HubSpotStub, kind: str) -> None:
    assert isinstance(send(sender_of(stub), message(comment="<" * 70_000), target(kind)), Delivered)


def test_a_ticket_goes_where_the_settings_say_and_stays_where_people_moved_it(stub: HubSpotStub) -> None:
    sender, to = sender_of(stub), target(pipeline="77", stage="78")
    send(sender, message(), to)
    ticket, properties = only(stub, "tickets")
    assert (properties["hs_pipeline"], properties["hs_pipeline_stage"]) == ("77", "78")
    stub.rows["tickets"][ticket].properties["hs_pipeline_stage"] = "closed"
    send(sender, message(score=1), to)
    _, properties = only(stub, "tickets")
    assert (properties["subject"], properties["hs_pipeline_stage"]) == ("Detractor: 1 of 10", "closed")


def test_properties_are_made_once_a_process_and_only_those_that_are_needed(stub: HubSpotStub) -> None:
    sender = sender_of(stub)
    send(sender, without(message(), "person"))
    assert set(stub.definitions["tickets"]) >= {UNIQUE}
    assert not set(OF_CONTACTS) & set(stub.definitions["contacts"])
    send(sender, message())
    assert set(OF_CONTACTS) <= set(stub.definitions["contacts"])
    looked_at = [call for call in stub.calls if "/properties/" in call]
    send(sender, message("r2"))
    assert [call for call in stub.calls if "/properties/" in call] == looked_at
    assert len([call for call in looked_at if call.startswith("POST")]) == 1 + len(OF_CONTACTS)


def test_all_paths_have_the_version_and_nothing_is_searched(stub: HubSpotStub) -> None:
    send(sender_of(stub), message())
    assert all(f"/{VERSION}/" in call and "search" not in call for call in stub.calls)


@pytest.mark.parametrize("without_what", [{"person": None}, {"person": {"id": "ann"}}, {"person": {"email": None}}])
def test_without_a_person_or_address_there_is_a_ticket_and_no_contact(
    stub: HubSpotStub, without_what: dict[str, Any]
) -> None:
    outcome = send(sender_of(stub), message(**without_what))
    assert outcome == Delivered(f"ticket/{only(stub, 'tickets')[0]}", 200)
    assert (stub.rows["contacts"], stub.associations) == ({}, [])


def test_a_comment_that_the_destination_may_not_have_is_not_touched(stub: HubSpotStub) -> None:
    send(sender_of(stub), without(message(), "comment"))
    assert "nps_comment" not in only(stub, "contacts")[1]


def test_a_newer_response_without_a_comment_clears_the_former_one(stub: HubSpotStub) -> None:
    sender = sender_of(stub)
    send(sender, message())
    send(sender, message("r2", 9, at=NOON + DAY, comment=None))
    scores = only(stub, "contacts")[1]
    assert (scores["nps_response_id"], scores.get("nps_comment")) == ("demo:r2", None)


def test_a_superseded_response_writes_its_ticket_and_no_score(stub: HubSpotStub) -> None:
    contact = stub.add("contacts", email="ann@example.com", firstname="Ann")
    send(sender_of(stub), message(newest=False))
    ticket, _ = only(stub, "tickets")
    assert only(stub, "contacts") == (contact, {"email": "ann@example.com", "firstname": "Ann"})
    assert stub.associations == [("tickets", ticket, "contacts", contact)]


def test_a_superseded_response_of_somebody_unknown_makes_a_contact_without_a_score(stub: HubSpotStub) -> None:
    send(sender_of(stub), message(newest=False))
    assert only(stub, "contacts")[1] == {"email": "ann@example.com"}
    assert len(stub.associations) == 1


def test_an_older_response_to_another_survey_overwrites_nothing(stub: HubSpotStub) -> None:
    sender = sender_of(stub)
    send(sender, message("r2", 9, at=NOON + DAY))
    send(sender, message("r1", 2))
    assert only(stub, "contacts")[1]["nps_response_id"] == "demo:r2"
    assert {row.properties[UNIQUE] for row in stub.rows["tickets"].values()} == {"demo:r1", "demo:r2"}


@pytest.mark.parametrize("shown", ["1795348800000", "2026-11-21T12:00:00Z", "unreadable", None])
def test_a_contact_shows_a_response_as_it_was_corrected(stub: HubSpotStub, shown: str | None) -> None:
    sender = sender_of(stub)
    send(sender, message())
    contact, scores = only(stub, "contacts")
    stub.rows["contacts"][contact].properties = {
        name: value for name, value in {**scores, "nps_responded_at": shown}.items() if value is not None
    }
    send(sender, message(score=1))
    assert only(stub, "contacts")[1]["nps_score"] == "1"


def test_a_second_address_of_a_contact_leads_to_that_contact(stub: HubSpotStub) -> None:
    contact = stub.add("contacts", "ann@example.com", email="ann@work.example")
    outcome = send(sender_of(stub), message())
    record, scores = only(stub, "contacts")
    assert (record, scores["email"], scores["nps_score"]) == (contact, "ann@work.example", "2")
    assert outcome == Delivered(f"ticket/{only(stub, 'tickets')[0]},contact/{contact}", 200)


def test_a_second_address_of_a_contact_overwrites_no_newer_response(stub: HubSpotStub) -> None:
    sender = sender_of(stub)
    send(sender, message("r0", person=None))
    stub.add(
        "contacts",
        "ann@example.com",
        email="ann@work.example",
        nps_response_id="demo:r2",
        nps_responded_at=iso(NOON + DAY),
        nps_score="9",
    )
    send(sender, message("r1"))
    assert only(stub, "contacts")[1]["nps_score"] == "9"


@pytest.mark.parametrize("kind", ["ticket", "note"])
@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_hits_any_call_a_repeat_leaves_one_of_each(kind: str, fault: str) -> None:
    for number in range(number_of_calls(kind)):
        stub = HubSpotStub(faults=[*[None] * number, fault])
        sender = sender_of(stub)
        first = send(sender, message(), target(kind))
        assert isinstance(first, Delivered) == (fault == KEEPS_NOTHING_BACK or is_harmless(stub, number, fault))
        # The function may have ended, so that the next attempt is made by another process.
        done = send(sender if number % 2 else sender_of(stub), message(), target(kind))
        assert isinstance(done, Delivered), (number, fault, done)
        check_one_of_each(stub, kind, "r1", number, fault)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_late_repeat_after_a_newer_response_leaves_the_newer_one(fault: str) -> None:
    for number in range(number_of_calls("ticket")):
        stub = HubSpotStub(faults=[*[None] * number, fault])
        sender = sender_of(stub)
        send(sender, message("r1", 2))
        assert isinstance(send(sender, message("r2", 9, at=NOON + DAY)), Delivered)
        # Whether or not the ledger knows yet that it is superseded.
        done = send(sender, message("r1", 2, newest=number % 2 == 0))
        assert isinstance(done, Delivered), (number, fault, done)
        assert only(stub, "contacts")[1]["nps_response_id"] == "demo:r2", (number, fault)
        assert sorted(row.properties[UNIQUE] for row in stub.rows["tickets"].values()) == ["demo:r1", "demo:r2"]
        assert len(stub.associations) == 2
        assert stub.undeclared == []


@pytest.mark.parametrize("fault", FAULTS)
def test_the_delivery_engine_repeats_until_it_is_delivered_once(fault: str) -> None:
    last = number_of_calls("ticket") - 1
    for number in (0, last - 4, last - 3, last - 1, last):
        stub = HubSpotStub(faults=[*[None] * number, fault])
        world = DeliveringWorld(replace(target().destination, id="hook"))
        world.credentials.write("hook", {"access_token": TOKEN}, None)
        sender = sender_of(stub)
        world.deps = replace(world.deps, message=lambda _, __, ___: message(), sender={"hubspot": sender}.__getitem__)
        world.send([(delivery_task("1", world.now, subject="r1"), 0)])
        world.run()
        done = world.delivery("1")
        assert (done.state, done.maybe_doubled) == (DeliveryState.DELIVERED, False), (number, fault, done)
        assert done.vendor_id is not None
        check_one_of_each(stub, "ticket", "r1", number, fault)


def number_of_calls(kind: str) -> int:
    stub = HubSpotStub()
    assert isinstance(send(sender_of(stub), message(), target(kind)), Delivered)
    return len(stub.calls)


def is_harmless(stub: HubSpotStub, number: int, fault: str) -> bool:
    """Return whether a fault changed nothing: such a reply is understood without its body."""
    needs_no_body = stub.statuses[number] == 404 or stub.calls[number].startswith("POST /crm/properties/")
    return fault == "unreadable" and needs_no_body


def check_one_of_each(stub: HubSpotStub, kind: str, response: str, *where: object) -> None:
    record, properties = only(stub, f"{kind}s")
    contact, scores = only(stub, "contacts")
    assert properties[UNIQUE] == scores["nps_response_id"] == f"demo:{response}", where
    assert stub.associations == [(f"{kind}s", record, "contacts", contact)], where
    assert stub.undeclared == [], where


def test_a_token_that_is_refused_breaks_the_destination_whichever_call_it_hits() -> None:
    for number in range(number_of_calls("ticket")):
        stub = HubSpotStub(faults=[*[None] * number, "401"])
        outcome = send(sender_of(stub), message())
        assert isinstance(outcome, DestinationBroken)
        assert outcome.cause == "auth"
        assert "pat-" not in outcome.reason
    dead = HubSpotStub()
    assert isinstance(send(sender_of(dead), message(), target(token="pat-dead")), DestinationBroken)
    assert dead.rows["tickets"] == {}


@pytest.mark.parametrize("scope", ["tickets", "crm.objects.contacts.write", "crm.schemas.contacts.write"])
def test_a_scope_that_is_missing_is_named(stub: HubSpotStub, scope: str) -> None:
    stub.missing_scopes = {scope}
    outcome = send(sender_of(stub), message())
    assert isinstance(outcome, DestinationBroken)
    assert outcome.cause == "auth"
    assert scope in outcome.reason
    stub.missing_scopes = set()
    assert isinstance(send(sender_of(stub), message()), Delivered)


def test_a_required_property_is_named_without_any_value(stub: HubSpotStub) -> None:
    stub.required["tickets"] |= {"region", "hs_ticket_priority"}
    outcome = send(sender_of(stub), message())
    assert isinstance(outcome, Rejected)
    assert outcome.reason.endswith("VALIDATION_ERROR); look at the properties hs_ticket_priority, region")
    stub.required["tickets"] -= {"region", "hs_ticket_priority"}
    assert isinstance(send(sender_of(stub), message()), Delivered)


def test_a_property_that_somebody_deleted_is_made_again(stub: HubSpotStub) -> None:
    sender = sender_of(stub)
    send(sender, message())
    del stub.definitions["contacts"]["nps_score"]
    outcome = send(sender, message("r2", at=NOON + DAY))
    assert isinstance(outcome, Rejected)
    assert "nps_score" in outcome.reason
    assert isinstance(send(sender, message("r2", at=NOON + DAY)), Delivered)


@pytest.mark.parametrize("how", ["refused", "ignored"])
def test_without_a_unique_property_no_note_is_written(stub: HubSpotStub, how: str) -> None:
    stub.unique_notes = how
    outcome = send(sender_of(stub), message(), target("note"))
    assert isinstance(outcome, Rejected)
    assert "use object: ticket" in outcome.reason
    assert stub.rows["notes"] == {}


@pytest.mark.parametrize(
    ("objects", "definition"),
    [("tickets", {"name": UNIQUE, "type": "string"}), ("contacts", {"name": "nps_score", "type": "string"})],
)
def test_a_property_that_does_not_do_is_named_and_nothing_is_written(
    stub: HubSpotStub, objects: str, definition: dict[str, Any]
) -> None:
    stub.definitions[objects][definition["name"]] = definition
    outcome = send(sender_of(stub), message())
    assert isinstance(outcome, Rejected)
    assert definition["name"] in outcome.reason
    assert (stub.rows["tickets"], stub.rows["contacts"]) == ({}, {})


def test_an_attempt_ends_before_the_function_does(stub: HubSpotStub) -> None:
    seconds = iter(range(0, 1_000, 2))
    sender = HubSpotSender(Direct(stub), read_url, clock=lambda: float(next(seconds)))
    attempts = 0
    while isinstance(outcome := send(sender, without(message(), "person")), Ambiguous):
        attempts += 1
        assert len(stub.calls) <= 4 * attempts
    # What is known of the account stays known, so that a slow one is reached by and by.
    assert isinstance(outcome, Delivered)
    assert attempts == 1


def test_an_alert_about_the_score_is_a_ticket_alone(stub: HubSpotStub) -> None:
    sent = Message("d9", "score.changed", iso(NOON), {"alert": "a", "day": "2026-11-21", "current": {"nps": -5}})
    sender, to = sender_of(stub), target()
    about = replace(delivery("event-1"), type="score.changed")
    assert isinstance(sender.send(about, sender.render(sent, to), to, NOON), Delivered)
    _, properties = only(stub, "tickets")
    assert (properties["subject"], properties[UNIQUE]) == ("The score has changed", "event-1")
    assert stub.rows["contacts"] == {}


def test_a_test_writes_a_ticket_and_takes_it_back(stub: HubSpotStub) -> None:
    sent = Message("d-test", "destination.test", iso(NOON), {"destination": "to-1", "text": "This is a test."})
    assert send(sender_of(stub), sent) == Delivered(None, 200)
    assert stub.rows["tickets"] == {}
    assert any(call.endswith("/tickets/batch/upsert") for call in stub.calls)


@pytest.mark.parametrize("kind", ["ticket", "note"])
def test_an_erasure_deletes_what_was_written_and_clears_the_contact(stub: HubSpotStub, kind: str) -> None:
    stub.add("contacts", email="ann@example.com", firstname="Ann")
    sender, to = sender_of(stub), target(kind)
    outcome = send(sender, message(), to)
    assert isinstance(outcome, Delivered)
    done = replace(delivery(), vendor_id=outcome.vendor_id, subject="demo:r1")
    for _ in range(2):
        assert sender.erase(done, to, NOON) == Delivered(outcome.vendor_id, 200)
        assert stub.rows[f"{kind}s"] == {}
        assert only(stub, "contacts")[1] == {"email": "ann@example.com", "firstname": "Ann"}
    stub.rows["contacts"].clear()
    assert isinstance(sender.erase(done, to, NOON), Delivered)


@pytest.mark.parametrize("fault", ["lost", "unapplied", "502", "429 DAILY", "401"])
def test_an_erasure_that_fails_can_be_repeated(fault: str) -> None:
    for number in range(2):
        stub = HubSpotStub()
        sender = sender_of(stub)
        outcome = send(sender, message())
        assert isinstance(outcome, Delivered)
        done = replace(delivery(), vendor_id=outcome.vendor_id, subject="demo:r1")
        stub.faults = [*[None] * number, fault]
        assert not isinstance(sender.erase(done, target(), NOON), Delivered)
        assert isinstance(sender.erase(done, target(), NOON), Delivered)
        assert (stub.rows["tickets"], only(stub, "contacts")[1]) == ({}, {"email": "ann@example.com"})


def test_an_erasure_finds_what_an_attempt_of_unknown_outcome_wrote() -> None:
    for number in range(number_of_calls("ticket")):
        stub = HubSpotStub(faults=[*[None] * number, "lost"])
        sender, to = sender_of(stub), target()
        body = sender.render(message(), to)
        unknown = replace(delivery(), body=body)
        assert isinstance(sender.send(unknown, body, to, NOON), Ambiguous)
        stub.index()
        deletion = deletion_of(replace(unknown.anonymized(), erased_by=BY_RESPONSE), "r1", NOON)
        assert "ann" not in repr(deletion)
        assert isinstance(sender.erase(deletion, to, NOON), Delivered)
        assert stub.rows["tickets"] == {}
        assert all(set(row.properties) == {"email"} for row in stub.rows["contacts"].values())


@pytest.mark.parametrize("fault", ["400", "429 TEN_SECONDLY_ROLLING", "401", "lost", "applied 502"])
@pytest.mark.parametrize("call", [1, 2])
def test_an_erasure_finds_what_was_written_before_a_call_failed(fault: str, call: int) -> None:
    stub = HubSpotStub(faults=[*[None] * (number_of_calls("ticket") - call), fault, fault])
    world = DeliveringWorld(target().destination)
    world.credentials.write("to-1", {"access_token": TOKEN}, None)
    sender = sender_of(stub)
    world.deps = replace(world.deps, message=lambda _, __, ___: message(), sender={"hubspot": sender}.__getitem__)
    world.send([(delivery_task("1", world.now, "to-1", subject="r1"), 0)])
    world.run(world.now)
    failed = world.delivery("1", "to-1")
    assert failed.state is not DeliveryState.DELIVERED
    left = failed.anonymized()
    assert left.may_be_there
    assert failed.vendor_id is not None
    assert only(stub, "contacts")[0] in failed.vendor_id
    stub.index()
    stub.faults.clear()
    for person in (None, ErasureOfPerson(NOON, b"key")):
        assert isinstance(sender.erase(deletion_of(left, "r1", NOON, person), target(), NOON), Delivered)
        assert (stub.rows["tickets"], only(stub, "contacts")[1]) == ({}, {"email": "ann@example.com"})


def test_responses_of_two_surveys_with_the_same_id_have_a_ticket_each(stub: HubSpotStub) -> None:
    sender, to = sender_of(stub), target()
    body = sender.render(message(), to)
    for survey in ("demo", "shop", "demo"):
        done = sender.send(replace(delivery(), survey=survey), body, to, NOON)
        assert isinstance(done, Delivered)
    assert sorted(row.properties[UNIQUE] for row in stub.rows["tickets"].values()) == ["demo:r1", "shop:r1"]
    stub.index()
    unknown = replace(delivery(), survey="shop", erased_by=BY_RESPONSE)
    assert isinstance(sender.erase(deletion_of(unknown, "r1", NOON), to, NOON), Delivered)
    assert only(stub, "tickets")[1][UNIQUE] == only(stub, "contacts")[1]["nps_response_id"] == "demo:r1"


def test_an_erasure_leaves_the_score_of_another_response_at_the_contact(stub: HubSpotStub) -> None:
    sender = sender_of(stub)
    outcome = send(sender, message("r1"))
    assert isinstance(outcome, Delivered)
    send(sender, message("r2", 9, at=NOON + DAY))
    assert isinstance(
        sender.erase(replace(delivery(), vendor_id=outcome.vendor_id, subject="demo:r1"), target(), NOON), Delivered
    )
    _, contact = only(stub, "contacts")
    assert (contact["nps_response_id"], contact["nps_score"]) == ("demo:r2", "9")
    assert only(stub, "tickets")[1][UNIQUE] == "demo:r2"


def test_the_erasure_of_a_person_clears_whatever_response_the_contact_shows(stub: HubSpotStub) -> None:
    sender = sender_of(stub)
    outcome = send(sender, message("r1"))
    assert isinstance(outcome, Delivered)
    send(sender, message("r2", 9, at=NOON + DAY))
    written = replace(delivery(), vendor_id=outcome.vendor_id, erased_by=BY_RESPONSE)
    deletion = deletion_of(written, "r1", NOON, ErasureOfPerson(NOON, b"key"))
    assert "r1" not in repr(deletion)
    assert isinstance(sender.erase(deletion, target(), NOON), Delivered)
    assert only(stub, "contacts")[1] == {"email": "ann@example.com"}


def test_a_probe_finds_what_was_written_and_says_if_there_is_nothing(stub: HubSpotStub) -> None:
    sender, to = sender_of(stub), target()
    send(sender, message("r0"))
    body = sender.render(message(person={"id": "bob", "email": "bob@example.com"}), to)
    unknown = replace(delivery(), body=body)
    assert sender.probe(unknown, to, NOON) is None
    written = sender.send(unknown, body, to, NOON)
    assert sender.probe(unknown, to, NOON) == written


def test_hubspot_drops_repeats_by_our_key_and_lets_us_erase() -> None:
    rules = target().destination.rules
    assert (rules.guarantee, rules.can_erase, rules.is_for_people) == (Guarantee.KEY, True, False)


def test_over_a_connection_a_reply_that_is_lost_is_followed_by_a_repeat(stub: HubSpotStub) -> None:
    with stub.serving() as served:
        sender = HubSpotSender(HttpsSender(), read_url, api=served.url)
        number = number_of_calls("ticket") - 2
        stub.faults = [*[None] * number, "lost"]
        assert isinstance(send(sender, message()), Ambiguous)
        assert isinstance(send(sender, message()), Delivered)
    check_one_of_each(stub, "ticket", "r1")


def test_hubspot_asks_for_patience(stub: HubSpotStub) -> None:
    stub.faults = ["429 TEN_SECONDLY_ROLLING"]
    assert send(sender_of(stub), message()) == Throttled(NOON + 10_000, 429)
