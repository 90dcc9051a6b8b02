"""What an erasure does with alerts: nothing more is sent, nothing leads to the response, and where it went is named."""

from dataclasses import replace

import pytest

from earshot.domain.deliveries import DeliveryState
from earshot.domain.destinations import CRM, KINDS, OWNER
from earshot.domain.errors import BusyError
from earshot.services.alerts.withdraw_alerts import GONE as DELETED
from earshot.services.alerts.withdraw_alerts import Elsewhere, still_elsewhere
from tests.factories import make_response, revised
from tests.fakes.crash import CrashError
from tests.fakes.raised_alerts import DELIVERED, GONE, PARKED, REACHED, UNCERTAIN, WAITING, RaisedAlerts

RESPONSE = make_response(2, comment="It is me, Ann", person="ann")
OTHER = make_response(3, id="another-response", comment="Not I")


@pytest.fixture
def world() -> RaisedAlerts:
    world = RaisedAlerts()
    for each in (RESPONSE, OTHER):
        world.raise_on(each)
    return world


def test_what_waits_is_withdrawn_and_nothing_leads_to_the_response(world: RaisedAlerts) -> None:
    others = world.leading_to(OTHER.id)
    assert world.withdraw.withdraw(RESPONSE) == REACHED
    assert world.leading_to(RESPONSE.id) == []
    kept = [each for each in world.deliveries.kept.values() if not each.subject]
    assert {each.destination: each.state for each in kept} == {
        **dict.fromkeys((DELIVERED, GONE, OWNER), DeliveryState.DELIVERED),
        **dict.fromkeys((UNCERTAIN, WAITING, PARKED), DeliveryState.WITHDRAWN),
    }
    assert {(each.body, each.body_hash, each.correlation) for each in kept} == {(None, None, "")}
    assert world.leading_to(OTHER.id) == others != []


def test_the_alerts_go_last(world: RaisedAlerts) -> None:
    world.withdraw.withdraw(RESPONSE)
    assert world.alerts.of_response("demo", RESPONSE.id)
    assert world.withdraw.delete(RESPONSE) == REACHED
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
    assert world.withdraw.withdraw(RESPONSE) == REACHED
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


def test_where_something_stays_is_named_with_its_kind_and_why(world: RaisedAlerts) -> None:
    assert still_elsewhere([OWNER, GONE, CRM, DELIVERED], world.destinations) == [
        Elsewhere(CRM, "webhook", KINDS["webhook"].why_it_stays),
        Elsewhere(DELIVERED, "webhook", KINDS["webhook"].why_it_stays),
        Elsewhere(GONE, None, DELETED),
        Elsewhere(OWNER, "email", KINDS["email"].why_it_stays),
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_says_why_what_it_got_stays(kind: str) -> None:
    assert KINDS[kind].why_it_stays
