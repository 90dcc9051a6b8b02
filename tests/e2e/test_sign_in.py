"""Signing in on the stack that `make run` starts: by mail, code and invitation, without JavaScript in a browser."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.console_client import ConsoleClient, next_mail

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.conftest import Stack


@pytest.fixture
def kim(stack: "Stack") -> tuple[str, str]:
    """Invite somebody, and return the id and the address."""
    address = f"kim-{uuid4().hex[:8]}@example.com"
    made = stack.call("POST", "/v1/team/invitations", {"email": address, "name": "Kim Park", "role": "manager"})
    assert made.status == 202, made.raw
    return str(made.body["id"]), address


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


def site(stack: "Stack") -> str:
    return f"http://localhost:{urlsplit(stack.url).port}"


def test_who_is_invited_signs_in_out_and_in_with_the_code_without_javascript(
    stack: "Stack", kim: tuple[str, str], page: Page, pictures: "Path"
) -> None:
    _, address = kim
    link, _ = next_mail(stack, address, 0)
    # Under its other name, as in an old bookmark.
    page.goto(stack.url + link)
    expect(page).to_have_url(site(stack) + link)
    expect(page.get_by_text("You are invited to the team as Kim Park.")).to_be_visible()
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{site(stack)}/app")
    page.locator("details.me summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(f"{site(stack)}/app/sign-in")

    page.goto(f"{site(stack)}/app/cases?owner=me")
    expect(page).to_have_url(re.compile("/app/sign-in\\?next="))
    page.screenshot(path=pictures / "sign-in-form.png")
    page.get_by_label("E-mail address").fill(address)
    page.get_by_role("button", name="Send me the mail").click()
    _, code = next_mail(stack, address, 1)
    page.get_by_label("Code").fill("000000" if code != "000000" else "111111")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("not the code")
    page.screenshot(path=pictures / "sign-in-code.png")
    page.get_by_label("Code").fill(f"{code[:3]} {code[3:]}")
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{site(stack)}/app/cases?owner=me")


def test_the_link_signs_in_where_it_was_asked_for_and_nowhere_else(stack: "Stack", kim: tuple[str, str]) -> None:
    member, address = kim
    next_mail(stack, address, 0)
    mine, other = ConsoleClient(stack), ConsoleClient(stack)
    assert mine.post("/app/sign-in", email=address).location == "/app/sign-in/code"
    link, _ = next_mail(stack, address, 1)
    for _ in range(2):
        assert "six-digit code" in other.get(link).text
        assert mine.get(link).status == 200
    assert other.post(link).status == 410
    assert mine.post(link, site="cross-site").status == 403
    assert mine.post(link).location == "/app"
    assert (mine.is_signed_in(), other.is_signed_in()) == (True, False)
    assert mine.post(link).status == 410

    path = f"/v1/team/{member}/sessions"
    (session,) = stack.call("GET", path).body["sessions"]
    assert stack.call("DELETE", f"{path}/{session['id']}").status == 204
    assert not mine.is_signed_in()


def test_a_member_who_is_removed_is_signed_out_and_stays_so_when_added_again(
    stack: "Stack", kim: tuple[str, str]
) -> None:
    member, address = kim
    link, _ = next_mail(stack, address, 0)
    client = ConsoleClient(stack)
    assert client.post(link).status == 303
    assert client.is_signed_in()
    assert stack.call("DELETE", f"/v1/team/{member}").status == 204
    assert not client.is_signed_in()
    assert stack.call("PUT", f"/v1/team/{member}", {"email": address, "role": "manager"}).status == 201
    assert not client.is_signed_in()


def test_a_stranger_gets_the_same_page_and_no_mail(stack: "Stack") -> None:
    address = f"stranger-{uuid4().hex[:8]}@example.com"
    client = ConsoleClient(stack)
    assert client.post("/app/sign-in", email=address).location == "/app/sign-in/code"
    assert client.post("/app/sign-in/code", code="123456").status == 422
    with pytest.raises(AssertionError, match="no mail"):
        next_mail(stack, address, 0, seconds=3)
