"""The form of a response: a correction always has a reason."""

from typing import Any

import pytest

from earshot.console.filters import read_filters
from earshot.console.response_forms import change_response_by_form
from earshot.console.visit import Visit
from earshot.domain.errors import ConflictError
from earshot.languages.console_texts import console_texts_for
from tests.factories import NOON
from tests.unit.console.world import Console, request

PATH = "/app/s/demo/responses/r"


def send(console: Console, error: Exception | None = None, /, **fields: str) -> tuple[int, str, list[Any]]:
    """Return the status, where it leads or what it says, and the changes that were asked for."""
    changes: list[Any] = []

    def change(found: dict[str, Any]) -> None:
        if error is not None:
            raise error
        changes.append(found)

    texts, filters = console_texts_for("en"), read_filters({})
    visit = Visit(request(PATH), console.visitor(), filters, texts, console.deps, NOON, PATH, {})
    reply = change_response_by_form(visit, fields, change)
    return reply.status, reply.headers.get("location", reply.body.decode()), changes


@pytest.mark.parametrize(
    ("fields", "change"),
    [
        ({"action": "exclude", "reason": " A test. "}, {"excluded": True, "reason": "A test."}),
        ({"action": "include", "reason": "No test."}, {"excluded": False, "reason": "No test."}),
        ({"action": "correct", "score": "10", "reason": "They said so."}, {"score": 10, "reason": "They said so."}),
    ],
)
def test_a_change_is_made_with_its_reason(console: Console, fields: dict[str, str], change: dict[str, Any]) -> None:
    assert send(console, None, **fields) == (303, PATH, [change])


@pytest.mark.parametrize(
    "fields",
    [
        {"action": "exclude", "reason": " "},
        {"action": "correct", "score": "11", "reason": "x"},
        {"action": "correct", "reason": "x"},
        {"action": "dance", "score": "3", "reason": "x"},
        {"action": "exclude", "reason": "x" * 501},
    ],
)
def test_what_cannot_be_meant_says_what_is_wrong(console: Console, fields: dict[str, str]) -> None:
    status, html, changes = send(console, None, **fields)
    assert (status, changes) == (422, [])
    assert f'href="{PATH}"' in html


def test_what_cannot_be_done_says_why(console: Console) -> None:
    status, html, _ = send(console, ConflictError("its person was erased"), action="exclude", reason="x")
    assert status == 409
    assert "its person was erased" in html
