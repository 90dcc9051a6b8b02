"""A response leaves the cases that its alerts lead to, and a person all of theirs."""

from typing import Any

import pytest

from earshot.domain.cases import SubjectKind
from earshot.domain.errors import BusyError
from earshot.domain.opened_cases import opened_by
from earshot.services.cases.leave_cases import LeaveCases
from tests.factories import make_response, uuid7
from tests.fakes.fake_time import no_pause
from tests.fakes.raised_alerts import RaisedAlerts

RESPONSE, OTHER = make_response(2, person="ann"), make_response(1, id=uuid7(seed="other"), person="ann")


def test_a_response_leaves_every_case_that_it_is_in() -> None:
    world = RaisedAlerts()
    for each in (RESPONSE, OTHER):
        world.raise_on(each)
    (case,) = world.cases_with(RESPONSE.id)
    world.withdraw.cases.leave(RESPONSE)
    assert (world.cases_with(RESPONSE.id), world.cases_with(OTHER.id)) == ([], [case])
    world.withdraw.cases.leave(OTHER)
    assert (world.cases_with(OTHER.id), world.cases_with("ann")) == ([], [case])


def test_a_response_without_a_case_leaves_none() -> None:
    world = RaisedAlerts()
    world.withdraw.cases.leave(RESPONSE)
    assert world.calls == ["of_response"]


def test_a_person_is_looked_at_until_no_case_was_opened_meanwhile() -> None:
    world, tries = RaisedAlerts(), iter([False, False, True])
    cases: Any = world.cases
    cases.anonymize = lambda _: next(tries)
    LeaveCases(world.alerts, cases, no_pause).anonymize("ann")
    cases.anonymize = lambda _: False
    with pytest.raises(BusyError):
        LeaveCases(world.alerts, cases, no_pause).anonymize("ann")


def test_a_case_that_others_write_is_left_once_they_are_done() -> None:
    world = RaisedAlerts()
    world.raise_on(RESPONSE)
    leave, tries = world.cases.leave, iter([False, False])
    cases: Any = world.cases
    cases.leave = lambda case, response: next(tries, True) and leave(case, response)
    world.withdraw.cases.leave(RESPONSE)
    assert world.cases_with(RESPONSE.id) == []
    cases.leave = lambda *_: False
    with pytest.raises(BusyError):
        world.withdraw.cases.leave(RESPONSE)


def test_the_case_of_an_account_has_nobody() -> None:
    world = RaisedAlerts()
    world.raise_on(RESPONSE)
    (alert,) = world.alerts.of_response("demo", RESPONSE.id)
    assert opened_by(alert, SubjectKind.ACCOUNT, "acme").person is None
