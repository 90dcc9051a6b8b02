"""Who is signed in in a browser, and which forms count as theirs."""

from collections.abc import Mapping
from typing import Any

import pytest

from earshot.api.request import Request
from earshot.api.visitor import Visitor, check_form, visitor_of
from earshot.domain.access import SCOPES_OF, Role
from earshot.domain.errors import EarshotError, ForbiddenError, NotSignedInError, TooLargeError
from earshot.domain.sessions import form_token
from earshot.domain.site import Site
from tests.factories import NOON, make_member, make_session
from tests.fakes.sessions import InMemorySessions
from tests.fakes.team import InMemoryMembers

SITE = Site("https://earshot.acme.com")
LOCAL = Site("http://127.0.0.1:8080", is_local=True)
KIM = make_member("kim", role=Role.MANAGER)
SESSIONS = InMemorySessions(InMemoryMembers(KIM), make_session("kim"))
OURS = {"sec-fetch-site": "same-origin"}
GOOD = f"token={form_token('token')}&note=hello+w%C3%B6rld&empty="


def request(*cookies: str, body: str = "", headers: Mapping[str, str] = OURS) -> Request:
    event: dict[str, Any] = {
        "cookies": list(cookies),
        "headers": {"content-type": "application/x-www-form-urlencoded; charset=utf-8", **headers},
        "requestContext": {"domainName": "api.example.com"},
        "body": body,
    }
    return Request(event)


def visitor(site: Site = SITE) -> Visitor:
    return visitor_of(request(f"{site.cookie_name('earshot')}=kim.token"), NOON, sessions=SESSIONS, site=site)


def test_the_cookie_names_member_session_and_what_they_may_do() -> None:
    sent = request("theme=dark", "__Host-earshot=kim.token")
    found = visitor_of(sent, NOON, sessions=SESSIONS, site=SITE)
    assert (found.member, found.session) == (KIM, make_session("kim"))
    assert found.form_token == form_token("token")
    assert (found.caller.member, found.caller.role) == ("kim", Role.MANAGER)
    assert found.caller.scopes == SCOPES_OF[Role.MANAGER]
    assert sent.member == "kim"


@pytest.mark.parametrize(
    "cookies",
    [
        (),
        ("__Host-earshot=",),
        ("earshot=kim.token",),
        ("earshot-8080=kim.token",),
        ("__host-earshot=kim.token",),
        ("__Host-earshot=kim.token", "__Host-earshot=lee.token"),
        ("__Host-earshot=kim.token; x",),
    ],
)
def test_no_other_cookie_signs_anybody_in(cookies: tuple[str, ...]) -> None:
    with pytest.raises(NotSignedInError):
        visitor_of(request(*cookies), NOON, sessions=SESSIONS, site=SITE)


def test_under_make_run_the_cookie_has_the_port_in_its_name() -> None:
    assert visitor(LOCAL).member == KIM
    with pytest.raises(NotSignedInError):
        visitor_of(request("__Host-earshot=kim.token"), NOON, sessions=SESSIONS, site=LOCAL)


def test_a_form_of_our_own_page_has_its_fields_without_the_token() -> None:
    assert check_form(request(body=GOOD), visitor(), SITE) == {"note": "hello wörld", "empty": ""}


@pytest.mark.parametrize(
    ("site", "headers"),
    [
        (SITE, {"origin": "https://earshot.acme.com"}),
        (SITE, {"origin": "https://api.example.com"}),
        (LOCAL, {"origin": "http://localhost:8080"}),
        (LOCAL, {"origin": "http://127.0.0.1:8080"}),
        (LOCAL, {"origin": "http://[::1]:8080"}),
    ],
)
def test_an_old_browser_names_one_of_our_own_origins(site: Site, headers: dict[str, str]) -> None:
    assert check_form(request(body=GOOD, headers=headers), visitor(site), site)["note"] == "hello wörld"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "null"},
        {"origin": "https://evil.example.com"},
        {"origin": "http://earshot.acme.com"},
        {"origin": "http://localhost:8080"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"sec-fetch-site": "cross-site", "origin": "https://earshot.acme.com"},
    ],
)
def test_a_form_of_any_other_page_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(ForbiddenError):
        check_form(request(body=GOOD, headers=headers), visitor(), SITE)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "note=hello",
        "token=&note=hello",
        f"token={form_token('other')}",
        f"{GOOD}&note=again",
        f"{GOOD}&token={form_token('token')}",
        f"{GOOD}&x=%ff",
        f"{GOOD}&x=%ef%bf%bf",
        "&".join([GOOD, *(f"f{number}=1" for number in range(1000))]),
    ],
)
def test_a_form_without_the_token_of_the_session_or_with_a_field_twice_is_refused(body: str) -> None:
    with pytest.raises(ForbiddenError):
        check_form(request(body=body), visitor(), SITE)


def test_what_is_no_form_is_refused() -> None:
    with pytest.raises(ForbiddenError):
        check_form(request(body=GOOD, headers={**OURS, "content-type": "text/plain"}), visitor(), SITE)
    with pytest.raises(TooLargeError):
        check_form(request(body=GOOD + "x" * 65_536), visitor(), SITE)


def test_each_refusal_is_an_error_of_ours_in_a_sentence() -> None:
    with pytest.raises(EarshotError) as refused:
        check_form(request(body=GOOD, headers={}), visitor(), SITE)
    assert refused.value.detail == "this form was not sent by a page of Earshot; open the page and send it from there"
