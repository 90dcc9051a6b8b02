"""The mails with which members sign in: a button, its address, and a code where there is one."""

from dataclasses import replace
from email import message_from_bytes, policy

import pytest

from earshot.emails.sign_in import compose_sign_in, render_sign_in
from tests.factories import make_member

KIM = make_member("kim", locale="de")
LINK = "https://earshot.example.com/app/sign-in/token"


def test_the_mail_to_sign_in_has_link_and_code_in_both_parts() -> None:
    mail = render_sign_in(KIM, LINK, "012345")
    assert mail.subject == "Sign in to Earshot"
    for part in (mail.html, mail.text):
        assert LINK in part
        assert "012 345" in part
        assert "ten minutes" in part
    assert mail.html.count(f'href="{LINK}"') == 2


def test_an_invitation_has_no_code() -> None:
    mail = render_sign_in(KIM, LINK, None)
    assert mail.subject == "You are invited to Earshot"
    assert "72 hours" in mail.text
    assert "code" not in mail.text.lower()


def test_the_subject_holds_neither_code_nor_name() -> None:
    # Lock screens and lists of mails show it.
    assert "012" not in render_sign_in(KIM, LINK, "012345").subject


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "Kim\r\nBcc: eve@example.com", None])
def test_a_name_stays_text_and_out_of_the_headers(name: str | None) -> None:
    mime = compose_sign_in(replace(KIM, name=name), LINK, "012345", sender="survey@example.com")
    message = message_from_bytes(mime, policy=policy.default)
    assert (message["To"], message["Bcc"], message["List-Unsubscribe"]) == ("kim@example.com", None, None)
    html = message.get_body(("html",))
    assert html is not None
    assert "<script" not in html.get_content()
