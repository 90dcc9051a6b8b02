"""Each delivery arrives, once where the receiver can tell repeats, whatever the receiver and the functions do."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from earshot.domain.alerts import deletion_of
from earshot.domain.circuit_breaker import FAILURES, FIRST_PAUSE, BreakerState
from earshot.domain.deliveries import HOUR, MINUTE, PATIENCE, Delivery, DeliveryKey, DeliveryState
from earshot.domain.delivery_outcome import (
    Ambiguous,
    Delivered,
    DestinationBroken,
    Down,
    Outcome,
    Rejected,
    Throttled,
    outcome_of_status,
)
from earshot.domain.destinations import (
    BY_RESPONSE,
    KINDS,
    Destination,
    DestinationState,
    Guarantee,
    Kind,
    contact_destination,
)
from earshot.domain.errors import BusyError
from earshot.domain.message_types import FOR_PEOPLE, ONLY_IF_NAMED, REMINDER, TO_STAFF
from earshot.domain.response import Key, Response
from earshot.ports.destinations import Message, NotYet, Standing
from earshot.services.alerts.deliver import NO_LONGER_WANTED, deliver
from earshot.services.alerts.follow_deliveries import MOST_RELEASED, task_of
from tests.factories import make_response
from tests.fakes.alerts import ObedientSender
from tests.fakes.crash import CrashError
from tests.fakes.delivering import TICK, DeliveringWorld, delivery_task

HOOK = Destination("hook", "webhook", "Hook", {"url": "https://example.com"})
MAIL = Destination("mail", "email", "Mail", {"to": ["owner"]})
TICKETS = Destination("tickets", "hubspot", "Tickets", {"object": "ticket"})
AWAY = Down("it is away")
UNKNOWN = Ambiguous("the reply was lost")


@pytest.fixture
def world() -> DeliveringWorld:
    return DeliveringWorld(HOOK, MAIL)


def ask(world: DeliveringWorld, number: str = "1", destination: str = "hook", **more: Any) -> None:
    world.send([(delivery_task(number, destination=destination, **{"alerted_at": world.now} | more), 0)])


def test_a_delivery_is_made_once_however_often_it_is_asked_for(world: DeliveringWorld) -> None:
    task = delivery_task("1", world.now)
    world.send([(task, 0), (task, 0), (task, 30)])
    world.run()
    assert world.sender.taken == ["1"]
    found = world.delivery("1")
    assert (found.state, found.body) == (DeliveryState.DELIVERED, None)
    assert [attempt.outcome for attempt in found.attempts] == ["delivered"]


def test_the_response_is_read_with_the_first_message_of_a_delivery_and_a_later_one_names_none(
    world: DeliveringWorld,
) -> None:
    response = make_response(2, id="response-1")
    world.deliveries.ledger.items["demo", response.id] = response
    given: list[Response | None] = []
    message = world.deps.message

    def noted(delivery: Delivery, destination: Destination, found: Response | None) -> Message | NotYet | None:
        given.append(found)
        return message(delivery, destination, found)

    world.deps = replace(world.deps, message=noted)
    world.sender.outcomes = [AWAY]
    ask(world)
    world.run()
    assert given == [response, None]
    assert world.sender.taken == ["1"]


def test_a_failed_attempt_is_repeated_after_ever_longer_steps_until_it_is_parked(world: DeliveringWorld) -> None:
    start = world.now
    world.sender.outcomes = [AWAY] * 1000
    ask(world)
    world.run(start + 2 * PATIENCE)
    found = world.delivery("1")
    assert found.state is DeliveryState.PARKED
    assert found.reason is not None
    assert "it is away" in found.reason
    assert found.attempts[-1].at - start >= PATIENCE


def test_a_delivery_queues_no_more_messages_than_it_makes_attempts_and_one(world: DeliveringWorld) -> None:
    # sync_crm feeds its own queue, and Lambda does not stop it.
    world.sender.outcomes = [UNKNOWN, *[AWAY] * 1000]
    ask(world)
    world.run(world.now + 2 * PATIENCE)
    assert world.delivery("1").state is DeliveryState.PARKED
    assert world.queued <= 1 + len(world.sender.calls)


def test_a_destination_that_asks_for_patience_for_ever_does_not_get_it(world: DeliveringWorld) -> None:
    start = world.now
    world.sender.outcomes = [lambda: Throttled(world.now + HOUR, 429)] * 1000
    ask(world)
    world.run(start + 2 * PATIENCE)
    found = world.delivery("1")
    assert found.state is DeliveryState.PARKED
    assert found.reason == "given up after 76 hours: the destination asked to wait"
    assert world.queued <= 1 + len(world.sender.calls)


def test_the_next_attempt_of_a_parked_delivery_comes_only_if_somebody_asks(world: DeliveringWorld) -> None:
    world.sender.outcomes = [Rejected("it refuses the contents", 422)]
    ask(world)
    world.run()
    parked = world.delivery("1")
    assert (parked.state, parked.reason) == (DeliveryState.PARKED, "it refuses the contents")
    assert world.deliveries.put(parked.released(), parked)
    ask(world, alerted_at=parked.alerted_at)
    world.run()
    assert world.delivery("1").state is DeliveryState.DELIVERED


def test_what_was_erased_is_withdrawn(world: DeliveringWorld) -> None:
    world.sender.outcomes = [AWAY]
    ask(world)
    world.run(world.now)
    world.withdrawn.add("response-1")
    world.run()
    assert world.delivery("1").state is DeliveryState.WITHDRAWN
    assert world.delivery("1").body is None
    assert world.sender.taken == []


def test_what_was_withdrawn_undelivered_goes_once_its_response_matches_again(world: DeliveringWorld) -> None:
    world.withdrawn.add("response-1")
    ask(world)
    world.run()
    withdrawn = world.delivery("1")
    assert (withdrawn.state, world.sender.taken) == (DeliveryState.WITHDRAWN, [])
    world.withdrawn.clear()
    ask(world, alerted_at=withdrawn.alerted_at)
    world.run()
    assert (world.delivery("1").state, world.sender.taken) == (DeliveryState.DELIVERED, ["1"])


@pytest.mark.parametrize("is_erased", [True, False])
def test_what_was_erased_or_delivered_before_it_was_withdrawn_goes_no_more(
    world: DeliveringWorld, *, is_erased: bool
) -> None:
    ask(world)
    world.sender.outcomes = [AWAY] if is_erased else []
    world.run(world.now)
    known = world.delivery("1")
    left = known.anonymized() if is_erased else known.released().withdrawn("it matches no more")
    assert world.deliveries.put(left, known)
    taken = list(world.sender.taken)
    ask(world, alerted_at=known.alerted_at)
    world.run()
    assert (world.delivery("1"), world.sender.taken) == (left, taken)


def test_what_is_erased_between_its_reading_and_the_first_attempt_is_not_sent(world: DeliveringWorld) -> None:
    message = world.deps.message

    def erased_meanwhile(
        delivery: Delivery, destination: Destination, found: Response | None
    ) -> Message | NotYet | None:
        made = message(delivery, destination, found)
        world.withdrawn.add(delivery.subject)
        return made

    world.deps = replace(world.deps, message=erased_meanwhile)
    ask(world, case="case-1", correlation="request-1")
    world.run()
    left = world.delivery("1")
    assert (left.state, left.reason, world.sender.calls) == (DeliveryState.WITHDRAWN, "the response was erased", [])
    assert (left.is_anonymized, left.case, left.correlation, left.body_hash) == (True, None, "", None)
    assert not left.may_be_there


def test_only_before_its_first_attempt_a_response_is_read_twice(world: DeliveringWorld) -> None:
    read: list[str] = []
    find = world.deps.find

    def noted(survey: str, response: str) -> Response | None:
        read.append(response)
        return find(survey, response)

    world.deps = replace(world.deps, find=noted)
    world.sender.outcomes = [AWAY]
    ask(world)
    ask(world, "score", type="score.changed")
    world.run()
    assert (sorted(world.sender.taken), read) == (["1", "score"], ["response-1"])


def test_a_destination_that_asks_for_patience_gets_it_without_a_counted_failure(world: DeliveringWorld) -> None:
    start = world.now
    world.sender.outcomes = [Throttled(start + 2 * HOUR, 429)]
    ask(world, "1")
    ask(world, "2")
    world.run(start + HOUR)
    assert len(world.sender.calls) == 1, "the second waits, too"
    world.run()
    assert sorted(world.sender.taken) == ["1", "2"]
    assert world.delivery("1").number == 1


@pytest.mark.parametrize("retry_after", ["0", "Sun, 06 Nov 1994 08:49:37 GMT"])
def test_a_destination_that_asks_for_no_time_at_all_is_not_tried_all_the_while(
    world: DeliveringWorld, retry_after: str
) -> None:
    start = world.now
    world.sender.outcomes = [lambda: outcome_of_status(503, {"retry-after": retry_after}, world.now)] * 5_000
    ask(world)
    world.run(start + HOUR)
    assert 12 <= len(world.sender.calls) <= 40
    world.sender.outcomes = []
    world.run()
    assert world.delivery("1").state is DeliveryState.DELIVERED


def test_a_destination_that_is_gone_is_disabled_and_what_it_had_is_parked(world: DeliveringWorld) -> None:
    world.sender.outcomes = [DestinationBroken("gone", "it replied 410", 410)]
    ask(world, "1")
    ask(world, "2")
    world.run()
    assert world.destinations.kept["hook"].state is DestinationState.DISABLED
    assert [world.delivery(number).state for number in "12"] == [DeliveryState.PARKED] * 2
    assert world.delivery("2").reason == "destination_disabled"


def test_what_waits_for_a_destination_that_turns_out_to_be_gone_is_parked_at_once(world: DeliveringWorld) -> None:
    world.sender.outcomes = [*[AWAY] * FAILURES, DestinationBroken("gone", "it replied 410", 410)]
    for number in range(20):
        ask(world, str(number))
    start = world.now
    world.run(start + 2 * TICK)
    assert {each.state for each in world.deliveries.kept.values()} == {DeliveryState.PARKED}


def test_a_destination_that_was_deleted_parks_what_it_had(world: DeliveringWorld) -> None:
    del world.destinations.kept["hook"]
    ask(world)
    world.run()
    assert world.delivery("1").reason == "destination_deleted"


def test_a_refused_credential_is_read_again_once_and_then_stops_the_destination(world: DeliveringWorld) -> None:
    world.change("hook", has_credentials=True)
    world.credentials.write("hook", {"access_token": "old"}, None)
    world.credentials.read("hook", world.destinations.kept["hook"].revision)
    world.sender.outcomes = [DestinationBroken("auth", "it replied 401", 401)] * 2
    ask(world)
    world.run(world.now + MINUTE)
    assert len(world.sender.calls) == 2
    assert world.destinations.kept["hook"].state is DestinationState.BROKEN
    held = world.delivery("1")
    assert (held.state, held.waits_for_breaker) == (DeliveryState.WAITING, True)
    # As who changes it does.
    world.change("hook", state=DestinationState.ENABLED)
    assert world.deliveries.put_breaker(world.deliveries.breaker("hook").releasing())
    ask(world, alerted_at=held.alerted_at)
    world.run(world.now + MINUTE)
    assert world.delivery("1").state is DeliveryState.DELIVERED


@pytest.fixture
def broken(world: DeliveringWorld) -> DeliveringWorld:
    """Return a world in which a destination with a contact is broken, and three deliveries wait for it."""
    world.change("hook", contact="ops@example.com")
    world.deps = replace(world.deps, built_in=lambda name: contact_destination() if name == "contact" else None)
    world.sender.outcomes = [DestinationBroken("auth", "it replied 401", 401)]
    for number in "123":
        ask(world, number)
    world.run(world.now)
    assert world.destinations.kept["hook"].state is DestinationState.BROKEN
    return world


def test_the_contact_hears_once_a_day_of_a_broken_destination_until_what_waits_is_parked(
    broken: DeliveringWorld,
) -> None:
    start = broken.now
    broken.run(start + HOUR)
    assert len([each for each in broken.deliveries.kept.values() if each.type == "delivery.parked"]) == 1
    assert {broken.delivery(number).state for number in "123"} == {DeliveryState.WAITING}
    broken.run(start + PATIENCE + 2 * HOUR)
    assert {broken.delivery(number).state for number in "123"} == {DeliveryState.PARKED}
    assert broken.delivery("3").reason == "given up after 76 hours: it replied 401"
    notices = [each for each in broken.deliveries.kept.values() if each.type == "delivery.parked"]
    assert len(notices) in (4, 5), "a day each"
    assert len([call for call in broken.sender.calls if call[0] == "hook"]) == 1


def test_what_is_looked_at_while_a_broken_destination_is_repaired_holds_up_nothing(broken: DeliveringWorld) -> None:
    standing = broken.deliveries.standing

    def repaired_meanwhile(key: DeliveryKey, response: Key | None = None) -> Standing:
        found = standing(key, response)
        broken.change("hook", state=DestinationState.ENABLED)
        broken.deliveries.breakers["hook"] = found.breaker.releasing()
        broken.deliveries.standing = standing  # type: ignore[method-assign]
        return found

    broken.deliveries.breakers["hook"] = replace(broken.deliveries.breakers["hook"], until=None)
    broken.deliveries.standing = repaired_meanwhile  # type: ignore[method-assign]
    ask(broken, "4")
    broken.run(broken.now + 2 * TICK)
    assert {broken.delivery(number).state for number in "1234"} == {DeliveryState.DELIVERED}


@pytest.mark.parametrize("is_open", [True, False])
def test_a_test_that_is_delivered_repairs_a_broken_destination_and_what_waited_follows(
    broken: DeliveringWorld, *, is_open: bool
) -> None:
    if not is_open:
        broken.deliveries.breakers["hook"] = replace(broken.deliveries.breakers["hook"], until=None)
    ask(broken, "test", type="destination.test", subject="", survey="", alert="", rule="")
    broken.run(broken.now + (MINUTE if is_open else TICK + MINUTE))
    assert broken.destinations.kept["hook"].is_enabled
    assert broken.destinations.kept["hook"].reason is None
    assert sorted(each for each in broken.sender.taken if len(each) < 5) == ["1", "2", "3", "test"]


def test_a_test_that_a_broken_destination_refuses_is_parked_at_once(broken: DeliveringWorld) -> None:
    broken.sender.outcomes = [DestinationBroken("auth", "it still replied 401", 401)]
    ask(broken, "test", type="destination.test", subject="", survey="", alert="", rule="")
    broken.run(broken.now + MINUTE)
    test = broken.delivery("test")
    assert (test.state, test.reason) == (DeliveryState.PARKED, "it still replied 401")
    assert broken.destinations.kept["hook"].state is DestinationState.BROKEN
    assert broken.delivery("1").state is DeliveryState.WAITING


@pytest.mark.parametrize("kind", ONLY_IF_NAMED)
def test_a_type_that_a_destination_does_not_ask_for_leaves_nothing(world: DeliveringWorld, kind: str) -> None:
    ask(world, type=kind)
    world.change("hook", settings={"url": "https://example.com", "types": ["response.promoter"]})
    ask(world, "2")
    world.run()
    assert world.deliveries.kept == {}


def test_of_alerts_above_the_limit_people_get_one_summary_and_machines_get_all(world: DeliveringWorld) -> None:
    start = world.now // (15 * MINUTE) * 15 * MINUTE
    world.now = start
    for number in range(10):
        ask(world, f"m{number}", "mail", most_per_hour=3)
        ask(world, f"h{number}", "hook", most_per_hour=3)
    world.run()
    taken = world.sender.taken
    assert [name for name in taken if name.startswith("m")] == ["m0", "m1", "m2"]
    assert len([name for name in taken if name.startswith("h")]) == 10
    (summary,) = (each for each in world.deliveries.kept.values() if each.type == "alerts.summarized")
    assert summary.state is DeliveryState.DELIVERED
    assert summary.delivered_at is not None
    assert summary.delivered_at >= start + 15 * MINUTE
    assert world.delivery("m5", "mail").state is DeliveryState.MUTED


def test_a_summary_leads_to_no_response(world: DeliveringWorld) -> None:
    for number in "12":
        more = {"most_per_hour": 1, "correlation": f"request-{number}", "case": f"case-{number}"}
        ask(world, number, "mail", **more)
    world.run()
    (summary,) = (each for each in world.deliveries.kept.values() if each.type == "alerts.summarized")
    assert (summary.alert, summary.correlation, summary.case, summary.revision) == ("", "", None, 0)
    assert summary.subject.startswith("demo/default/")


def test_an_alert_to_two_places_of_people_counts_once_at_each_however_often_it_comes(world: DeliveringWorld) -> None:
    put, died = world.deliveries.put, list[bool]()

    def dying(delivery: Delivery, replaces: Delivery | None) -> bool:
        if not died:
            died.append(True)
            raise CrashError
        return put(delivery, replaces)

    world.deliveries.put = dying  # type: ignore[method-assign]
    world.destinations.kept["chat"] = Destination("chat", "slack", "Chat", {"channel": "C1"})
    for destination in ("mail", "chat"):
        ask(world, destination, destination, most_per_hour=1)
    world.run()
    assert (sorted(world.sender.taken), world.died) == (["chat", "mail"], 1)


@pytest.mark.parametrize("kind", FOR_PEOPLE)
@pytest.mark.parametrize("types", [None, [*FOR_PEOPLE]])
def test_a_webhook_never_gets_what_is_written_for_people(
    world: DeliveringWorld, kind: str, types: list[str] | None
) -> None:
    world.change("hook", settings={"url": "https://example.com"} | ({"types": types} if types else {}))
    ask(world, "h", "hook", type=kind)
    ask(world, "m", "mail", type=kind)
    world.run()
    assert world.sender.taken == ["m"]


def test_what_nobody_wants_yet_waits_in_the_index_and_goes_at_its_moment(world: DeliveringWorld) -> None:
    opening, message = world.now + 15 * HOUR, world.deps.message

    def in_hours(*asked: Any) -> Message | NotYet | None:
        return NotYet(opening) if world.now < opening else message(*asked)

    world.deps = replace(world.deps, message=in_hours)
    ask(world, "m", "mail", type=REMINDER)
    world.run(opening - HOUR)
    waiting = world.delivery("m", "mail")
    assert (waiting.state, waiting.next_attempt_at, waiting.attempts) == (DeliveryState.WAITING, opening, ())
    assert waiting.is_in_the_index
    world.run()
    assert world.sender.taken == ["m"]
    assert opening <= (world.delivery("m", "mail").delivered_at or 0) <= opening + TICK
    assert world.queued == 2


@pytest.mark.parametrize("kind", TO_STAFF)
def test_of_a_mail_about_a_case_no_words_are_kept_whatever_becomes_of_it(world: DeliveringWorld, kind: str) -> None:
    kept: list[tuple[str | None, str | None]] = []

    def looked_at(outcome: Outcome) -> Callable[[], Outcome]:
        def look() -> Outcome:
            kept.extend((each.body, each.body_hash) for each in world.deliveries.kept.values())
            return outcome

        return look

    world.sender.outcomes = [looked_at(UNKNOWN), looked_at(AWAY)]
    ask(world, "m", "mail", type=kind)
    world.run()
    assert world.sender.taken == ["m"]
    kept += [(each.body, each.body_hash) for each in world.deliveries.kept.values()]
    assert kept == [(None, None)] * 3


def test_a_mail_that_its_case_no_longer_wants_is_withdrawn(world: DeliveringWorld) -> None:
    world.withdrawn.add("response-m")
    ask(world, "m", "mail", type=REMINDER)
    world.run()
    assert (world.delivery("m", "mail").state, world.delivery("m", "mail").reason) == (
        DeliveryState.WITHDRAWN,
        NO_LONGER_WANTED,
    )


@pytest.mark.parametrize("guarantee", list(Guarantee))
def test_an_attempt_of_unknown_outcome_is_probed_or_repeated_as_perhaps_doubled(
    world: DeliveringWorld, guarantee: Guarantee, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(KINDS, "webhook", Kind("webhook", (("url",),), guarantee=guarantee))

    def lost() -> Ambiguous:
        world.sender.taken.append("1")
        return UNKNOWN

    world.sender.outcomes = [lost]
    ask(world)
    world.run()
    found = world.delivery("1")
    assert found.state is DeliveryState.DELIVERED
    assert len(world.sender.taken) == (1 if guarantee is Guarantee.PROBE else 2)
    assert found.maybe_doubled == (guarantee is Guarantee.NEITHER)


@pytest.mark.parametrize("between", [AWAY, Throttled(0, 429), Rejected("it refuses", 422)])
def test_a_repeat_long_after_an_attempt_of_unknown_outcome_is_perhaps_doubled(
    world: DeliveringWorld, between: Outcome
) -> None:
    world.sender.outcomes = [UNKNOWN, between]
    ask(world, destination="mail")
    world.run()
    found = world.delivery("1", "mail")
    if found.state is DeliveryState.PARKED:
        assert world.deliveries.put(found.released(), found)
        world.send([(task_of(found.key), 0)])
        world.run()
    found = world.delivery("1", "mail")
    assert (found.state, found.maybe_doubled) == (DeliveryState.DELIVERED, True)


def test_a_receiver_may_have_what_an_attempt_sent_that_died_before_a_refusal(world: DeliveringWorld) -> None:
    task = delivery_task("1", world.now)
    die_at(world, 3, is_before=True)
    with pytest.raises(CrashError):
        deliver(task, world.deps)
    world.now += MINUTE
    world.sender.outcomes = [Rejected("it refuses", 400)]
    world.send([(task, 0)])
    world.run()
    assert world.delivery("1").may_be_there


@pytest.mark.parametrize("place", range(40))
@pytest.mark.parametrize("is_before", [True, False])
def test_a_function_that_dies_anywhere_loses_nothing_and_doubles_nothing_that_can_be_recognised(
    place: int, *, is_before: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = DeliveringWorld(HOOK)
    monkeypatch.setitem(KINDS, "webhook", Kind("webhook", (("url",),), guarantee=Guarantee.PROBE))
    world.sender.outcomes = [AWAY] * (FAILURES + 1)
    world.send([(delivery_task(f"{number}", world.now), 0) for number in range(6)])
    die_at(world, place, is_before=is_before)
    world.run()
    assert sorted(world.sender.taken) == [str(number) for number in range(6)]
    assert {each.state for each in world.deliveries.kept.values()} == {DeliveryState.DELIVERED}


def test_one_sick_destination_delays_no_other_and_gets_all_once_it_is_back(world: DeliveringWorld) -> None:
    start, back = world.now, world.now + 40 * MINUTE
    calls: list[int] = []

    def hang() -> Any:
        calls.append(world.now)
        return UNKNOWN

    world.destinations.kept["sick"] = Destination("sick", "webhook", "Sick", {"url": "https://sick.example"})
    healthy = world.sender
    sick = type(healthy)()
    sick.outcomes = [hang] * 10_000
    routed = Routed({"sick": sick, "hook": healthy})
    world.deps = replace(world.deps, sender=lambda _: routed)
    for number in range(1000):
        at = start + number * 600
        for destination in ("sick", "hook"):
            world.send([(delivery_task(f"{destination}-{number}", at, destination), (at - start) // 1000)])
    world.run(back)
    assert len(healthy.taken) == 1000
    once_open = calls[FAILURES:]
    assert all(sum(moment <= other < moment + MINUTE for other in once_open) <= 2 for moment in once_open)
    sick.outcomes = []
    world.run(back + 600_000)
    assert len(sick.taken) == 1000, "two ticks are enough"
    assert len(set(sick.taken)) == 1000
    breaker = world.deliveries.breakers["sick"]
    assert breaker.state(world.now) is BreakerState.CLOSED


def test_attempts_that_fail_at_once_each_count_and_open_the_breaker_for_its_first_pause(world: DeliveringWorld) -> None:
    under_way = [delivery_task(f"{number}", world.now) for number in range(FAILURES + 2)]

    def hang() -> Ambiguous:
        if under_way:
            deliver(under_way.pop(), world.deps)
        return UNKNOWN

    world.sender.outcomes = [hang] * 100
    deliver(under_way.pop(), world.deps)
    breaker = world.deliveries.breakers["hook"]
    assert (len(world.sender.calls), breaker.state(world.now)) == (FAILURES + 2, BreakerState.OPEN)
    assert breaker.until == world.now + FIRST_PAUSE
    ask(world, "next")
    world.run(world.now)
    assert len(world.sender.calls) == FAILURES + 2
    world.sender.outcomes = []
    world.run()
    assert sorted(world.sender.taken) == sorted([*map(str, range(FAILURES + 2)), "next"])


def test_one_failure_while_many_are_released_leaves_none_waiting(world: DeliveringWorld) -> None:
    world.sender.outcomes = [*[AWAY] * FAILURES, Delivered(None, 200), AWAY]
    for number in range(MOST_RELEASED + 200):
        ask(world, str(number))
    world.run(world.now + HOUR)
    assert {each.state for each in world.deliveries.kept.values()} == {DeliveryState.DELIVERED}


@pytest.mark.parametrize("call", ["render", "send"])
def test_what_a_sender_cannot_write_is_parked_without_the_words_of_its_error(
    world: DeliveringWorld, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unfit(*_: Any) -> Any:
        return "Bearer xoxb-123…".encode("latin-1")

    monkeypatch.setattr(world.sender, call, unfit)
    ask(world)
    world.run()
    parked = world.delivery("1")
    assert parked.state is DeliveryState.PARKED
    assert parked.reason is not None
    assert parked.reason.endswith("(UnicodeEncodeError)")
    assert "xoxb" not in parked.reason
    monkeypatch.undo()
    assert world.deliveries.put(parked.released(), parked)
    ask(world, alerted_at=parked.alerted_at)
    world.run()
    assert world.sender.taken == ["1"]


class Routed(ObedientSender):
    """Sends to the receiver of each destination."""

    def __init__(self, senders: dict[str, Any]) -> None:
        self._senders = senders

    def render(self, message: Any, target: Any) -> Any:
        return self._senders[target.destination.id].render(message, target)

    def send(self, delivery: Any, body: Any, target: Any, now: Any) -> Any:
        return self._senders[target.destination.id].send(delivery, body, target, now)

    def probe(self, delivery: Any, target: Any, now: Any) -> Any:
        return self._senders[target.destination.id].probe(delivery, target, now)


def die_at(world: DeliveringWorld, place: int, *, is_before: bool) -> None:
    """Make the function die before or after the call of this number to the table, the queue or the receiver."""
    calls = iter(range(10_000))

    def dying(call: Any) -> Any:
        def run(*args: Any) -> Any:
            dies = next(calls) == place
            if dies and is_before:
                raise CrashError
            done = call(*args)
            if dies:
                raise CrashError
            return done

        return run

    for owner, names in (
        (world.deliveries, ("standing", "put", "put_breaker")),
        (world.sender, ("send", "probe", "erase")),
    ):
        for name in names:
            setattr(owner, name, dying(getattr(owner, name)))


def test_a_delivery_that_is_held_as_the_breaker_closes_goes_on(world: DeliveringWorld) -> None:
    world.sender.outcomes = [AWAY] * FAILURES
    for number in range(FAILURES):
        ask(world, str(number))
    world.run(world.now)
    standing = world.deliveries.standing

    def closed_meanwhile(key: DeliveryKey, response: Key | None = None) -> Standing:
        found = standing(key, response)
        world.deliveries.breakers["hook"] = found.breaker.after_success().released()
        return found

    world.deliveries.standing = closed_meanwhile  # type: ignore[method-assign]
    ask(world, "late")
    world.run(world.now)
    assert world.delivery("late").state is DeliveryState.DELIVERED


def test_a_summary_is_sent_even_if_the_run_dies_that_makes_it(world: DeliveringWorld) -> None:
    put, died = world.deliveries.put, list[bool]()

    def dying(delivery: Delivery, replaces: Delivery | None) -> bool:
        if delivery.type == "alerts.summarized" and not died:
            died.append(True)
            raise CrashError
        return put(delivery, replaces)

    world.deliveries.put = dying  # type: ignore[method-assign]
    for number in range(3):
        ask(world, f"m{number}", "mail", most_per_hour=1)
    world.run()
    (summary,) = (each for each in world.deliveries.kept.values() if each.type == "alerts.summarized")
    assert (summary.state, died) == (DeliveryState.DELIVERED, [True])


def test_the_contact_hears_once_a_day_of_what_is_parked_and_nobody_where_there_is_none(world: DeliveringWorld) -> None:
    world.change("hook", contact="ops@example.com")
    world.deps = replace(world.deps, built_in=lambda name: contact_destination() if name == "contact" else None)
    for number in range(6):
        ask(world, str(number), "hook" if number < 3 else "mail")
    world.sender.outcomes = [Rejected("it refuses", 422)] * 6
    world.run()
    notices = [each for each in world.deliveries.kept.values() if each.type == "delivery.parked"]
    assert [(each.subject, each.state) for each in notices] == [("hook", DeliveryState.DELIVERED)]


def test_two_runs_of_one_delivery_end_in_a_retry_of_the_second(world: DeliveringWorld) -> None:
    ask(world)
    world.run()
    kept = world.delivery("1")
    world.deliveries.kept[kept.key] = kept.released()

    def changed_meanwhile() -> Delivered:
        started = world.delivery("1")
        world.deliveries.kept[kept.key] = replace(started, version=started.version + 1)
        return Delivered(None, 200)

    world.sender.outcomes = [changed_meanwhile]
    ask(world, alerted_at=kept.alerted_at)
    with pytest.raises(BusyError):
        world.run()


def ask_to_delete(world: DeliveringWorld, *responses: str) -> list[DeliveryKey]:
    """Write what an erasure leaves for the planner: a deletion of what a delivery wrote, for each response."""
    world.destinations.kept[TICKETS.id] = TICKETS
    keys = []
    for response in responses:
        written = Delivery(f"of {response}", "tickets", "a", "r", "demo", "", "response.detractor", world.now)
        kept = replace(written, vendor_id=f"ticket/{response}", erased_by=BY_RESPONSE)
        deletion = deletion_of(kept, response, world.now)
        assert world.deliveries.put(deletion, None)
        keys.append(deletion.key)
    return keys


def test_a_deletion_is_found_by_the_planner_and_carried_out_without_a_message(world: DeliveringWorld) -> None:
    (key,) = ask_to_delete(world, "r1")
    world.run()
    assert (world.sender.erased, world.sender.calls) == (["demo:r1"], [])
    done = world.deliveries.kept[key]
    assert (done.state, done.subject, done.vendor_id, done.body) == (DeliveryState.DELIVERED, "", None, None)
    assert [each.outcome for each in done.attempts] == ["delivered"]


@pytest.mark.parametrize("outcome", [AWAY, UNKNOWN, Throttled(1_700_000_000_000 + HOUR, 429)])
def test_a_deletion_is_repeated_until_it_is_carried_out(world: DeliveringWorld, outcome: Outcome) -> None:
    (key,) = ask_to_delete(world, "r1")
    world.sender.erasures = [outcome] * 4
    world.run()
    assert (world.sender.erased, world.deliveries.kept[key].state) == (["demo:r1"], DeliveryState.DELIVERED)


def test_many_deletions_wait_for_the_breaker_and_follow_once_it_closes(world: DeliveringWorld) -> None:
    keys = ask_to_delete(world, *map(str, range(20)))
    world.sender.erasures = [AWAY] * 8
    world.run()
    assert sorted(world.sender.erased) == sorted(f"demo:{number}" for number in range(20))
    assert {world.deliveries.kept[key].state for key in keys} == {DeliveryState.DELIVERED}


def test_a_refused_deletion_is_parked_with_all_it_needs_and_its_contact_hears_of_it(world: DeliveringWorld) -> None:
    (key,) = ask_to_delete(world, "r1")
    world.change("tickets", contact="ops@example.com")
    world.deps = replace(world.deps, built_in=lambda name: contact_destination() if name == "contact" else None)
    world.sender.erasures = [Rejected("it refuses", 403)]
    world.run()
    parked = world.deliveries.kept[key]
    assert (parked.state, parked.subject, parked.vendor_id) == (DeliveryState.PARKED, "demo:r1", "ticket/r1")
    assert [each.subject for each in world.deliveries.kept.values() if each.type == "delivery.parked"] == ["tickets"]
    # As a redrive does it.
    world.deliveries.put(parked.released(), parked)
    world.send([(task_of(key), 0)])
    world.run()
    assert (world.sender.erased, world.deliveries.kept[key].state) == (["demo:r1"], DeliveryState.DELIVERED)


@pytest.mark.parametrize(
    ("state", "reason"), [(DestinationState.DISABLED, "destination_disabled"), (None, "destination_deleted")]
)
def test_a_deletion_at_a_destination_that_takes_nothing_is_parked(
    world: DeliveringWorld, state: DestinationState | None, reason: str
) -> None:
    (key,) = ask_to_delete(world, "r1")
    if state is None:
        del world.destinations.kept["tickets"]
    else:
        world.change("tickets", state=state)
    world.run()
    assert (world.deliveries.kept[key].state, world.deliveries.kept[key].reason) == (DeliveryState.PARKED, reason)
    assert world.sender.erased == []


def test_a_destination_that_became_the_simple_kind_is_not_asked_to_delete(world: DeliveringWorld) -> None:
    (key,) = ask_to_delete(world, "r1")
    world.change("tickets", kind="slack", settings={})
    world.run()
    assert (world.deliveries.kept[key].state, world.sender.erased) == (DeliveryState.PARKED, [])
    assert world.destinations.kept["tickets"].state is DestinationState.ENABLED


def test_a_refused_credential_is_read_again_before_a_deletion_stops_its_destination(world: DeliveringWorld) -> None:
    (key,) = ask_to_delete(world, "r1")
    world.change("tickets", has_credentials=True)
    world.sender.erasures = [DestinationBroken("auth", "refused", 401)]
    world.run()
    assert (world.sender.erased, world.deliveries.kept[key].state) == (["demo:r1"], DeliveryState.DELIVERED)


@pytest.mark.parametrize("place", range(16))
@pytest.mark.parametrize("is_before", [True, False])
def test_a_function_that_dies_anywhere_loses_no_deletion(place: int, *, is_before: bool) -> None:
    world = DeliveringWorld(HOOK)
    keys = ask_to_delete(world, "r1", "r2")
    world.sender.erasures = [AWAY]
    die_at(world, place, is_before=is_before)
    world.run()
    assert set(world.sender.erased) == {"demo:r1", "demo:r2"}
    assert {world.deliveries.kept[key].state for key in keys} == {DeliveryState.DELIVERED}


def test_what_a_destination_can_delete_is_kept_as_long_as_its_response(world: DeliveringWorld) -> None:
    world.destinations.kept[TICKETS.id] = TICKETS
    for name in ("hook", "tickets"):
        ask(world, name, name)
    world.run()
    kept = {name: world.delivery(name, name) for name in ("hook", "tickets")}
    assert {name: each.is_kept for name, each in kept.items()} == {"hook": False, "tickets": True}
    assert not kept["tickets"].anonymized().is_kept
