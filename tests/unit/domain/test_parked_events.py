"""The event of a delivery that was parked."""

import json

import pytest
from jsonschema import Draft202012Validator

from earshot.domain.deliveries import Delivery
from earshot.domain.events import Event
from earshot.domain.message_types import TO_STAFF
from earshot.domain.parked_events import parked_events
from earshot_cli.local.settings import ROOT
from tests.factories import NOON, uuid7

SCHEMA = json.loads((ROOT / "events/schemas/DeliveryParked.v1.json").read_text())


def parked(alert: str, kind: str) -> Event:
    delivery = Delivery(uuid7(), "staff", alert, "", "demo", uuid7(), kind, NOON).parked("no mail could be sent")
    (event,) = parked_events(None, delivery, "2026-11-21T12:00:00.000Z")
    Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(event.detail)
    return event


def test_it_names_the_alert_of_a_response() -> None:
    alert = uuid7()
    assert parked(alert, "response.detractor").detail["data"]["alert"] == alert


@pytest.mark.parametrize("kind", TO_STAFF)
def test_a_message_about_a_case_is_of_no_alert(kind: str) -> None:
    assert parked("1.owner.kim", kind).detail["data"]["alert"] is None
