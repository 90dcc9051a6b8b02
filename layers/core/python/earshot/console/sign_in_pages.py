"""The pages with which members sign in: complete without a script, and nothing but a form and our own styles."""

from dataclasses import dataclass
from typing import Any

from earshot.api.request import Request
from earshot.console.assets import address
from earshot.console.page_templates import template_of
from earshot.domain.members import Member
from earshot.languages.catalogue import preferred
from earshot.languages.sign_in_texts import SignInTexts, sign_in_texts

# No scripts at all.
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


# The words of a page in its language.
Words = SignInTexts


def words_for(request: Request) -> Words:
    """Return the words in the language that the browser likes best of those there are."""
    return sign_in_texts(preferred(request.headers.get("accept-language", "")))


@dataclass(frozen=True, slots=True)
class Page:
    """A page with its status."""

    status: int
    html: str
    language: str

    @property
    def headers(self) -> dict[str, str]:
        """Return its headers; no other site learns of its address, which may hold a token."""
        return {
            "content-type": "text/html; charset=utf-8",
            "content-language": self.language,
            "content-security-policy": POLICY,
            "cross-origin-opener-policy": "same-origin",
            "referrer-policy": "no-referrer",
            "cache-control": "no-store, private",
            "x-robots-tag": "noindex",
            "vary": "cookie, accept-language",
        }


def form_page(t: Words, page: str, typed: str = "", *, is_wrong: bool = False) -> Page:
    """Return the page that asks for the address; `page` is the one to show later."""
    fault = t("form_fault") if is_wrong else ""
    status = 422 if is_wrong else 200
    return _page("form.html", t, t("form_title"), status, next=page, address=typed, fault=fault)


def code_page(t: Words, fault: str = "", status: int = 200) -> Page:
    """Return the page that asks for the code of the mail; `fault` is the name of what was wrong with one."""
    return _page("code.html", t, t("code_title"), status, fault=t(fault) if fault else "")


def link_page(t: Words, action: str) -> Page:
    """Return the page of a mail's link: a button, since programs open every link, too."""
    given = {"text": t("link_text"), "action": action, "button": t("link_button")}
    return _page("button.html", t, t("link_title"), 200, **given)


def invitation_page(t: Words, action: str, member: Member) -> Page:
    """Return the page of an invitation."""
    text = t("invitation_text", name=member.name or member.id)
    return _page("button.html", t, t("invitation_title"), 200, text=text, action=action, button=t("invitation_button"))


def other_browser_page(t: Words, status: int = 200) -> Page:
    """Return what a link says in a browser that did not ask for it, and once it is over."""
    return _notice(t, "other_title", [t("other_text"), t("other_code")], status, "other_again")


def invitation_over_page(t: Words) -> Page:
    """Return that an invitation is not, or no longer, good."""
    return _notice(t, "invitation_over_title", [t("invitation_over_text")], 410)


def too_often_page(t: Words, seconds: int) -> Page:
    """Return that somebody tries too often, and when to come back."""
    return _notice(t, "too_often_title", [t("too_often_text", minutes=max(1, -(-seconds // 60)))], 429)


def refused_page(t: Words) -> Page:
    """Return that a form was sent by another page."""
    return _notice(t, "refused_title", [t("refused_text")], 403)


def failed_page(t: Words, status: int) -> Page:
    """Return that something failed, which may work in a moment."""
    return _notice(t, "failed_title", [t("failed_text")], status)


def _notice(t: Words, title: str, lines: list[str], status: int, way: str = "back") -> Page:
    return _page("notice.html", t, t(title), status, lines=lines, way=t(way))


def _page(template: str, t: Words, title: str, status: int, **values: Any) -> Page:
    head = {
        "t": t,
        "title": title,
        "theme": "system",
        "stylesheet": address("console.css"),
        "icon": address("icon.svg"),
    }
    return Page(status, template_of(f"sign_in/{template}").render(head | values), t.language)
