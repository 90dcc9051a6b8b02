"""What an erasure does with alerts: nothing more is sent, nothing leads to the response, what was sent is deleted."""

from dataclasses import replace

import pytest

from earshot.domain.alerts import ErasureOfPerson
from earshot.domain.deliveries import SETTLING, DeliveryState, Reached
from earshot.domain.destinations import CRM, OWNER
from earshot.domain.errors import BusyError
from tests.factories import NOON, make_response, revised
from tests.fakes.crash import CrashError
from tests.fakes.raised_alerts import (
    DELETING,
    DELIVERED,
    GONE,
    MESSAGE,
    PARKED,
    REACHED,
    TICKET,
    UNCERTAIN,
    WAITING,
    RaisedAlerts,
)

RESPONSE = make_response(2, comment="It is me, Ann", person="ann")
OTHER = make_response(3, id="another-response", comment="Not I")


def names(reached: set[Reached]) -> set[str]:
    return {each.destination for each in reached}


@pytest.fixture
def world() -> RaisedAlerts:
    world = RaisedAlerts()
    for each in (RESPONSE, OTHER):
        world.raise_on(each)
    return world


def test_what_waits_is_withdrawn_and_nothing_leads_to_the_response(world: RaisedAlerts) -> None:
    others = world.leading_to(OTHER.id)
    assert names(world.withdraw.withdraw(RESPONSE)) == REACHED
    assert world.leading_to(RESPONSE.id) == []
    kept = [each for each in world.deliveries.kept.values() if not each.subject]
    assert {each.destination: each.state for each in kept} == {
        **dict.fromkeys((DELIVERED, GONE, OWNER, TICKET), DeliveryState.DELIVERED),
        **dict.fromkeys((UNCERTAIN, WAITING, PARKED, MESSAGE), DeliveryState.WITHDRAWN),
    }
    assert {(each.body, each.body_hash, each.correlation) for each in kept} == {(None, None, "")}
    assert world.leading_to(OTHER.id) == others != []


def test_what_a_destination_can_delete_is_asked_for_once_and_holds_nothing_of_the_person(world: RaisedAlerts) -> None:
    (written,) = (each for each in world.leading_to(RESPONSE.id) if each.destination == MESSAGE)
    reached = world.withdraw.withdraw(RESPONSE) | world.withdraw.delete(RESPONSE)
    (ticket,), (message,) = (world.deletions()[name] for name in (TICKET, MESSAGE))
    assert {each.deletion for each in reached if each.deletion} == {ticket.key, message.key}
    found_by = f"demo:{RESPONSE.id}"
    assert (ticket.subject, ticket.vendor_id, ticket.next_attempt_at) == (found_by, "ticket/1,contact/2", NOON)
    # The attempt may still be running: it is looked for once that is surely over.
    assert (message.subject, message.vendor_id) == (written.id, None)
    assert (message.next_attempt_at or 0) >= (written.lease_until or 0) + SETTLING
    for each in (ticket, message):
        assert (each.alert, each.rule, each.survey, each.body, each.correlation) == ("", "", "", None, "")
        assert each.is_in_the_index
        assert "Ann" not in repr(each)


def test_what_is_deleted_of_a_person_has_the_same_name_in_each_repeat_and_none_that_leads_back(
    world: RaisedAlerts,
) -> None:
    person = ErasureOfPerson(NOON + 5, b"key")
    reached = world.withdraw.withdraw(RESPONSE, person) | world.withdraw.delete(RESPONSE, person)
    keys = {each.deletion for each in reached if each.deletion}
    assert len(keys) == len(DELETING)
    assert {key.alerted_at for key in keys} == {NOON + 5}
    others = RaisedAlerts()
    others.raise_on(RESPONSE)
    elsewhere = others.withdraw.withdraw(RESPONSE, replace(person, key=b"another key"))
    assert not keys & {each.deletion for each in elsewhere}
    (ticket,) = world.deletions()[TICKET]
    assert RESPONSE.id not in repr(ticket)


def test_the_alerts_go_last(world: RaisedAlerts) -> None:
    world.withdraw.withdraw(RESPONSE)
    assert world.alerts.of_response("demo", RESPONSE.id)
    assert names(world.withdraw.delete(RESPONSE)) == REACHED
    assert world.alerts.of_response("demo", RESPONSE.id) == []
    assert world.alerts.of_response("demo", OTHER.id)


def test_later_revisions_and_what_the_crm_gets_are_withdrawn_too(world: RaisedAlerts) -> None:
    later = revised(RESPONSE, score=9)
    world.update(later)
    for revision in (RESPONSE.revision, later.revision):
        world.send_to_the_crm(RESPONSE, revision)
    world.withdraw.withdraw(later)
    assert world.leading_to(RESPONSE.id) == []
    assert world.states()[CRM] is DeliveryState.WITHDRAWN


def test_a_repeat_changes_nothing_and_names_the_same_destinations(world: RaisedAlerts) -> None:
    world.withdraw.withdraw(RESPONSE)
    kept = dict(world.deliveries.kept)
    assert names(world.withdraw.withdraw(RESPONSE)) == REACHED
    assert world.deliveries.kept == kept


def test_a_response_without_alerts_costs_one_read() -> None:
    world = RaisedAlerts()
    quiet = replace(RESPONSE, last_event=None)
    assert world.withdraw.withdraw(quiet) == set()
    assert world.calls == ["of_response"]


def test_a_delivery_that_another_writes_meanwhile_is_read_again(world: RaisedAlerts) -> None:
    meanwhile = iter([1, 2])

    def write(call: str) -> None:
        if call == "before put" and next(meanwhile, None):
            (found,) = (each for each in world.leading_to(RESPONSE.id) if each.destination == WAITING)
            world.deliveries.kept[found.key] = replace(found, version=found.version + 1)

    world.hook = write
    world.withdraw.withdraw(RESPONSE)
    assert world.leading_to(RESPONSE.id) == []


def test_a_delivery_that_others_write_all_the_while_is_busy(world: RaisedAlerts) -> None:
    def write(call: str) -> None:
        if call == "before put":
            for found in world.leading_to(RESPONSE.id):
                world.deliveries.kept[found.key] = replace(found, version=found.version + 1)

    world.hook = write
    with pytest.raises(BusyError):
        world.withdraw.withdraw(RESPONSE)


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("number", range(1, 20))
def test_interrupted_anywhere_it_goes_on_when_repeated(world: RaisedAlerts, moment: str, number: int) -> None:
    calls = iter(range(1, 1000))

    def crash(call: str) -> None:
        if call.startswith(moment) and next(calls) == number:
            raise CrashError

    world.hook = crash
    try:
        world.withdraw.withdraw(RESPONSE)
        world.withdraw.delete(RESPONSE)
    except CrashError:
        world.hook = lambda _: None
        world.withdraw.withdraw(RESPONSE)
        world.withdraw.delete(RESPONSE)
    assert world.leading_to(RESPONSE.id) == []
    assert world.alerts.of_response("demo", RESPONSE.id) == []
    assert {name: len(found) for name, found in world.deletions().items()} == {TICKET: 1, MESSAGE: 1}
