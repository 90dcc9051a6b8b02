"""Render the mails with which members sign in: a button, its address, and the code if it is to sign in."""

from typing import Any

from earshot.domain.members import Member
from earshot.emails.invitation import Mail
from earshot.emails.mail_templates import rendered
from earshot.emails.mime import to_mime
from earshot.languages.sign_in_texts import sign_in_texts
from earshot.languages.texts import cleaned

NAME = "Earshot"


def compose_sign_in(member: Member, link: str, code: str | None, *, sender: str) -> bytes:
    """Write the mail for a member from a sender's address; without a code it is an invitation to the team."""
    return to_mime(render_sign_in(member, link, code), sender=(NAME, sender), to=member.email)


def render_sign_in(member: Member, link: str, code: str | None) -> Mail:
    """Render the mail; the same data give the same mail."""
    t = sign_in_texts(member.locale)
    kind = "mail_invitation" if code is None else "mail_sign_in"
    words: dict[str, Any] = {
        "language": t.language,
        "direction": t.direction,
        "subject": t(f"{kind}_subject"),
        "name": cleaned(member.name or ""),
        "text": t(f"{kind}_text"),
        "button": t(f"{kind}_button"),
        "link": link,
        "by_hand": t("mail_link"),
        "code_text": t("mail_sign_in_code") if code else "",
        "code": f"{code[:3]} {code[3:]}" if code else "",
        "note": t(f"{kind}_note"),
    }
    return Mail(words["subject"], *rendered("sign_in", words))
