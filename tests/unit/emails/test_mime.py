"""The bytes for SES: two parts a mail program can read, one-click unsubscribe, and no way to add a header."""

import email
from email.header import decode_header, make_header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import default
from email.utils import parseaddr
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.emails.invitation import Mail, render_invitation
from earshot.emails.mime import to_mime
from earshot.languages.catalogue import LANGUAGES
from tests.unit.emails.mails import UNSUBSCRIBE_URL, make_facts

SMALL = Mail("One question", "<p>Hello</p>", "Hello")


def written(mail: Mail = SMALL, **changes: Any) -> bytes:
    given_: dict[str, Any] = {
        "sender": ("Northwind Rail", "ask@northwind.example"),
        "to": "ann@example.com",
        "unsubscribe_url": UNSUBSCRIBE_URL,
    }
    return to_mime(mail, **{**given_, **changes})


def read(octets: bytes) -> EmailMessage:
    return email.message_from_bytes(octets, policy=default)


def part(message: EmailMessage, kind: str) -> str:
    found = message.get_body((kind,))
    assert found is not None
    return str(cast(EmailMessage, found).get_content()).replace("\r\n", "\n")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_mail_program_reads_both_parts_as_they_were_written(language: str) -> None:
    mail = render_invitation(make_facts(language))
    message = read(written(mail))

    assert message.get_content_type() == "multipart/alternative"
    assert [p.get_content_type() for p in message.iter_parts()] == ["text/plain", "text/html"]
    assert [p.get_content_charset() for p in message.iter_parts()] == ["utf-8", "utf-8"]
    assert part(message, "plain").rstrip("\n") == mail.text.rstrip("\n")
    assert part(message, "html").rstrip("\n") == mail.html.rstrip("\n")
    assert message["Subject"] == mail.subject
    assert message.defects == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_line_is_too_long_and_every_line_ends_as_smtp_wants(language: str) -> None:
    octets = written(render_invitation(make_facts(language)))
    lines = octets.split(b"\r\n")

    assert octets.isascii()
    assert not [line for line in lines if b"\n" in line or b"\r" in line]
    assert all(len(line) <= 78 for line in lines if not line.startswith(b"List-Unsubscribe: "))
    assert len(octets) < 30_000


def test_the_headers_of_one_click_unsubscribe_stand_whole() -> None:
    octets = written()

    assert f"\r\nList-Unsubscribe: <{UNSUBSCRIBE_URL}>\r\n".encode() in octets
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in octets
    assert b"\r\nAuto-Submitted: auto-generated\r\n" in octets
    assert b"Feedback-ID" not in octets


def test_the_addresses_stand_as_given() -> None:
    message = read(written(to="o'neil+nps@xn--bcher-kva.example", reply_to="care@northwind.example"))

    assert message["From"].addresses == (Address("Northwind Rail", "ask", "northwind.example"),)
    assert message["To"] == "o'neil+nps@xn--bcher-kva.example"
    assert message["Reply-To"] == "care@northwind.example"


def test_without_them_there_is_no_reply_to_and_no_message_id() -> None:
    message = read(written())

    assert message["Reply-To"] is None
    assert message["Message-ID"] is None
    assert read(written(message_id="<018f@earshot.example>"))["Message-ID"] == "<018f@earshot.example>"


@pytest.mark.parametrize(
    "name",
    [
        "Acme",
        "Acme, Inc.",
        'The "Best" \\ Co',
        "a <b@c.example>",
        "Café Zürich",
        "日本の会社" * 10,
        "👩‍👧 Co",
        "=?utf-8?q?evil?=",
        "x" * 80,
    ],
)
def test_the_name_of_the_sender_is_read_as_it_was_given(name: str) -> None:
    header = email.message_from_bytes(written(sender=(name, "ask@northwind.example")))["From"]
    shown, address = parseaddr(header)

    assert (str(make_header(decode_header(shown))), address) == (name, "ask@northwind.example")


def test_a_sender_without_a_name_is_an_address() -> None:
    assert b"From: ask@northwind.example\r\n" in written(sender=("", "ask@northwind.example"))


@pytest.mark.parametrize(
    "subject", ["One question", "Žluťoučký kůň " * 6, "質問" * 30, "=?utf-8?q?evil?=", "long words " * 15]
)
def test_a_subject_is_read_as_it_was_given(subject: str) -> None:
    octets = written(Mail(subject.strip(), "<p>.</p>", "."))

    assert read(octets)["Subject"] == subject.strip()
    assert all(len(line) <= 78 for line in octets.split(b"List-Unsubscribe:")[0].split(b"\r\n"))


@pytest.mark.parametrize("broken", ["a\r\nBcc: x@y.example", "a\nb", "a\rb", "a\x00b", "a\u2028b", "é\r\nBcc: x"])
def test_nothing_can_add_a_header(broken: str) -> None:
    for changes in (
        {"mail": Mail(broken, "", "")},
        {"sender": (broken, "ask@northwind.example")},
        {"sender": ("Acme", f"{broken}@northwind.example")},
        {"to": f"{broken}@example.com"},
        {"to": f"ann@example.com{broken}"},
        {"reply_to": f"ann@example.com{broken}"},
        {"message_id": f"<{broken}@example.com>"},
        {"unsubscribe_url": f"https://asks.example/u/{broken}"},
    ):
        with pytest.raises(ValueError, match=r"."):
            written(**changes)


@pytest.mark.parametrize(
    "to", ["", "ann", "ann@", "@example.com", "a@b@c", "a@x.example, b@x.example", "<a@x.example>"]
)
def test_a_mail_goes_to_one_address(to: str) -> None:
    with pytest.raises(ValueError, match="not a valid address"):
        written(to=to)


@pytest.mark.parametrize("to", ["ann@bücher.example", "änn@example.com"])
def test_an_address_that_ses_cannot_take_is_named(to: str) -> None:
    with pytest.raises(ValueError, match="punycode"):
        written(to=to)


@pytest.mark.parametrize("url", ["", "mailto:a@b.example", "https://a.example/>,<https://evil.example", "/u/x"])
def test_an_unsubscribe_link_is_one_link(url: str) -> None:
    with pytest.raises(ValueError, match="unsubscribe link"):
        written(unsubscribe_url=url)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=300))
def test_any_text_survives_the_journey(text: str) -> None:
    message = read(written(Mail("One question", f"<p>{text}</p>", f"{text}\n--=_\n.\nFrom here")))

    assert part(message, "html").rstrip("\n") == f"<p>{text}</p>"
    assert part(message, "plain").rstrip("\n") == f"{text}\n--=_\n.\nFrom here"


def test_the_same_mail_gives_the_same_bytes() -> None:
    assert written(render_invitation(make_facts())) == written(render_invitation(make_facts()))
