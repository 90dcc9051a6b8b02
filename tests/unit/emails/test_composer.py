"""The mail of a wave: the invitation asks, later waves remind, each with links of its own."""

import re
from email import message_from_bytes
from email.policy import default

import pytest

from earshot.domain.invitation import Invitation
from earshot.emails.composer import Composer
from earshot.languages.catalogue import texts_for
from tests.factories import make_invitation, make_person, make_survey


def composed(invitation: Invitation, signature: str = "a") -> tuple[str, str]:
    """Compose a mail; its subject and its text."""
    composer = Composer("https://asks.example/", "survey@example.com", lambda purpose, _: f"{purpose}-{signature}")
    mime = composer.compose(make_survey(), make_person(locale="de"), invitation)
    message = message_from_bytes(mime, policy=default)
    part = message.get_body(("plain",))
    assert part is not None
    return str(message["Subject"]), str(part.get_content())


@pytest.mark.parametrize("wave", [2, 3])
def test_later_waves_remind_in_the_persons_language(wave: int) -> None:
    texts = texts_for("de")
    (asked, asks), (reminded, reminds) = (composed(make_invitation(wave=each)) for each in (1, wave))
    assert (asked, reminded) == tuple(
        texts.fill(text, brand="Demo") for text in (texts.invitation_subject, texts.reminder_subject)
    )
    assert texts.reminder_intro in reminds
    assert texts.reminder_intro not in asks


def test_every_mail_signs_its_links_again() -> None:
    for signature in ("a", "b"):
        _, text = composed(make_invitation(wave=2), signature)
        signed = {f"respond-{signature}", f"unsubscribe-{signature}"}
        assert set(re.findall(r"/[su]/([a-z-]+)", text)) == signed
