"""Correcting and erasing: the counts follow at once, a competitor is waited for."""

from collections.abc import Sequence

import pytest

from earshot.domain.errors import BusyError, NotFoundError
from earshot.domain.quarantine import Press
from earshot.domain.response import Kind
from earshot.ports import Change, Refusal, Verdict
from earshot.services.record_responses import record
from earshot.services.revise_response import Target, correct, erase
from tests.factories import DAY, NOON, make_invitation, make_submission, make_survey, uuid7
from tests.fakes import InMemoryInvitations, InMemoryLedger, InMemoryPeople, InMemorySurveys, no_pause

SURVEYS = InMemorySurveys(make_survey())
INVITATIONS = InMemoryInvitations()


def target(response: str = "", now: int = NOON + 60_000) -> Target:
    return Target("demo", response or uuid7(), now, "request")


@pytest.fixture
def ledger() -> InMemoryLedger:
    ledger = InMemoryLedger()
    record([make_submission(3, comment="bad")], surveys=SURVEYS, ledger=ledger, people=InMemoryPeople(), pause=no_pause)
    return ledger


def test_a_corrected_score_moves_the_count_and_keeps_the_comment(ledger: InMemoryLedger) -> None:
    corrected = correct(target(), {"score": 9}, ledger=ledger, pause=no_pause)
    assert (corrected.score, corrected.comment, corrected.kind.state) == (9, "bad", "changed")
    assert ledger.counted() == ledger.recount() == {("demo", "all", "2026-11-21"): [0] * 9 + [1, 0]}


def test_of_two_corrections_the_later_stands_even_within_a_millisecond(ledger: InMemoryLedger) -> None:
    correct(target(), {"score": 9}, ledger=ledger, pause=no_pause)
    assert correct(target(), {"score": 1}, ledger=ledger, pause=no_pause).score == 1
    assert correct(target(), {"comment": None}, ledger=ledger, pause=no_pause).score == 1


def test_a_correction_meets_whatever_was_faster(ledger: InMemoryLedger) -> None:
    conflicts: list[list[Refusal]] = [[Refusal(Verdict.BUSY)]] * 2
    ledger.before = lambda _: conflicts.pop() if conflicts else None
    assert correct(target(), {"score": 0}, ledger=ledger, pause=no_pause).score == 0


def test_a_response_that_never_holds_still_is_busy(ledger: InMemoryLedger) -> None:
    def always(changes: Sequence[Change]) -> list[Refusal]:
        return [Refusal(Verdict.BUSY) for _ in changes]

    ledger.before = always
    with pytest.raises(BusyError):
        correct(target(), {"score": 0}, ledger=ledger, pause=no_pause)


def test_what_is_not_there_cannot_be_corrected(ledger: InMemoryLedger) -> None:
    with pytest.raises(NotFoundError):
        correct(target(uuid7(seed="other")), {"score": 0}, ledger=ledger, pause=no_pause)


@pytest.mark.parametrize("now", [NOON + 60_000, NOON + 30 * DAY])
def test_an_erased_response_counts_no_more_and_cannot_be_corrected(ledger: InMemoryLedger, now: int) -> None:
    erase(target(now=now), surveys=SURVEYS, ledger=ledger, invitations=INVITATIONS, pause=no_pause)
    assert ledger.counted() == {}
    with pytest.raises(NotFoundError):
        correct(target(), {"score": 0}, ledger=ledger, pause=no_pause)
    erase(target(now=now + 1), surveys=SURVEYS, ledger=ledger, invitations=INVITATIONS, pause=no_pause)


@pytest.mark.parametrize("clock", [0, -30 * DAY])
def test_what_is_erased_before_it_arrives_never_counts(clock: int) -> None:
    ledger, response = InMemoryLedger(), uuid7(NOON + clock, "late")
    erase(target(response), surveys=SURVEYS, ledger=ledger, invitations=INVITATIONS, pause=no_pause)
    record([make_submission(3, id=response)], surveys=SURVEYS, ledger=ledger, people=InMemoryPeople(), pause=no_pause)
    found = ledger.find("demo", response)
    assert found is not None
    assert found.kind is Kind.ERASED
    assert ledger.counted() == {}


def test_nothing_is_erased_from_a_survey_that_is_not_there(ledger: InMemoryLedger) -> None:
    with pytest.raises(NotFoundError):
        erase(
            Target("gone", uuid7(), NOON, ""), surveys=SURVEYS, ledger=ledger, invitations=INVITATIONS, pause=no_pause
        )


def test_what_was_written_beside_the_press_is_erased_with_its_answer_also_when_they_press_again() -> None:
    ledger, invitations = InMemoryLedger(), InMemoryInvitations()
    said = make_submission(9, comment="It is me, Ann", person="ann")
    record([said], surveys=SURVEYS, ledger=ledger, people=InMemoryPeople(), pause=no_pause)
    asked = make_invitation(response=said.id, presses=(Press(9, NOON, comment="It is me, Ann"),))
    invitations.kept["ann", asked.id] = asked
    again = [Press(9, NOON + 1, comment="Ann again")]

    def press(call: str) -> None:
        if call == "rewrite" and again:
            assert invitations.press("ann", asked.id, said.id, again.pop())

    invitations.before = press
    erase(target(said.id), surveys=SURVEYS, ledger=ledger, invitations=invitations, pause=no_pause)
    kept = invitations.kept["ann", asked.id]
    assert [(press.score, press.comment) for press in kept.presses] == [(9, None), (9, None)]
