"""The handler of the console: who is signed in, what a failure looks like, and what the log has of it."""

import base64
import gzip
from typing import Any

import pytest

from earshot import bootstrap
from earshot.domain.sessions import form_token
from tests.aws_events import http_event
from tests.factories import NOON, make_member, make_session
from tests.fakes.sessions import InMemorySessions
from tests.unit.functions.conftest import World, load

COOKIE = "__Host-earshot=kim.token"


@pytest.fixture
def sessions(world: World, monkeypatch: pytest.MonkeyPatch) -> InMemorySessions:
    world.members.kept["kim"] = make_member("kim")
    sessions = InMemorySessions(world.members, make_session("kim"))
    monkeypatch.setattr(bootstrap, "sessions", lambda: sessions)
    return sessions


def show(path: str, *, cookie: str = COOKIE, method: str = "GET", **headers: str) -> dict[str, Any]:
    route = f"{method} /app" if path == "/app" else f"{method} /app/{{proxy+}}"
    event = http_event(route, path, headers=headers) | {"cookies": [cookie] if cookie else []}
    made: dict[str, Any] = load("serve_console").lambda_handler(event, None)
    return made


@pytest.mark.usefixtures("sessions")
def test_a_member_sees_home() -> None:
    reply = show("/app")
    assert reply["statusCode"] == 200
    assert "<h1>Home</h1>" in reply["body"]
    assert form_token("token") in reply["body"]
    assert reply["headers"]["x-correlation-id"] == "JKJaXmPLvHcESHA="


@pytest.mark.usefixtures("sessions")
@pytest.mark.parametrize("cookie", ["", "__Host-earshot=kim.other", "__Host-earshot=ann.token", "earshot=kim.token"])
def test_who_is_not_signed_in_is_led_to_signing_in(cookie: str) -> None:
    reply = show("/app/s/demo", cookie=cookie)
    assert (reply["statusCode"], reply["body"]) == (303, "")
    assert reply["headers"]["location"] == "/app/sign-in?next=%2Fapp%2Fs%2Fdemo"


def test_the_use_of_a_session_is_noted_every_quarter_of_an_hour(sessions: InMemorySessions) -> None:
    (session,) = sessions.kept.values()
    sessions.kept[session.hash] = make_session("kim", seen_at=NOON - 20 * 60_000)
    show("/app")
    assert sessions.kept[session.hash].seen_at == NOON


@pytest.mark.usefixtures("sessions")
def test_a_head_request_has_the_headers_of_the_page() -> None:
    reply = show("/app", method="HEAD")
    assert (reply["statusCode"], reply["body"]) == (200, "")
    assert reply["headers"]["content-type"] == "text/html; charset=utf-8"


@pytest.mark.usefixtures("sessions")
def test_a_page_is_compressed_for_a_browser_that_takes_it() -> None:
    reply = show("/app", **{"accept-encoding": "gzip"})
    assert reply["isBase64Encoded"]
    assert b"<h1>Home</h1>" in gzip.decompress(base64.b64decode(reply["body"]))


@pytest.mark.usefixtures("sessions")
def test_a_failure_shows_a_page_and_leaves_its_story_in_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> None:
        raise RuntimeError("the story")

    monkeypatch.setattr(bootstrap, "surveys", broken)
    reply = show("/app")
    assert reply["statusCode"] == 500
    assert "Request JKJaXmPLvHcESHA=" in reply["body"]
    assert "the story" not in reply["body"]
    assert [record.message for record in caplog.records] == ["page failed", "page"]
    assert "the story" in str(caplog.records[0].exc_info)
