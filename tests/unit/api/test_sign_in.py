"""What the pages of signing in read of a request."""

from typing import Any

import pytest

from earshot.api.request import Request
from earshot.api.sign_in import browser_token, networks_from, page_asked_for, read_address, read_code
from earshot.domain.site import Site


def request(**event: Any) -> Request:
    return Request({"requestContext": {"http": {"sourceIp": "192.0.2.1"}}, **event})


@pytest.mark.parametrize(
    ("typed", "code"),
    [("012345", "012345"), (" 012 345 ", "012345"), ("01234", None), ("0123456", None), ("٠١٢٣٤٥", None), ("", None)],
)
def test_a_code_has_six_digits_and_any_space(typed: str, code: str | None) -> None:
    assert read_code(typed) == code


@pytest.mark.parametrize(
    ("typed", "address"),
    [(" kim@example.com ", "kim@example.com"), ("kim@münchen.de", "kim@xn--mnchen-3ya.de"), ("kim", None), ("", None)],
)
def test_an_address_is_read_as_it_can_be_mailed(typed: str, address: str | None) -> None:
    assert read_address(typed) == address


def test_behind_a_cdn_there_are_two_networks() -> None:
    assert networks_from(request()) == ("192.0.2.1",)
    assert networks_from(request(headers={"x-earshot-viewer": "203.0.113.7"})) == ("203.0.113.7", "192.0.2.1")


def test_the_token_of_a_browser_is_in_its_cookie() -> None:
    site = Site("https://earshot.example.com")
    assert browser_token(request(cookies=["__Host-earshot-asking=token"]), site) == "token"
    assert browser_token(request(cookies=["__Host-earshot-asking="]), site) is None
    assert browser_token(request(), site) is None


def test_a_page_that_cannot_be_read_is_none() -> None:
    assert page_asked_for(request(rawQueryString="next=%2Fapp%2Fcases")) == "/app/cases"
    for query in ("", "next=%ff", "next=a&next=b"):
        assert page_asked_for(request(rawQueryString=query)) == ""
