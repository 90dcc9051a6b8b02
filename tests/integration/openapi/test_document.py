"""The API's description has every route, states what the code does, and is the one that is served."""

import re
from collections.abc import Sequence
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from earshot.api import http
from earshot.api.all_paths import PATHS
from earshot.api.schema import Object
from earshot.domain.access import SCOPES
from earshot.domain.errors import UnauthenticatedError
from earshot_cli.openapi.document import OPERATIONS, SCHEMAS, text
from earshot_cli.openapi.errors import DescriptionError
from earshot_cli.openapi.examples import API_KEY as KEY
from earshot_cli.openapi.routes import declared, described, paths
from tests import api_page
from tests.aws_events import load_event, samples
from tests.described import DOCUMENT, document, faults, operation, resolved
from tests.integration.template import handlers
from tests.integration.template.stack import ROOT

# Pages and forms of the console are no API.
ROUTES = list(described())
# What is posted to a survey is read once its policy is known, and a call from outside once its signature is checked;
# the tests of their functions hold that.
READ_LATER = ("submit_response", "receive_inbound")
BODIES = [key for key, each in declared().items() if each.body is not None and each.name not in READ_LATER]
NAMED = [operation.name for operation in OPERATIONS]
API = (ROOT / "docs/api.md").read_text(encoding="utf-8")
SAMPLES = [name for function in handlers.FUNCTIONS for name in samples(function) if "routeKey" in load_event(name)]


def test_the_description_is_the_one_that_the_code_gives() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == text(), (
        "what the code takes or answers has changed: run `make openapi` and commit functions/serve_openapi/openapi.json"
    )


def test_the_description_is_openapi() -> None:
    assert [error.message for error in OpenAPIV31SpecValidator(document()).iter_errors()] == []


def test_the_list_of_all_paths_is_the_one_that_the_handlers_declare() -> None:
    assert paths() == PATHS, "routes have changed: run `make openapi` and commit earshot/api/all_paths.py"


def test_every_route_is_described() -> None:
    found = {f"{method.upper()} {path}" for path, methods in document()["paths"].items() for method in methods}

    assert found == set(ROUTES)


def test_every_operation_has_a_name_of_its_own_and_a_sentence() -> None:
    assert len(set(NAMED)) == len(NAMED)
    for each in OPERATIONS:
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", each.name)
        assert re.fullmatch(r"[A-Z][^\n]*\.", each.summary), each.name


def test_every_tag_is_explained_and_used() -> None:
    assert {tag["name"] for tag in document()["tags"]} == {each.tag for each in OPERATIONS}


@pytest.mark.parametrize("route", ROUTES)
def test_a_route_needs_the_scope_it_is_described_with(route: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: set[str] = set()

    def refuse(_: Any, scopes: Sequence[str], *__: Any, **___: Any) -> None:
        asked.update(scopes)
        raise UnauthenticatedError("a test asks which scope is needed")

    monkeypatch.setattr(http, "authorize", refuse)
    for sample in (name for name in SAMPLES if load_event(name)["routeKey"] == route):
        handler = handlers.load(sample.partition("/")[0])
        monkeypatch.setattr(handler, "bootstrap", _Nothing(), raising=False)
        handler.lambda_handler(load_event(sample), None)

    needed = {scope for way in operation(route)["security"] for scopes in way.values() for scope in scopes}
    assert needed == asked
    assert needed <= set(SCOPES)


@pytest.mark.parametrize("route", ROUTES)
def test_a_route_needs_a_key_or_explains_why_it_needs_none(route: str) -> None:
    assert declared()[route].scope or declared()[route].open_because


@pytest.mark.parametrize("route", BODIES)
def test_a_route_reads_the_body_that_it_declares(route: str, monkeypatch: pytest.MonkeyPatch) -> None:
    read: set[str] = set()

    def reading(self: Object, body: Any, *context: Any) -> Any:
        read.add(self.name)
        raise UnauthenticatedError("a test asks what is read")

    monkeypatch.setattr(http, "authorize", lambda *_, **__: KEY)
    monkeypatch.setattr(Object, "read", reading)
    for sample in (name for name in SAMPLES if load_event(name)["routeKey"] == route):
        handler = handlers.load(sample.partition("/")[0])
        monkeypatch.setattr(handler, "bootstrap", _Nothing(), raising=False)
        handler.lambda_handler(load_event(sample), None)

    body = declared()[route].body
    assert body is not None
    assert body.name in read


@pytest.mark.parametrize("route", ROUTES)
def test_an_example_is_what_its_schema_describes(route: str) -> None:
    reported = operation(route)
    contents = [reported.get("requestBody", {}), *(resolved(response) for response in reported["responses"].values())]
    for content in contents:
        for media in content.get("content", {}).values():
            shown = [each["value"] for each in media.get("examples", {}).values()]
            for example in [*shown, *([media["example"]] if "example" in media else [])]:
                assert faults(media["schema"], example, closed=True) == []


def test_a_body_that_is_named_as_a_reply_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SCHEMAS, "AlertRuleDraft", {})
    with pytest.raises(DescriptionError, match="AlertRuleDraft"):
        text()


def test_the_page_about_the_api_lists_what_is_described() -> None:
    rows = re.findall(
        r"^\| (`[A-Z]+ /.*?) \| (.*?) \|", API.partition("\n## Calls\n")[2].partition("\n## ")[0], re.MULTILINE
    )
    listed = {route: scope for calls, scope in rows for route in re.findall(r"`([A-Z]+ /\S*)`", calls)}
    found = {each.route: each.declared.scopes for each in OPERATIONS if not each.route.startswith("OPTIONS ")}

    assert set(listed) == set(found)
    for route, scopes in found.items():
        needed = [scope for scope in scopes if scope]
        assert bool(needed) is ("`" in listed[route]), route
        assert all(f"`{scope}`" in listed[route] for scope in needed), route


def test_the_page_about_the_api_has_a_line_to_try_for_every_call() -> None:
    tried = set(api_page.calls())

    assert [each.route for each in OPERATIONS if api_page.is_missing(each.route, tried)] == []


def test_every_write_explains_why_it_may_be_sent_again() -> None:
    """A caller whose connection broke knows only that it may have been done: the page and the description both say."""
    page = API.partition("\n## Sending it again\n")[2].partition("\n## ")[0]
    listed = dict(re.findall(r"^\| `([A-Z]+ /\S*)` \| (.*?) \|$", page, re.MULTILINE))
    found = {each.route: each.again for each in OPERATIONS if each.is_write}

    assert listed == found
    for route, sentence in found.items():
        assert re.fullmatch(r"[A-Z][^|\n]{20,}\.", sentence), route
        assert operation(route)["description"].endswith(f"Sent again: {sentence}"), route
    assert not [each.route for each in OPERATIONS if each.again and not each.is_write]


class _Nothing:
    """A bootstrap that gives nothing: who asks for a key first needs nothing else."""

    def __getattr__(self, name: str) -> Any:
        return lambda *_: self
