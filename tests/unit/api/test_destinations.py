"""Destinations and deliveries as they are sent and shown."""

from typing import Any

import pytest

from earshot.api.destinations import (
    delivery_view,
    read_change,
    read_deliveries,
    read_destination,
    read_since,
    wanted,
    write_place,
)
from earshot.domain.deliveries import Delivery, DeliveryState
from earshot.domain.destinations import DestinationState
from earshot.domain.errors import InvalidError
from earshot.services.alerts.manage_destinations import Draft
from tests.factories import NOON

WEBHOOK: dict[str, Any] = {"kind": "webhook", "name": "Desk", "settings": {"url": "https://hooks.example.com/"}}
DELIVERY = Delivery("d-1", "hook", "a", "r", "demo", "s", "response.detractor", alerted_at=NOON)


def test_a_destination_is_read_with_what_it_leaves_out() -> None:
    assert read_destination(WEBHOOK) == Draft("webhook", "Desk", {"url": "https://hooks.example.com/"})


def test_recipients_are_the_owner_and_addresses_as_they_can_be_mailed() -> None:
    given = {"kind": "email", "name": "Team", "settings": {"to": ["owner", "ann@BÜCHER.example"]}}
    assert list(read_destination(given).settings["to"]) == ["owner", "ann@xn--bcher-kva.example"]


def test_of_a_change_only_what_is_given_is_read() -> None:
    assert read_change({"state": "disabled", "contact": None, "revision": 3}) == {
        "state": DestinationState.DISABLED,
        "contact": None,
        "revision": 3,
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "two\nlines"},
        {"settings": []},
        {"settings": {"password": "p"}},
        {"credentials": {"bot_token": 5}},
        {"credentials": {"bot_token": "xoxb-123…"}},
        {"credentials": {"access_token": "pat-eu1 0123"}},
        {"credentials": {"access_token": "pat-eu1-0123\n"}},
        {"contact": "nobody"},
        {"include": ["score"]},
        {"revision": 0},
    ],
)
def test_what_is_no_change_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidError) as refused:
        read_change(wrong)
    assert len(refused.value.faults) == 1


def test_a_token_is_kept_without_the_spaces_around_it() -> None:
    assert read_change({"credentials": {"bot_token": "  xoxb-123 "}}) == {"credentials": {"bot_token": "xoxb-123"}}


def test_a_replay_begins_at_a_time() -> None:
    assert read_since({"since": "2026-11-21T12:00:00Z"}) == NOON
    with pytest.raises(InvalidError):
        read_since({})


def test_a_cursor_is_where_the_next_page_begins() -> None:
    cursor = write_place(("hook", "01795262400000#d-1"))
    assert cursor is not None
    assert read_deliveries({"cursor": cursor})["cursor"] == ("hook", "01795262400000#d-1")
    assert write_place(None) is None
    assert read_deliveries({})["cursor"] == ("", "")


def test_deliveries_are_filtered_by_every_filter_at_once() -> None:
    filters = {"destination": "hook", "survey": "demo", "response": "s", "state": "pending"}
    assert wanted(filters)(DELIVERY)
    for name in filters:
        assert not wanted(filters | {name: "other"})(DELIVERY)
    assert wanted({"cursor": ("", "")})(DELIVERY)


def test_a_delivery_is_shown_without_what_was_sent() -> None:
    shown = delivery_view(DELIVERY.started(NOON, '{"comment": "late"}'))
    assert "late" not in str(shown)
    assert (shown["state"], shown["response"]) == (DeliveryState.TRYING.value, "s")


def test_a_delivery_that_waits_for_its_destination_has_no_time_of_its_next_attempt() -> None:
    assert delivery_view(DELIVERY.held(NOON, NOON + 5_000, "it is away"))["next_attempt_at"] is None
    dated = delivery_view(DELIVERY.put_off_until(NOON + 5_000))
    assert dated["next_attempt_at"] == "2026-11-21T12:00:05.000Z"


def test_a_delivery_about_the_score_has_no_response() -> None:
    about_the_score = Delivery("d-2", "hook", "a", "r", "demo", "e-1", "score.changed", alerted_at=NOON)
    assert delivery_view(about_the_score)["response"] is None
