"""CloudFront's function, run by a JavaScript engine: what it lets through, and what it tells the API."""

from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.integration.template.stack import translated_with
from tests.integration.template.test_domains import CDN

SURVEY = "/v1/surveys/demo"


@pytest.fixture(scope="module")
def ask(browser: Browser) -> Any:
    """Return what gives the function a request for a path, and what it makes of it."""
    (function,) = translated_with(**CDN).of_type("AWS::CloudFront::Function").values()
    page = browser.new_page()
    run = f"event => {{ {function['FunctionCode']}; return handler(event); }}"

    def send(uri: str, headers: dict[str, Any] | None = None, viewer: str = "2001:db8::7") -> Any:
        request = {"method": "GET", "uri": uri, "querystring": {}, "headers": headers or {}, "cookies": {}}
        return page.evaluate(run, {"version": "1.0", "viewer": {"ip": viewer}, "request": request})

    yield send
    page.close()


@pytest.mark.parametrize(
    "path",
    [
        f"{SURVEY}/responses",
        "/s/a.token_of-links",
        "/u/a.token_of-links",
    ],
)
def test_a_public_path_reaches_the_api_with_the_visitors_address(ask: Any, path: str) -> None:
    passed = ask(path)
    assert (passed["uri"], passed["headers"]) == (path, {"x-earshot-viewer": {"value": "2001:db8::7"}})


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/v1/people/ann",
        "/v1/surveys",
        SURVEY,
        f"{SURVEY}/nps",
        f"{SURVEY}/responses/1",
        "/s/",
        "/s/a/b",
        # Decoded behind the edge, these would be other paths.
        f"{SURVEY}%2Fnps%3F/responses",
        "/s/%2E%2E%2Fv1",
    ],
)
def test_any_other_path_is_a_404_at_the_edge(ask: Any, path: str) -> None:
    assert ask(path)["statusCode"] == 404


def test_what_a_visitor_says_of_their_address_is_overwritten(ask: Any) -> None:
    passed = ask(f"{SURVEY}/responses", {"x-earshot-viewer": {"value": "10.0.0.1"}}, viewer="198.51.100.7")
    assert passed["headers"] == {"x-earshot-viewer": {"value": "198.51.100.7"}}
