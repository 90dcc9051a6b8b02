"""Destinations: changed under the hands of others, with credentials that are never in the table, and tried again."""

from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from earshot.domain.alert_rules import AlertRule, When
from earshot.domain.deliveries import Delivery, DeliveryState
from earshot.domain.destinations import (
    CRM,
    KINDS,
    OWNER,
    Destination,
    DestinationState,
    Kind,
    crm_destination,
    owner_destination,
)
from earshot.domain.errors import BusyError, ChangedError, ConflictError, InvalidError
from earshot.domain.message_types import DELETION
from earshot.ports.destinations import Credentials
from earshot.services.alerts import deliver_again, manage_destinations
from earshot.services.alerts.deliver_again import AgainTask, counted
from earshot.services.alerts.manage_destinations import (
    Draft,
    ManageDestinationsDeps,
    change_destination,
    create_destination,
    delete_destination,
    deliveries_of_response,
    list_deliveries,
    list_destinations,
    redrive,
    replay,
    rotate_secret,
)
from earshot.services.alerts.manage_destinations import (
    test_destination as send_test,
)
from tests.factories import NOON, make_response, make_survey, revised
from tests.fakes.alerts import (
    DelayedQueue,
    InMemoryAlertRules,
    InMemoryAlerts,
    InMemoryCredentials,
    InMemoryDeliveries,
    InMemoryDestinations,
)
from tests.fakes.ledger import InMemoryLedger
from tests.fakes.raised_alerts import RaisedAlerts
from tests.fakes.surveys import InMemorySurveys

URL = {"url": "https://hooks.example.com/"}
HOOK = Destination("hook", "webhook", "Hook", URL, has_credentials=True)
# A kind with credentials of two forms, of which one is given.
CHAT = Kind("chat", settings=(("channel",),), credentials=(("bot_token", "webhook_url"),), optional=("thread",))
CHANNEL = Destination("room", "chat", "Room", {"channel": "#alerts"}, has_credentials=True)


class World:
    """The ports of a test."""

    def __init__(self, *destinations: Destination) -> None:
        self.destinations = InMemoryDestinations(*destinations)
        self.deliveries = InMemoryDeliveries(self.destinations)
        self.credentials, self.inbound = InMemoryCredentials(), InMemoryCredentials()
        self.rules = InMemoryAlertRules()
        self.queue = DelayedQueue()
        numbers = count(1)
        self.deps = ManageDestinationsDeps(
            destinations=self.destinations,
            deliveries=self.deliveries,
            credentials=self.credentials,
            inbound=self.inbound,
            alerts=InMemoryAlerts(),
            rules=self.rules,
            surveys=InMemorySurveys(make_survey(), make_survey(id="other")),
            responses=self.deliveries.ledger,
            queue=self.queue,
            built_in={CRM: crm_destination(""), OWNER: owner_destination()}.get,
            check_url=lambda _: None,
            new_id=lambda: f"to-{next(numbers)}",
            new_secret=lambda: f"secret-{next(numbers)}",
            now=NOON,
        )

    def keep(self, delivery: str, **fields: Any) -> Delivery:
        settings: dict[str, Any] = {"destination": "hook", "alert": "a", "rule": "r", "survey": "demo", "subject": "s"}
        settings |= {"type": "response.detractor", "alerted_at": NOON, "version": 1}
        found = Delivery(id=delivery, **(settings | fields))
        self.deliveries.kept[found.key] = found
        return found

    @property
    def queued(self) -> list[str]:
        return [task["delivery"] for task, _ in self.queue.tasks]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    kinds = {**KINDS, "chat": CHAT}
    monkeypatch.setattr(manage_destinations, "KINDS", kinds)
    monkeypatch.setattr("earshot.domain.destinations.KINDS", kinds)
    return World(HOOK, CHANNEL)


def test_credentials_are_stored_before_the_destination(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def is_away(*_: object) -> None:
        raise BusyError("the secret is busy")

    monkeypatch.setattr(world.credentials, "write", is_away)
    with pytest.raises(BusyError):
        create_destination(Draft("webhook", "New", URL), world.deps)
    assert list(world.destinations.kept) == ["hook", "room"]


def test_credentials_are_in_their_store_and_nowhere_else(world: World) -> None:
    draft = Draft("chat", "New", {"channel": "#alerts"}, {"bot_token": "xoxb-1"})
    made = create_destination(draft, world.deps)
    assert (made.secret, made.inbound_secret, made.destination.has_credentials) == (None, None, True)
    assert world.credentials.kept[made.destination.id] == Credentials({"bot_token": "xoxb-1"})
    assert "xoxb" not in repr(world.destinations.kept)


@pytest.mark.parametrize(
    ("settings", "credentials", "wrong"),
    [
        ({}, {"bot_token": "t"}, ["settings.channel"]),
        ({"channel": "#a"}, {}, ["credentials.bot_token"]),
        ({"channel": "#a"}, {"bot_token": "t", "webhook_url": "u"}, ["credentials.bot_token"]),
        ({"channel": "#a", "thread": "t"}, {"webhook_url": "u", "password": "p"}, ["credentials.password"]),
        ({"channel": "#a", "url": "u"}, {"webhook_url": "u"}, ["settings.url"]),
    ],
)
def test_a_kind_gets_the_fields_that_it_declares(
    world: World, settings: dict[str, str], credentials: dict[str, str], wrong: list[str]
) -> None:
    with pytest.raises(InvalidError) as refused:
        create_destination(Draft("chat", "New", settings, credentials), world.deps)
    assert [fault.field for fault in refused.value.faults] == wrong
    assert world.credentials.kept == {}


RESPONSE = make_response(2, person="ann")
BOT = Destination("bot", "slack", "Bot", {"channel": "C1"}, has_credentials=True, credentials=("bot_token",))
SIMPLE = Destination("simple", "slack", "Simple", has_credentials=True, credentials=("webhook_url",))


@pytest.mark.parametrize(
    ("old", "changes"),
    [
        (BOT, {"settings": {}}),
        (BOT, {"credentials": {"webhook_url": "u"}}),
        (SIMPLE, {"settings": {"channel": "C1"}}),
        (SIMPLE, {"credentials": {"bot_token": "t"}}),
    ],
)
def test_settings_fit_the_credentials_that_are_stored(world: World, old: Destination, changes: dict[str, Any]) -> None:
    world.destinations.kept[old.id] = old
    with pytest.raises(InvalidError) as refused:
        change_destination(old.id, changes, world.deps)
    assert [fault.field for fault in refused.value.faults] == ["settings.channel"]
    assert (world.destinations.kept[old.id], world.credentials.kept) == (old, {})


def test_both_may_change_together(world: World) -> None:
    world.destinations.kept["bot"] = BOT
    changed = change_destination("bot", {"settings": {}, "credentials": {"webhook_url": "u"}}, world.deps)
    assert (changed.settings, changed.credentials) == ({}, ("webhook_url",))


def test_a_note_has_no_place_among_tickets(world: World) -> None:
    settings = {"object": "note", "stage": "1", "pipeline": "0"}
    with pytest.raises(InvalidError) as refused:
        create_destination(Draft("hubspot", "New", settings, {"access_token": "t"}), world.deps)
    assert [fault.field for fault in refused.value.faults] == ["settings.pipeline", "settings.stage"]


@pytest.mark.parametrize("name", [OWNER, "mail"])
def test_what_only_owners_get_is_not_tested(world: World, name: str) -> None:
    world.destinations.kept["mail"] = Destination("mail", "email", "Mail", {"to": (OWNER,)})
    with pytest.raises(ConflictError, match="a test is of no survey"):
        send_test(name, world.deps)
    assert world.queued == []


def test_a_test_reaches_the_others_besides_an_owner(world: World) -> None:
    world.destinations.kept["mail"] = Destination("mail", "email", "Mail", {"to": (OWNER, "ann@example.com")})
    queued = send_test("mail", world.deps)
    assert world.queued == [queued]


def test_a_webhook_keeps_its_secret_whatever_credentials_are_sent(world: World) -> None:
    made = create_destination(Draft("webhook", "New", URL), world.deps)
    name = made.destination.id
    with pytest.raises(InvalidError):
        change_destination(name, {"credentials": {"bot_token": "t"}}, world.deps)
    change_destination(name, {"credentials": {}, "name": "Newer"}, world.deps)
    assert world.credentials.kept[name].secrets == (made.secret,)


class TestCallsToUs:
    def test_a_webhook_that_may_call_has_a_secret_of_its_own(self, world: World) -> None:
        made = create_destination(Draft("webhook", "New", URL, inbound=True), world.deps)
        name = made.destination.id
        assert made.secret != made.inbound_secret is not None
        assert world.credentials.kept[name].secrets == (made.secret,)
        assert world.inbound.kept[name].secrets == (made.inbound_secret,)
        assert made.destination.takes_calls

    def test_no_other_kind_calls_us(self, world: World) -> None:
        draft = Draft("chat", "New", {"channel": "#a"}, {"bot_token": "t"}, inbound=True)
        with pytest.raises(InvalidError) as refused:
            create_destination(draft, world.deps)
        assert [fault.field for fault in refused.value.faults] == ["inbound"]
        with pytest.raises(InvalidError, match="only a webhook"):
            change_destination("room", {"inbound": True}, world.deps)
        with pytest.raises(ConflictError):
            rotate_secret("room", world.deps, inbound=True)
        assert world.inbound.kept == {}

    def test_a_new_secret_begins_its_calls_and_replaces_the_former_one_in_a_day(self, world: World) -> None:
        with pytest.raises(InvalidError, match="rotate-secret"):
            change_destination("hook", {"inbound": True}, world.deps)
        assert not world.destinations.kept["hook"].takes_calls
        first, second = (rotate_secret("hook", world.deps, inbound=True) for _ in range(2))
        assert world.inbound.kept["hook"].secrets == (second, first)
        assert (world.credentials.kept, world.destinations.kept["hook"].revision) == ({}, 3)
        assert change_destination("hook", {"inbound": True}, world.deps).takes_calls

    def test_once_it_may_call_no_more_its_former_secret_signs_nothing(self, world: World) -> None:
        rotate_secret("hook", world.deps, inbound=True)
        assert not change_destination("hook", {"inbound": False}, world.deps).takes_calls
        assert not world.inbound.kept["hook"].secrets
        new = rotate_secret("hook", world.deps, inbound=True)
        assert world.inbound.kept["hook"].secrets == (new,)

    def test_a_broken_one_still_calls_and_a_disabled_one_does_not(self) -> None:
        called = replace(HOOK, inbound=True)
        assert called.stopped(DestinationState.BROKEN, "401").takes_calls
        assert not called.stopped(DestinationState.DISABLED, "410").takes_calls

    def test_with_the_destination_its_secret_goes(self, world: World) -> None:
        rotate_secret("hook", world.deps, inbound=True)
        delete_destination("hook", world.deps)
        assert world.inbound.kept == {}


def test_new_credentials_repair_a_broken_destination_and_let_go_what_waited(world: World) -> None:
    broken = CHANNEL.stopped(DestinationState.BROKEN, "it replied 401")
    world.destinations.kept["room"] = broken
    waiting = world.keep("d-1", destination="room", state=DeliveryState.WAITING, waits_for_breaker=True)
    changed = change_destination("room", {"credentials": {"bot_token": "new"}}, world.deps)
    assert (changed.state, changed.reason) == (DestinationState.ENABLED, None)
    assert world.credentials.kept["room"].fields == {"bot_token": "new"}
    assert world.queued == [waiting.id]


def test_new_credentials_do_not_enable_what_somebody_disabled(world: World) -> None:
    world.destinations.kept["room"] = CHANNEL.stopped(DestinationState.DISABLED, "too much")
    changed = change_destination("room", {"credentials": {"bot_token": "new"}}, world.deps)
    assert (changed.state, world.queued) == (DestinationState.DISABLED, [])


def test_a_change_goes_on_from_what_others_wrote_unless_it_rests_on_a_revision(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = world.destinations.put

    def late(destination: Destination, replaces: Destination | None) -> bool:
        monkeypatch.setattr(world.destinations, "put", put)
        now = world.destinations.kept["hook"]
        world.destinations.kept["hook"] = replace(now, contact="ops@example.com", revision=now.revision + 1)
        return put(destination, replaces)

    monkeypatch.setattr(world.destinations, "put", late)
    changed = change_destination("hook", {"name": "New"}, world.deps)
    assert (changed.name, changed.contact, changed.revision) == ("New", "ops@example.com", 3)
    monkeypatch.setattr(world.destinations, "put", late)
    with pytest.raises(ChangedError) as refused:
        change_destination("hook", {"name": "Newer", "revision": 3}, world.deps)
    assert refused.value.current == world.destinations.kept["hook"]
    assert (refused.value.current.name, refused.value.current.revision) == ("New", 4)


def test_a_destination_in_use_by_any_survey_is_not_deleted(world: World) -> None:
    rules = [AlertRule(f"r-{n}", "other", When.DETRACTOR, ("hook",)) for n in range(12)]
    world.rules.kept = {(rule.survey, rule.id): rule for rule in rules}
    with pytest.raises(ConflictError, match="other/r-0, other/r-1, ") as refused:
        delete_destination("hook", world.deps)
    assert refused.value.detail.count("other/r-") == 10
    assert "hook" in world.destinations.kept


def test_what_waits_for_a_deleted_destination_is_queued_to_be_parked(world: World) -> None:
    world.keep("d-1", state=DeliveryState.WAITING, waits_for_breaker=True)
    world.keep("d-2", state=DeliveryState.DELIVERED)
    world.credentials.write("hook", {}, "secret")
    delete_destination("hook", world.deps)
    assert (world.queued, world.credentials.kept, list(world.destinations.kept)) == (["d-1"], {}, ["room"])


@pytest.mark.parametrize(
    ("gone", "asked"),
    [
        (Destination("mail", "email", "Mail", {"to": ["ann@example.com"]}), (0, 0)),
        (CHANNEL, (1, 0)),
        (HOOK, (1, 1)),
    ],
)
def test_only_secrets_that_a_destination_may_have_are_deleted(
    world: World, monkeypatch: pytest.MonkeyPatch, gone: Destination, asked: tuple[int, int]
) -> None:
    deleted: list[InMemoryCredentials] = []
    monkeypatch.setattr(InMemoryCredentials, "delete", lambda self, _: deleted.append(self))
    world.destinations.kept[gone.id] = gone
    delete_destination(gone.id, world.deps)
    assert (deleted.count(world.credentials), deleted.count(world.inbound)) == asked


def test_the_secret_of_calls_that_are_no_longer_taken_is_deleted_too(world: World) -> None:
    rotate_secret("hook", world.deps, inbound=True)
    change_destination("hook", {"inbound": False}, world.deps)
    assert world.inbound.kept
    delete_destination("hook", world.deps)
    assert world.inbound.kept == {}


@pytest.mark.parametrize("dying", ["credentials.delete", "queue.send", "destinations.delete"])
def test_a_deletion_that_was_interrupted_is_finished_by_a_repeat(
    world: World, monkeypatch: pytest.MonkeyPatch, dying: str
) -> None:
    def is_away(*_: object) -> None:
        raise BusyError("it is away")

    world.keep("d-1", state=DeliveryState.WAITING, waits_for_breaker=True)
    world.credentials.write("hook", {}, "secret")
    port, _, call = dying.partition(".")
    with monkeypatch.context() as broken:
        broken.setattr(getattr(world, port), call, is_away)
        with pytest.raises(BusyError):
            delete_destination("hook", world.deps)
    assert not world.destinations.kept["hook"].is_enabled, "nothing is sent without the secret"
    delete_destination("hook", world.deps)
    assert ("d-1" in world.queued, world.credentials.kept, list(world.destinations.kept)) == (True, {}, ["room"])


@pytest.mark.parametrize("error", [None, BusyError("the table is away")])
def test_a_destination_that_could_not_be_stored_leaves_no_secret(
    world: World, monkeypatch: pytest.MonkeyPatch, error: BusyError | None
) -> None:
    def put(*_: object) -> bool:
        if error:
            raise error
        return False

    monkeypatch.setattr(world.destinations, "put", put)
    with pytest.raises(BusyError):
        create_destination(Draft("webhook", "New", URL, inbound=True), world.deps)
    assert (world.credentials.kept, world.inbound.kept) == ({}, {})


def test_a_destination_whose_writing_got_no_reply_is_made(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    put = world.destinations.put

    def without_reply(made: Destination, replaces: Destination | None) -> bool:
        put(made, replaces)
        raise BusyError("no reply")

    monkeypatch.setattr(world.destinations, "put", without_reply)
    made = create_destination(Draft("webhook", "New", URL), world.deps)
    name = made.destination.id
    assert (world.destinations.kept[name], world.credentials.kept[name].secrets) == (made.destination, (made.secret,))


@pytest.mark.parametrize("state", [DestinationState.DISABLED, DestinationState.ENABLED])
def test_all_that_waits_for_a_destination_is_looked_at_again_once_its_state_is_another(
    world: World, state: DestinationState
) -> None:
    other = {DestinationState.DISABLED: DestinationState.ENABLED, DestinationState.ENABLED: DestinationState.DISABLED}
    world.destinations.kept["hook"] = replace(HOOK, state=other[state])
    world.keep("d-1", state=DeliveryState.WAITING, waits_for_breaker=True)
    change_destination("hook", {"state": state}, world.deps)
    assert world.queued == ["d-1"]
    assert world.deliveries.breakers["hook"].is_releasing, "the planner goes on with the rest"
    change_destination("hook", {"state": state}, world.deps)
    assert world.queued == ["d-1"]


def test_a_kind_that_signs_nothing_has_no_secret_to_rotate(world: World) -> None:
    with pytest.raises(ConflictError, match="credentials"):
        rotate_secret("room", world.deps)
    assert world.credentials.kept == {}


def test_more_than_one_call_releases_is_left_to_the_function_that_delivers_and_counted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver_again, "A_TURN", 2)
    monkeypatch.setattr(deliver_again, "LOOKED_AT", 2)
    for number in range(5):
        world.keep(f"d-{number}", alerted_at=NOON + number, state=DeliveryState.PARKED)
    assert redrive("hook", world.deps) == 5
    *released, (rest, delay) = world.queue.tasks
    assert [task["delivery"] for task, _ in released] == ["d-4", "d-3"]
    assert (rest["destination"], delay) == ("hook", 0)
    assert counted(AgainTask.of(rest), world.deliveries) == 3


def test_what_was_delivered_is_replayed_since_a_moment_and_what_is_parked_redriven(world: World) -> None:
    for number, state in enumerate((DeliveryState.PARKED, DeliveryState.DELIVERED, DeliveryState.DELIVERED)):
        world.keep(f"d-{number}", alerted_at=NOON + number, state=state)
    assert (redrive("hook", world.deps), replay("hook", NOON + 2, world.deps)) == (1, 1)
    assert world.queued == ["d-0", "d-2"]


def test_a_replay_deletes_nothing_again_but_what_was_given_up(world: World) -> None:
    for number, state in enumerate((DeliveryState.DELIVERED, DeliveryState.PARKED)):
        world.keep(f"d-{number}", type=DELETION, state=state)
    assert replay("hook", 0, world.deps) == 1
    assert world.queued == ["d-1"]


def test_those_of_the_deployment_come_first_and_are_not_counted(world: World) -> None:
    assert [each.id for each in list_destinations(world.deps)] == ["crm", "owner", "hook", "room"]


def test_deliveries_are_listed_page_by_page_over_all_destinations(world: World) -> None:
    for number in range(7):
        for name in ("hook", "owner", "room"):
            world.keep(f"{name}-{number}", destination=name, alerted_at=NOON + number)
    found: list[str] = []
    place: tuple[str, str] | None = ("", "")
    while place is not None:
        page, place = list_deliveries(lambda each: each.destination != "owner", place, 3, world.deps)
        found += [each.id for each in page]
    assert found == [f"{name}-{number}" for name in ("hook", "room") for number in reversed(range(7))]


def test_the_deliveries_of_a_response_are_those_that_an_erasure_withdraws() -> None:
    raised = RaisedAlerts()
    raised.raise_on(RESPONSE)
    later = revised(RESPONSE, score=3)
    raised.update(later)
    raised.send_to_the_crm(RESPONSE, RESPONSE.revision)
    ledger = InMemoryLedger()
    ledger.items["demo", later.id] = later
    deps = replace(World().deps, deliveries=raised.deliveries, alerts=raised.alerts, responses=ledger)
    wanted = {each.key for each in raised.deliveries.kept.values() if each.subject == RESPONSE.id}
    assert {each.key for each in deliveries_of_response("demo", RESPONSE.id, deps)} == wanted
    assert {CRM, OWNER} <= {key.destination for key in wanted}
    assert deliveries_of_response("demo", "another", deps) == []


def test_a_list_looks_through_few_pages_and_only_at_the_destination_that_is_named(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(50):
        world.keep(f"d-{number}", alerted_at=NOON + number)
    world.keep("wanted", destination="room")
    pages, looked_at = world.deliveries.of_destination, []

    def page(destination: str, limit: int, before: str = "") -> tuple[list[Delivery], str | None]:
        looked_at.append(destination)
        return pages(destination, limit, before)

    monkeypatch.setattr(world.deliveries, "of_destination", page)
    found, place = list_deliveries(lambda each: each.id == "wanted", ("", ""), 2, world.deps, "room")
    assert ([each.id for each in found], place, looked_at) == (["wanted"], None, ["room"])
    looked_at.clear()
    place, turns = ("", ""), 0
    while place is not None:
        found, place = list_deliveries(lambda each: each.id == "wanted", place, 2, world.deps)
        turns += 1
    assert ([each.id for each in found], turns, len(looked_at)) == (["wanted"], 3, 28)
