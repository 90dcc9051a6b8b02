"""Write a mail as the bytes SES sends: two parts, and the headers that let a person unsubscribe with one click."""

import re
from binascii import b2a_base64, b2a_qp
from collections.abc import Sequence
from email.header import Header
from hashlib import sha256

from earshot.emails.invitation import Mail

ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+")
LINK = re.compile(r"https?://[!-;=?-~]+")  # printable ASCII without the angle brackets it stands in
MESSAGE_ID = re.compile(r"<[!-;=?A-~]+@[!-;=?A-~]+>")  # one `@`: with several, matching takes quadratic time
SPECIALS = re.compile(r'[()<>\[\]:;@\\,."]')
LONGEST_LINE = 76
LONGEST_PHRASE = 60


def to_mime(
    mail: Mail,
    *,
    sender: tuple[str, str],
    to: str,
    unsubscribe_url: str | None = None,
    message_id: str | None = None,
    reply_to: str | None = None,
    also: Sequence[str] = (),
) -> bytes:
    """Write a mail from a sender (name, address) to an address; ValueError for what could break out of a header.

    SES adds the date, and a message id of its own. It takes addresses in ASCII only, so a domain with other letters
    comes as its punycode. `also` are further recipients. Without a link nobody can unsubscribe, as in mails to staff.
    """
    name, address = sender
    headers = {
        "From": f"{_phrase(name)} <{_address(address)}>" if name else _address(address),
        "To": ", ".join(map(_address, (to, *also))),
        "Reply-To": _address(reply_to) if reply_to else None,
        "Subject": _text("Subject", mail.subject),
        "Message-ID": _matched(MESSAGE_ID, message_id, "message id") if message_id else None,
        **_unsubscribing(unsubscribe_url),
        "Auto-Submitted": "auto-generated",
        "MIME-Version": "1.0",
    }
    boundary = f"=_{sha256(mail.html.encode()).hexdigest()[:32]}"
    headers["Content-Type"] = f'multipart/alternative;\n boundary="{boundary}"'
    head = "".join(f"{field}: {value}\n" for field, value in headers.items() if value)
    parts = _part("plain", mail.text), _part("html", mail.html)
    body = "".join(f"--{boundary}\n{part}\n" for part in parts)
    return f"{head}\n{body}--{boundary}--\n".replace("\n", "\r\n").encode("ascii")


def _unsubscribing(url: str | None) -> dict[str, str]:
    """Return the headers by which a person unsubscribes with one click (RFC 8058)."""
    if url is None:
        return {}
    link = f"<{_matched(LINK, url, 'unsubscribe link')}>"
    return {"List-Unsubscribe": link, "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def check_sender(address: str, url: str) -> None:
    """Check what all mails share, the sender and the page address; raise ValueError if no mail can be built."""
    _address(address)
    _matched(LINK, url, "address of a page")


def _part(subtype: str, content: str) -> str:
    """Write one part in whichever encoding is the shorter one; a boundary can appear in neither."""
    octets = "\n".join(content.splitlines()).encode() + b"\n"
    encoding, encoded = "quoted-printable", b2a_qp(octets)
    if len(encoded) > len(octets) * 1.4:
        encoding, encoded = "base64", _base64(octets.replace(b"\n", b"\r\n"))
    head = f'Content-Type: text/{subtype}; charset="utf-8"\nContent-Transfer-Encoding: {encoding}\n'
    return f"{head}\n{encoded.decode('ascii')}"


def _base64(octets: bytes) -> bytes:
    encoded = b2a_base64(octets, newline=False)
    return b"".join(encoded[at : at + LONGEST_LINE] + b"\n" for at in range(0, len(encoded), LONGEST_LINE))


def _text(field: str, value: str) -> str:
    """Write free text in a header as RFC 2047 wants it, folded."""
    _refuse_breaks(value, field)
    charset = None if _is_plain(value) else "utf-8"
    return Header(value, charset, maxlinelen=LONGEST_LINE, header_name=field).encode(linesep="\n")


def _phrase(name: str) -> str:
    """Write the name before an address: bare, quoted, or encoded when it is not ASCII."""
    _refuse_breaks(name, "sender's name")
    if not _is_plain(name) or len(name) > LONGEST_PHRASE:
        return Header(name, "utf-8", maxlinelen=LONGEST_LINE, header_name="From").encode(linesep="\n")
    if not SPECIALS.search(name):
        return name
    escaped = re.sub(r'([\\"])', r"\\\1", name)
    return f'"{escaped}"'


def _is_plain(value: str) -> bool:
    """Return whether a value needs no encoding and cannot be mistaken for an encoded one."""
    return value.isascii() and "=?" not in value


def _address(value: str) -> str:
    if not value.isascii():
        raise ValueError("an address in a header must be ASCII; write its domain in punycode")
    return _matched(ADDRESS, value, "address")


def _matched(pattern: re.Pattern[str], value: str, what: str) -> str:
    if not pattern.fullmatch(value):
        raise ValueError(f"this is not a valid {what} for a header")
    return value


def _refuse_breaks(value: str, what: str) -> None:
    if any(ord(character) < 32 or ord(character) == 127 or character in "\x85\u2028\u2029" for character in value):
        raise ValueError(f"the {what} contains a line break or a control character")
