"""Destinations: what each kind declares, and those of the deployment."""

import pytest

from earshot.domain.destinations import (
    BUILT_IN,
    INCLUDES,
    KINDS,
    Destination,
    DestinationState,
    Guarantee,
    crm_destination,
    owner_destination,
)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_kind_declares_each_of_its_fields_once(kind: object) -> None:
    assert isinstance(kind, type(KINDS["webhook"]))
    groups = (*kind.settings, *kind.credentials)
    names = [name for group in groups for name in group] + list(kind.optional)
    assert all(groups)
    assert len(set(names)) == len(names)


def test_a_receiver_of_webhooks_drops_repeats_and_people_cannot() -> None:
    assert (KINDS["webhook"].guarantee, KINDS["webhook"].is_signed) == (Guarantee.KEY, True)
    assert (KINDS["email"].guarantee, KINDS["email"].is_for_people) == (Guarantee.NEITHER, True)


def test_the_destinations_of_the_deployment_may_have_all_of_a_response() -> None:
    found = (crm_destination("https://crm.example.com"), owner_destination())
    assert tuple(each.id for each in found) == BUILT_IN
    assert all((each.include, each.is_enabled, each.has_credentials) == (INCLUDES, True, False) for each in found)
    assert found[0].settings == {"url": "https://crm.example.com"}
    assert crm_destination("").settings == {}


def test_a_destination_that_is_stopped_has_its_reason_and_a_new_revision() -> None:
    hook = Destination("hook", "webhook", "Hook", revision=3)
    stopped = hook.stopped(DestinationState.BROKEN, "it replied 401")
    assert (stopped.is_enabled, stopped.state, stopped.reason) == (False, DestinationState.BROKEN, "it replied 401")
    assert stopped.revision == 4
    assert hook.is_enabled
