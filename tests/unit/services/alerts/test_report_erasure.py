"""What became of an erased person at the destinations: deleted, on its way, given up, or beyond what they can do."""

from dataclasses import replace

import pytest

from earshot.domain.alerts import deletion_of
from earshot.domain.deliveries import Attempt, Delivery, Reached
from earshot.domain.destinations import BY_RESPONSE, CRM, KINDS, OWNER, Destination, DestinationState
from earshot.services.alerts.report_erasure import DISABLED, GONE, Elsewhere, ElsewhereState, report_erasure
from tests.factories import NOON
from tests.fakes.alerts import InMemoryDeliveries, InMemoryDestinations

HOOK = Destination("hook", "webhook", "Hook", {"url": "https://hook.example.com"})
SIMPLE = Destination("simple", "slack", "Simple")
CRM_OF_OURS = Destination("hubspot", "hubspot", "HubSpot", {"object": "ticket"})
WRITTEN = Delivery("d1", "hubspot", "a1", "default", "demo", "r1", "response.detractor", NOON, erased_by=BY_RESPONSE)
DELETION = deletion_of(WRITTEN, "r1", NOON)
REACHED = Reached("hubspot", DELETION.key)


def reported(
    *reached: Reached, deletion: Delivery | None = DELETION, crm: Destination | None = CRM_OF_OURS
) -> list[Elsewhere]:
    destinations = InMemoryDestinations(HOOK, SIMPLE, *([crm] if crm else []))
    deliveries = InMemoryDeliveries(destinations)
    if deletion is not None:
        deliveries.kept[deletion.key] = deletion
    return report_erasure(reached, destinations=destinations, deliveries=deliveries)


def test_what_nothing_can_delete_is_named_with_its_kind_and_why() -> None:
    impossible = ElsewhereState.IMPOSSIBLE
    assert reported(*map(Reached, (OWNER, "gone", CRM, "hook", "simple"))) == [
        Elsewhere(CRM, "webhook", impossible, KINDS["webhook"].why_it_stays),
        Elsewhere("gone", None, impossible, GONE),
        Elsewhere("hook", "webhook", impossible, KINDS["webhook"].why_it_stays),
        Elsewhere(OWNER, "email", impossible, KINDS["email"].why_it_stays),
        Elsewhere("simple", "slack", impossible, KINDS["slack"].why_it_stays),
    ]


@pytest.mark.parametrize(
    ("deletion", "state", "why"),
    [
        (DELETION, ElsewhereState.REQUESTED, None),
        (
            DELETION.started(NOON, None).held(NOON, NOON + 1, "it does not reply"),
            ElsewhereState.REQUESTED,
            "it does not reply",
        ),
        (DELETION.started(NOON, None).deleted(NOON, 204), ElsewhereState.DELETED, None),
        (DELETION.parked("it is refused", Attempt(NOON, "rejected", 403)), ElsewhereState.FAILED, "it is refused"),
    ],
)
def test_what_is_deleted_is_followed(deletion: Delivery, state: ElsewhereState, why: str | None) -> None:
    assert reported(REACHED, deletion=deletion) == [Elsewhere("hubspot", "hubspot", state, why, DELETION.id)]


def test_a_destination_that_was_disabled_or_deleted_is_named_so() -> None:
    disabled = replace(CRM_OF_OURS, state=DestinationState.DISABLED)
    parked = DELETION.parked("destination_disabled")
    for deletion in (DELETION, parked):
        (found,) = reported(REACHED, deletion=deletion, crm=disabled)
        assert (found.state, found.why) == (ElsewhereState.REQUESTED, DISABLED)
    (found,) = reported(REACHED, crm=None)
    assert (found.kind, found.state, found.why) == (None, ElsewhereState.IMPOSSIBLE, GONE)
    done = DELETION.started(NOON, None).deleted(NOON, 204)
    assert [each.state for each in reported(REACHED, deletion=done, crm=None)] == [ElsewhereState.DELETED]


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_that_cannot_delete_always_says_why(kind: str) -> None:
    rules = KINDS[kind]
    assert rules.why_it_stays or (rules.can_erase and rules.probes_by is None)
