"""Unsubscribing by the link in a mail: for an hour it can be taken back."""

import pytest

from earshot.services.invitations.unsubscribe_by_link import (
    UNDO_TIME,
    MailsTo,
    read_subscription,
    undo_unsubscribe,
    unsubscribe,
)
from tests.factories import NOON
from tests.unit.services.invitations.test_follow_link import World


def test_a_look_at_the_page_changes_nothing() -> None:
    world = World()

    assert [read_subscription("token", world.deps()).mails for _ in range(2)] == [MailsTo.SENT] * 2


@pytest.mark.parametrize(
    ("later", "shown", "undone"),
    [(UNDO_TIME, MailsTo.JUST_ENDED, MailsTo.RESUMED), (UNDO_TIME + 1, MailsTo.ENDED, MailsTo.ENDED)],
)
def test_an_unsubscribe_can_be_undone_for_an_hour(later: int, shown: MailsTo, undone: MailsTo) -> None:
    world = World()

    assert unsubscribe("token", world.deps()).mails is MailsTo.JUST_ENDED
    assert read_subscription("token", world.deps(NOON + later)).mails is shown
    assert undo_unsubscribe("token", world.deps(NOON + later)).mails is undone
