"""The delivery events of an invitation."""

from earshot.domain.delivery_events import VISITED, delivery_event_of, latest_wave
from earshot.domain.invitation import Mail
from tests.factories import NOON, make_invitation


def test_a_delivery_event_names_its_wave() -> None:
    assert delivery_event_of(VISITED, 2) == "visited#2"


def test_the_latest_wave_is_that_of_the_last_mail_and_one_before_any_mail() -> None:
    mails = (Mail(1, NOON, "m-1"), Mail(3, NOON + 2, "m-3"), Mail(2, NOON + 1, "m-2"))

    assert latest_wave(make_invitation()) == 1
    assert latest_wave(make_invitation(mails=mails)) == 3
