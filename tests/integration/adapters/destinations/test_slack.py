"""Alerts in Slack: one message whatever is lost, found again by our id, and deleted with the person."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from time import monotonic
from typing import Any

import pytest

from earshot.adapters.destinations.slack import LIMITS, LONGEST_ATTEMPT, LONGEST_SECTION, MOST_PAGES, SlackSender
from earshot.adapters.https_sender import HttpsSender
from earshot.domain.alerts import ErasureOfPerson, deletion_of
from earshot.domain.deliveries import HOUR, Delivery, DeliveryState
from earshot.domain.delivery_outcome import Ambiguous, Delivered, DestinationBroken, Down, Outcome, Rejected, Throttled
from earshot.domain.destination_url import read_destination_url
from earshot.domain.destinations import BY_DELIVERY, Destination, DestinationState, Guarantee
from earshot.ports.destinations import Credentials, Message, Target
from earshot.services.alerts.follow_deliveries import task_of
from tests.factories import NOON
from tests.fakes.delivering import DeliveringWorld, delivery_task
from tests.fakes.slack_stub import CHANNEL, HOOK, TOKEN, SlackStub

DELIVERY = Delivery("d1", "to-1", "a1", "default", "demo", "r1", "response.detractor", NOON, uncertain_since=NOON)
AT = NOON // 1000
DATA: dict[str, Any] = {
    "score": 2,
    "category": "detractor",
    "comment": "<!channel> late & <b>cold</b>\nnever again",
    "properties": {"plan": "pro"},
    "responded_at": "2026-11-21T12:00:00.000Z",
    "links": {"response": "https://nps.example.com/v1/surveys/demo/responses/r1"},
}
DIGEST_DATA: dict[str, Any] = {
    "title": "Every week: Shop & more",
    "about": "Shop · 16 Nov to 22 Nov",
    "sections": [
        {"title": "NPS", "lines": ["12 (-8 to 31)", "41 responses"]},
        {"title": "Comments", "lines": ["2 · <!channel> late"]},
    ],
    "notes": ["The API says the same: as_of=2026-11-22"],
}
MESSAGE = Message("d1", "response.detractor", "2026-11-21T12:00:00.000Z", DATA)
BOT = Destination("to-1", "slack", "Team", {"channel": CHANNEL}, has_credentials=True)
SIMPLE = Destination("to-2", "slack", "Simple", {}, has_credentials=True)


@pytest.fixture
def slack() -> Iterator[SlackStub]:
    with SlackStub().serving() as stub:
        stub.clock = lambda: AT
        yield stub
    assert stub.undeclared == []


def sender_of(slack: SlackStub, clock: Callable[[], float] = monotonic) -> SlackSender:
    def read(url: str) -> Any:
        return read_destination_url(url, own_hosts=(), local_ports=frozenset())

    return SlackSender(HttpsSender(limits=LIMITS), read, api=f"{slack.url}/api", clock=clock)


def bot(token: str = TOKEN, channel: str = CHANNEL) -> Target:
    return Target(replace(BOT, settings={"channel": channel}), Credentials({"bot_token": token}))


def simple(slack: SlackStub, path: str = HOOK) -> Target:
    return Target(SIMPLE, Credentials({"webhook_url": f"{slack.url}{path}"}))


def post(slack: SlackStub, target: Target) -> Outcome:
    sender = sender_of(slack)
    return sender.send(DELIVERY, sender.render(MESSAGE, target), target, NOON)


def test_a_bots_message_has_words_that_call_nobody_and_our_id(slack: SlackStub) -> None:
    assert post(slack, bot()) == Delivered(f"{CHANNEL}/{AT}.000000", 200)
    (message,) = slack.messages
    assert message["metadata"]["event_payload"] == {"delivery": "d1"}
    comment = message["blocks"][1]["text"]["text"]
    assert comment == ">&lt;!channel&gt; late &amp; &lt;b&gt;cold&lt;/b&gt;\n>never again"
    assert message["text"] == "Detractor: 2 of 10"


def test_an_incoming_webhook_gets_the_same_without_an_id(slack: SlackStub) -> None:
    assert post(slack, simple(slack)) == Delivered(None, 200)
    (message,) = slack.hooked
    assert set(message) == {"text", "blocks", "unfurl_links"}


def test_a_message_whose_reply_is_lost_is_found_again(slack: SlackStub) -> None:
    slack.faults = ["lost"]
    assert isinstance(post(slack, bot()), Ambiguous)
    found = sender_of(slack).probe(DELIVERY, bot(), NOON)
    assert found == Delivered(f"{CHANNEL}/{AT}.000000", 200)
    assert len(slack.messages) == 1


def test_a_message_that_never_arrived_is_not_found(slack: SlackStub) -> None:
    post(slack, bot())
    other = replace(DELIVERY, id="d2")
    slack.faults = ["unapplied"]
    assert isinstance(sender_of(slack).probe(other, bot(), NOON), Ambiguous), "the reply was lost"
    assert sender_of(slack).probe(other, bot(), NOON) is None


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ("invalid_auth", DestinationBroken),
        ("token_revoked", DestinationBroken),
        ("missing_scope", DestinationBroken),
        ("is_archived", Rejected),
        ("msg_blocks_too_long", Rejected),
        ("service_unavailable", Down),
        ("fatal_error", Ambiguous),
        (429, Throttled),
        (502, Ambiguous),
    ],
)
def test_what_slack_says_under_its_status_is_what_counts(
    slack: SlackStub, fault: str | int, outcome: type[Outcome]
) -> None:
    slack.faults = [fault]
    assert isinstance(post(slack, bot()), outcome)
    assert slack.messages == []


def test_a_wrong_token_or_channel_or_address_is_named_plainly(slack: SlackStub) -> None:
    assert isinstance(post(slack, bot(token="xoxb-old")), DestinationBroken)
    missing = post(slack, bot(channel="C9"))
    assert isinstance(missing, Rejected)
    assert "invite it" in missing.reason
    gone = post(slack, simple(slack, "/services/T1/B1/old"))
    assert isinstance(gone, DestinationBroken)
    assert gone.cause == "auth"


def test_a_bots_message_is_deleted_once_and_one_of_a_webhook_cannot_be(slack: SlackStub) -> None:
    posted = post(slack, bot())
    assert isinstance(posted, Delivered)
    written = replace(DELIVERY, vendor_id=posted.vendor_id)
    sender = sender_of(slack)
    assert isinstance(sender.erase(written, bot(), NOON), Delivered)
    assert slack.messages == []
    assert isinstance(sender.erase(written, bot(), NOON), Delivered), "somebody deleted it before"
    assert isinstance(sender.erase(DELIVERY, simple(slack), NOON), Rejected)


@pytest.mark.parametrize("newer", [0, 3, 11])
def test_a_message_whose_reply_was_lost_is_found_page_by_page_and_deleted(slack: SlackStub, newer: int) -> None:
    slack.page, slack.faults = 4, ["lost"]
    post(slack, bot())
    others = [{"channel": CHANNEL, "text": "Other", "ts": f"{AT + 1}.{number:06d}"} for number in range(newer)]
    slack.messages += others
    deletion = deletion_of(replace(DELIVERY, erased_by=BY_DELIVERY), "r1", NOON)
    assert sender_of(slack).erase(deletion, bot(), NOON) == Delivered(f"{CHANNEL}/{AT}.000000", 200)
    assert slack.messages == others
    assert sender_of(slack).erase(deletion, bot(), NOON) == Delivered(None, 200)


def test_a_message_is_found_in_a_channel_of_long_messages(slack: SlackStub) -> None:
    slack.faults = ["lost"]
    post(slack, bot())
    block = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3_000}}
    slack.messages += [{"text": "Other", "blocks": [block] * 10, "ts": f"{AT + 1}.{n:06d}"} for n in range(100)]
    assert sender_of(slack).probe(DELIVERY, bot(), NOON) == Delivered(f"{CHANNEL}/{AT}.000000", 200)


def test_an_attempt_ends_before_the_function_does(slack: SlackStub) -> None:
    slack.page = 1
    slack.messages = [{"text": "Other", "ts": f"{AT + 1}.{number:06d}"} for number in range(MOST_PAGES)]
    seconds = iter(range(0, 1_000, 2))
    sender = sender_of(slack, clock=lambda: float(next(seconds)))
    assert isinstance(sender.probe(DELIVERY, bot(), NOON), Ambiguous)
    assert len(slack.calls) == 2
    deletion = replace(DELIVERY, vendor_id=",".join(f"{CHANNEL}/{number}" for number in range(9)))
    assert isinstance(sender.erase(deletion, bot(), NOON), Ambiguous)
    assert len(slack.calls) == 4
    # The last call of a search, and the post; all of it again with new credentials; the function has 30 seconds.
    assert 2 * (LONGEST_ATTEMPT + 2 * LIMITS.total) < 30


def test_a_message_that_is_too_far_back_is_left_to_a_person(slack: SlackStub) -> None:
    slack.page, slack.faults = 1, ["lost"]
    post(slack, bot())
    slack.messages += [{"text": "Other", "ts": f"{AT + 1}.{number:06d}"} for number in range(MOST_PAGES)]
    deletion = deletion_of(replace(DELIVERY, erased_by=BY_DELIVERY), "r1", NOON)
    assert isinstance(sender_of(slack).erase(deletion, bot(), NOON), Rejected)


@pytest.mark.parametrize("fault", [None, "lost"])
def test_all_messages_of_a_delivery_that_was_replayed_are_deleted(
    slack: SlackStub, world: DeliveringWorld, fault: str | None
) -> None:
    world.run(world.now + HOUR)
    for number in range(2):
        done = world.delivery("1", BOT.id)
        assert world.deliveries.put(done.released(), done)
        world.send([(task_of(done.key), 0)])
        slack.faults = [fault if number else None]
        world.run(world.now)
    assert len(slack.messages) == 3
    left = world.delivery("1", BOT.id).anonymized()
    deletion = deletion_of(left, "response-1", world.now, ErasureOfPerson(world.now, b"key"))
    assert world.deliveries.put(deletion, None)
    world.deliveries.kept[left.key] = left
    world.run(world.now + HOUR)
    assert (world.deliveries.kept[deletion.key].state, slack.messages) == (DeliveryState.DELIVERED, [])


def test_a_message_is_found_and_deleted_long_after_it_was_posted(slack: SlackStub, world: DeliveringWorld) -> None:
    # Slack is away until the person is erased.
    slack.faults += [503] * 50
    world.run(world.now + HOUR)
    left = world.delivery("1", BOT.id)
    world.deliveries.kept[left.key] = left.anonymized()
    world.now += HOUR
    slack.faults.clear()
    deletion = deletion_of(left.anonymized(), "response-1", world.now, ErasureOfPerson(world.now, b"key"))
    assert world.deliveries.put(deletion, None)
    world.run(world.now + 2 * HOUR)
    done = world.deliveries.kept[deletion.key]
    assert (done.state, done.uncertain_since, slack.messages) == (DeliveryState.DELIVERED, None, [])


@pytest.mark.parametrize("fault", ["lost", "unapplied", "ratelimited", 429, 503])
def test_a_deletion_that_fails_can_be_repeated(slack: SlackStub, fault: str | int) -> None:
    posted = post(slack, bot())
    assert isinstance(posted, Delivered)
    deletion = deletion_of(replace(DELIVERY, vendor_id=posted.vendor_id, erased_by=BY_DELIVERY), "r1", NOON)
    slack.faults = [fault]
    assert not isinstance(sender_of(slack).erase(deletion, bot(), NOON), Delivered)
    assert isinstance(sender_of(slack).erase(deletion, bot(), NOON), Delivered)
    assert slack.messages == []


@pytest.fixture
def world(slack: SlackStub) -> DeliveringWorld:
    """Return a world that delivers to a bot's channel; the reply to its first message is lost."""
    made, sender = DeliveringWorld(BOT), sender_of(slack)
    slack.clock = lambda: made.now / 1000
    made.credentials.write(BOT.id, {"bot_token": TOKEN}, None)
    made.deps = replace(made.deps, message=lambda *_: replace(MESSAGE, id="1"), sender=lambda _: sender)
    slack.faults = ["lost"]
    made.send([(delivery_task("1", made.now, BOT.id), 0)])
    return made


def is_posted_once(world: DeliveringWorld, slack: SlackStub) -> bool:
    found = world.delivery("1", BOT.id)
    return len(slack.messages) == 1 and (found.state, found.maybe_doubled) == (DeliveryState.DELIVERED, False)


@pytest.mark.parametrize("fault", [429, "service_unavailable", "is_archived", "token_revoked"])
def test_a_message_whose_reply_was_lost_is_looked_for_until_slack_says(
    slack: SlackStub, world: DeliveringWorld, fault: str | int
) -> None:
    slack.faults += [fault, fault]
    world.run(world.now + HOUR // 3)
    found = world.delivery("1", BOT.id)
    if not found.state.is_final:
        # As new credentials do it.
        world.change(BOT.id, state=DestinationState.ENABLED)
    if found.state is not DeliveryState.DELIVERED:
        assert world.deliveries.put(found.released(), found)
        world.send([(task_of(found.key), 0)])
    slack.faults.clear()
    world.run(world.now + HOUR)
    assert is_posted_once(world, slack)


def test_a_message_whose_reply_was_lost_is_looked_for_long_after_its_destination_was_disabled(
    slack: SlackStub, world: DeliveringWorld
) -> None:
    world.run(world.now)
    world.change(BOT.id, state=DestinationState.DISABLED)
    world.run(world.now + HOUR)
    parked = world.delivery("1", BOT.id)
    assert parked.state is DeliveryState.PARKED
    world.change(BOT.id, state=DestinationState.ENABLED)
    assert world.deliveries.put(parked.released(), parked)
    world.send([(task_of(parked.key), 0)])
    world.run(world.now + HOUR)
    assert is_posted_once(world, slack)


def test_a_message_is_looked_for_where_it_was_sent_to(slack: SlackStub, world: DeliveringWorld) -> None:
    world.run(world.now)
    world.change(BOT.id, settings={"channel": "C2"})
    world.run(world.now + HOUR)
    assert is_posted_once(world, slack)


def test_only_a_bot_can_be_asked() -> None:
    assert (BOT.guarantee, SIMPLE.guarantee) == (Guarantee.PROBE, Guarantee.NEITHER)


def test_a_long_comment_and_many_properties_still_fit(slack: SlackStub) -> None:
    data = {**DATA, "comment": "x" * 9_999, "properties": {f"p{number}": "y" * 256 for number in range(20)}}
    sender = sender_of(slack)
    body = sender.render(replace(MESSAGE, data=data), bot())
    assert isinstance(sender.send(DELIVERY, body, bot(), NOON), Delivered)


def test_a_digest_has_a_section_for_each_part_and_calls_nobody(slack: SlackStub) -> None:
    assert isinstance(post_digest(slack, DIGEST_DATA), Delivered)
    (message,) = slack.messages
    assert message["metadata"]["event_payload"] == {"delivery": "d1"}
    assert message["text"] == "Every week: Shop &amp; more"
    header, *sections, notes = message["blocks"]
    assert header["text"]["text"] == "Every week: Shop & more"
    assert [each["text"]["text"] for each in sections] == [
        "Shop · 16 Nov to 22 Nov",
        "*NPS*\n12 (-8 to 31)\n41 responses",
        "*Comments*\n2 · &lt;!channel&gt; late",
    ]
    assert [each["text"] for each in notes["elements"]] == ["The API says the same: as_of=2026-11-22"]


def test_a_long_digest_is_continued_in_further_sections_and_loses_no_line(slack: SlackStub) -> None:
    lines = [f"{number} " + "&" * 300 for number in range(12)]
    assert isinstance(post_digest(slack, DIGEST_DATA | {"sections": [{"title": "Words", "lines": lines}]}), Delivered)
    texts = [block["text"]["text"] for block in slack.messages[0]["blocks"][2:-1]]
    assert "\n".join(texts).replace("&amp;", "&").split("\n") == ["*Words*", *lines]
    assert max(map(len, texts)) <= LONGEST_SECTION


def post_digest(slack: SlackStub, data: dict[str, Any]) -> Outcome:
    sender = sender_of(slack)
    message = Message("d1", "survey.digest", "2026-11-23T07:00:00.000Z", data)
    return sender.send(DELIVERY, sender.render(message, bot()), bot(), NOON)
