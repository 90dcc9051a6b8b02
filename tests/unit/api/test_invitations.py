"""How an invitation looks from outside: the truth about what was sent, what is to come, and why nothing is."""

from dataclasses import replace
from typing import Any

import pytest

from earshot.api.invitations import invitation_view
from earshot.domain.bot_detection import SubmitAttempt
from earshot.domain.invitation import UNKNOWN_AFTER, InvitationState, Mail
from tests.factories import DAY, NOON, make_invitation

FIRST = (Mail(1, NOON, "message"),)
WAITS = make_invitation(wave=2, due_at=NOON + 3 * DAY, sent_at=NOON, message_id="message", mails=FIRST)
DUE = "2026-11-24T12:00:00.000Z"


def view(**changes: Any) -> Any:
    return invitation_view(replace(WAITS, **changes), NOON + 4 * DAY)


def reminder(state: str, wave: int = 2) -> dict[str, Any]:
    return {"wave": wave, "due_at": DUE, "state": state}


def test_what_waits_to_be_sent_was_not_sent_and_has_no_reminder() -> None:
    shown = invitation_view(make_invitation(), NOON)
    assert (shown["outcome"], shown["mails"], shown["reminder"], shown["stopped"]) == ("scheduled", [], None, None)


CLAIM = {"state": InvitationState.CLAIMED, "claimed_at": NOON + 4 * DAY}
LOST = {"state": InvitationState.CLAIMED, "claimed_at": NOON + 4 * DAY - UNKNOWN_AFTER - 1}


@pytest.mark.parametrize(
    ("changes", "outcome", "to_come"),
    [
        ({}, "sent", reminder("scheduled")),
        ({"wave": 1}, "sent", reminder("scheduled", wave=1)),
        (CLAIM, "sent", reminder("claimed")),
        (LOST, "sent", reminder("unknown")),
        ({"state": InvitationState.SENT, "stopped": "unsubscribed"}, "sent", None),
        ({"attempts": (SubmitAttempt(9, NOON),)}, "answered", None),
        ({"attempts": (SubmitAttempt(9, NOON, honeypot=True),)}, "quarantined", reminder("scheduled")),
    ],
)
def test_who_was_asked_was_asked_whatever_becomes_of_the_reminder(
    changes: dict[str, Any], outcome: str, to_come: dict[str, Any] | None
) -> None:
    shown = view(**changes)
    assert (shown["outcome"], shown["reminder"]) == (outcome, to_come)
    assert shown["mails"] == [{"wave": 1, "sent_at": "2026-11-21T12:00:00.000Z"}]
    assert shown["stopped"] == changes.get("stopped")
