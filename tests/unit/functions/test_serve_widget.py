"""The widget and its config over HTTP: cached, compressed, and only for the pages a survey names."""

import gzip
import json
import re
from base64 import b64decode
from dataclasses import replace
from typing import Any

import jwt
import pytest

from earshot import bootstrap
from earshot.domain.keyed_hash import made_id
from earshot.domain.person import ErasedPerson, Person
from earshot.domain.widget import Shown, Widget
from earshot.languages.catalogue import texts_for
from earshot.pages.script import script, style
from tests.aws_events import http_event
from tests.factories import NOON, uuid7
from tests.fakes.keys import hash_key
from tests.unit.functions.conftest import World, load

CONFIG, KNOWN = "GET /v1/surveys/{survey}/widget", "POST /v1/surveys/{survey}/widget"
PATH = "/v1/surveys/demo/widget"
DAY = 86_400_000


def get(route: str, path: str, query: str = "", **headers: str) -> dict[str, Any]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    reply: dict[str, Any] = load("serve_widget").lambda_handler(
        http_event(route, path, query=query, headers=named), None
    )
    return reply


def name_origins(world: World, *origins: str) -> None:
    demo = world.surveys.surveys["demo"]
    world.surveys.surveys["demo"] = replace(demo, widget=replace(demo.widget, origins=origins))


def token_of(world: World, person: str = "ann", survey: str = "demo", **claims: Any) -> str:
    sent = {"sub": person, "exp": NOON // 1000 + 3600} | claims
    return jwt.encode(sent, world.identities.secret(survey))


def test_the_script_is_compressed_for_who_can_read_it(world: World) -> None:
    packed = get("GET /widget.js", "/widget.js", accept_encoding="gzip, br")
    assert packed["headers"]["content-encoding"] == "gzip"
    assert gzip.decompress(b64decode(packed["body"])) == script().plain
    plain = get("GET /widget.js", "/widget.js")
    assert plain["body"].encode() == script().plain
    assert plain["headers"]["content-type"] == "text/javascript; charset=utf-8"
    assert plain["headers"]["access-control-allow-origin"] == "*"
    # Pages under Cross-Origin-Embedder-Policy load no script without it.
    assert plain["headers"]["cross-origin-resource-policy"] == "cross-origin"


def test_the_style_sheet_is_what_the_script_asks_for(world: World) -> None:
    asked = re.search(rb"/widget/style\.css\?([0-9a-f]{8})", script().plain)
    reply = get("GET /widget/{version}", "/widget/style.css", "0123")
    assert (reply["statusCode"], reply["body"].encode()) == (200, style().plain)
    assert reply["headers"]["content-type"] == "text/css; charset=utf-8"
    assert reply["headers"]["access-control-allow-origin"] == "*"
    assert asked is not None
    assert style().version.startswith(asked[1].decode())


def test_a_browser_with_the_current_version_gets_a_304(world: World) -> None:
    etag = get("GET /widget.js", "/widget.js")["headers"]["etag"]
    reply = get("GET /widget.js", "/widget.js", if_none_match=f'W/{etag}, "other"')
    assert (reply["statusCode"], reply.get("body")) == (304, None)


def test_a_version_never_changes(world: World) -> None:
    version = f"{script().version}.js"
    reply = get("GET /widget/{version}", f"/widget/{version}")
    assert (reply["statusCode"], "immutable" in reply["headers"]["cache-control"]) == (200, True)
    assert get("GET /widget/{version}", "/widget/0000000000000000.js")["statusCode"] == 404


def test_the_config_speaks_the_pages_language(world: World) -> None:
    reply = get(CONFIG, PATH, "lang=de-AT")
    body = json.loads(reply["body"])
    assert (body["survey"], body["open"], body["language"], body["direction"]) == ("demo", True, "de", "ltr")
    assert set(body["texts"]["comment"]) == set(body["texts"]["thanks_text"]) == {"detractor", "passive", "promoter"}
    assert body["targeting"] == {"urls": [], "delay": 0, "scroll": 0, "sample": 1.0, "quiet_days": 30}
    again = get(CONFIG, PATH, "lang=de-AT", if_none_match=reply["headers"]["etag"])
    assert again["statusCode"] == 304


def test_a_surveys_own_words_stand_in_for_those_of_the_language(world: World) -> None:
    demo = world.surveys.surveys["demo"]
    own = Widget(follow_ups={"detractor": "What broke?"}, thanks={"promoter": "Yay"})
    world.surveys.surveys["demo"] = replace(demo, question="Ja?", widget=own)
    texts = json.loads(get(CONFIG, PATH)["body"])["texts"]
    assert (texts["question"], texts["comment"]["detractor"], texts["thanks_text"]["promoter"]) == (
        "Ja?",
        "What broke?",
        "Yay",
    )
    assert texts["comment"]["passive"] != ""


def test_the_config_allows_a_page_to_send_scores_of_leaving_visitors(world: World) -> None:
    demo = world.surveys.surveys["demo"]
    world.surveys.surveys["demo"] = replace(demo, segments=("plan",), widget=Widget(partials=False))
    body = json.loads(get(CONFIG, PATH)["body"])
    assert (body["partials"], body["tracked"]) == (False, ["plan"])


def test_the_config_has_the_words_of_the_box_that_asks_for_contact_if_the_survey_shows_it(world: World) -> None:
    assert "contact" not in json.loads(get(CONFIG, PATH)["body"])
    demo = world.surveys.surveys["demo"]
    world.surveys.surveys["demo"] = replace(demo, widget=Widget(contact_box=True))
    assert json.loads(get(CONFIG, PATH, "lang=de")["body"])["contact"] == texts_for("de").contact_me


def test_the_config_of_a_closed_survey_holds_only_that(world: World) -> None:
    assert json.loads(get(CONFIG, "/v1/surveys/closed/widget")["body"]) == {"survey": "closed", "open": False}
    assert get(CONFIG, "/v1/surveys/gone/widget")["statusCode"] == 404
    assert get(CONFIG, PATH, "language=de")["statusCode"] == 400


@pytest.mark.parametrize(
    ("origin", "status", "allowed"),
    [("https://shop.example", 200, "https://shop.example"), ("https://evil.example", 403, "*"), (None, 200, "*")],
)
def test_only_the_pages_a_survey_names_may_ask(
    world: World, origin: str | None, status: int, allowed: str | None
) -> None:
    name_origins(world, "https://shop.example")
    reply = get(CONFIG, PATH, **({"origin": origin} if origin else {}))
    assert (reply["statusCode"], reply["headers"].get("access-control-allow-origin")) == (status, allowed)
    assert reply["headers"].get("vary") == ("origin" if status < 400 else None)


def test_an_identified_visitor_is_asked_once_in_the_quiet_period(world: World) -> None:
    assert world.ask("serve_widget", KNOWN, PATH, {"token": token_of(world)}, key=None) == (200, {"ask": True})
    world.people.kept["ann"] = Person("ann", last_invited_at=NOON - 29 * DAY)
    assert world.ask("serve_widget", KNOWN, PATH, {"token": token_of(world)}, key=None) == (200, {"ask": False})
    world.people.kept["ann"] = Person("ann", last_invited_at=NOON - 30 * DAY)
    assert world.ask("serve_widget", KNOWN, PATH, {"token": token_of(world)}, key=None) == (200, {"ask": True})


def test_a_page_may_send_a_token_with_the_line_end_of_its_template(world: World) -> None:
    assert world.ask("serve_widget", KNOWN, PATH, {"token": f" {token_of(world)}\r\n"}, key=None) == (
        200,
        {"ask": True},
    )
    assert world.ask("serve_widget", KNOWN, PATH, {"token": " \n"}, key=None)[0] == 400


ADDRESS = "ann@m\u00fcnchen.example"
TWINS = (ADDRESS, "Ann@XN--MNCHEN-3YA.example", "ann@xn--mnchen-3ya.example")


@pytest.mark.parametrize("twin", TWINS)
def test_an_address_as_sub_means_the_person_who_was_mailed_however_it_is_spelled(world: World, twin: str) -> None:
    made = made_id(ADDRESS, hash_key())
    world.people.kept[made] = Person(made, email=TWINS[2], last_invited_at=NOON - 29 * DAY)
    assert world.ask("serve_widget", KNOWN, PATH, {"token": token_of(world, twin)}, key=None) == (200, {"ask": False})


def test_who_is_known_by_an_address_is_asked_once_and_the_address_is_kept_nowhere(world: World) -> None:
    note(world, "shown", person=ADDRESS)
    for twin in TWINS:
        known = {"token": token_of(world, twin)}
        assert world.ask("serve_widget", KNOWN, PATH, known, key=None) == (200, {"ask": False})
    assert [person for _, person in world.showings.noted] == [made_id(ADDRESS, hash_key())]


def note(world: World, event: str, **claims: Any) -> Any:
    return world.ask("serve_widget", KNOWN, PATH, {"token": token_of(world, **claims), "event": event}, key=None)


@pytest.mark.parametrize("event", ["shown", "closed"])
def test_who_was_asked_on_one_device_is_not_asked_on_another_within_the_quiet_days(
    world: World, monkeypatch: pytest.MonkeyPatch, event: str
) -> None:
    assert note(world, event) == (200, {"ask": False})
    for days, may in ((0, False), (29, False), (30, True)):
        monkeypatch.setattr(bootstrap, "now", lambda days=days: NOON + days * DAY)
        token = token_of(world, exp=NOON // 1000 + (days + 1) * 86_400)
        assert world.ask("serve_widget", KNOWN, PATH, {"token": token}, key=None) == (200, {"ask": may})


def test_the_id_of_a_question_is_kept_once_for_a_week_whatever_the_quiet_days(world: World) -> None:
    demo = world.surveys.surveys["demo"]
    world.surveys.surveys["demo"] = replace(demo, widget=replace(demo.widget, quiet_days=0))
    one, other = uuid7(seed="one"), uuid7(seed="other")
    for sent in (one, one.upper(), one, other):
        known = {"token": token_of(world), "event": "shown", "id": sent}
        assert world.ask("serve_widget", KNOWN, PATH, known, key=None) == (200, {"ask": False})
    assert world.showings.read("demo", "ann") == Shown(None, {one: NOON, other: NOON})
    assert world.showings.writes == 2


def test_a_question_that_stands_in_the_page_is_no_showing(world: World) -> None:
    known = {"token": token_of(world), "id": uuid7()}
    for _ in range(2):
        assert world.ask("serve_widget", KNOWN, PATH, known, key=None) == (200, {"ask": True})
    assert (world.showings.read("demo", "ann").latest, world.showings.writes) == (None, 1)


def test_another_person_and_another_survey_are_asked_all_the_same(world: World) -> None:
    world.surveys.surveys["other"] = replace(world.surveys.surveys["demo"], id="other")
    note(world, "shown")
    ben = {"token": token_of(world, person="ben")}
    assert world.ask("serve_widget", KNOWN, PATH, ben, key=None) == (200, {"ask": True})
    other = {"token": token_of(world, survey="other")}
    assert world.ask("serve_widget", KNOWN, "/v1/surveys/other/widget", other, key=None) == (200, {"ask": True})


def test_a_showing_is_one_write_however_often_it_is_noted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for event in ("shown", "shown", "closed", "closed"):
        note(world, event)
    assert world.showings.writes == 1
    monkeypatch.setattr(bootstrap, "now", lambda: NOON + 3_600_000)
    note(world, "closed")
    assert (world.showings.writes, world.showings.read("demo", "ann").latest) == (2, NOON + 3_600_000)


def test_nothing_is_noted_of_the_erased_without_quiet_days_or_in_a_closed_survey(world: World) -> None:
    world.people.kept["ann"] = ErasedPerson("ann", NOON, subtract=False, revision=1)
    note(world, "shown")
    demo = world.surveys.surveys["demo"]
    world.surveys.surveys["demo"] = replace(demo, widget=replace(demo.widget, quiet_days=0))
    note(world, "shown", person="ben")
    closed = {"token": token_of(world, person="ben", survey="closed"), "event": "shown"}
    assert world.ask("serve_widget", KNOWN, "/v1/surveys/closed/widget", closed, key=None) == (200, {"ask": False})
    assert world.showings.noted == {}


def test_only_a_good_token_notes_anything_and_only_what_there_is(world: World) -> None:
    assert note(world, "shown", exp=NOON // 1000 - 61)[0] == 401
    assert world.ask("serve_widget", KNOWN, PATH, {"token": token_of(world), "id": "x"}, key=None)[0] == 400
    status, problem = note(world, "answered")
    assert (status, problem["errors"][0]["field"]) == (400, "event")
    assert world.showings.noted == {}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"exp": NOON // 1000 - 61}, "it expired at 2026-"),
        ({"exp": NOON // 1000 + 32 * 86_400}, "its `exp` is more than 744 hours ahead"),
        ({"nbf": NOON // 1000 + 61}, "it is not valid before its `nbf`"),
        ({"exp": "soon"}, "its `exp` is not a number"),
        ({"sub": "a/b"}, "its `sub` is not a valid person id: it contains '/', which a path may change"),
        ({"sub": ""}, "it has no `sub`"),
        ({"sub": "an\u200bn"}, "its `sub` is not a valid person id: it contains U+200B"),
    ],
)
def test_an_invalid_token_opens_nothing_and_the_refusal_gives_the_reason(
    world: World, change: dict[str, Any], reason: str
) -> None:
    status, body = world.ask("serve_widget", KNOWN, PATH, {"token": token_of(world, **change)}, key=None)
    assert (status, body["detail"].startswith(f"token: {reason}")) == (401, True)


def test_a_token_of_another_survey_or_another_algorithm_names_nobody(world: World) -> None:
    unsigned = jwt.encode({"sub": "ann", "exp": NOON}, "", algorithm="none")
    for token in (token_of(world, survey="closed"), unsigned, "x" * 3000, "a.b"):
        assert world.ask("serve_widget", KNOWN, PATH, {"token": token}, key=None)[0] == 401


@pytest.mark.parametrize("origin", ["null", "capacitor://localhost"])
def test_a_survey_may_name_pages_without_a_site(world: World, origin: str) -> None:
    name_origins(world, origin)
    reply = get(CONFIG, PATH, origin=origin)
    assert (reply["statusCode"], reply["headers"]["access-control-allow-origin"]) == (200, origin)


@pytest.mark.parametrize("path", ["/v1/surveys/gone/widget", PATH])
def test_any_page_may_read_a_refusal(world: World, path: str) -> None:
    name_origins(world, "https://shop.example")
    reply = get(CONFIG, path, "language=de", origin="https://evil.example")
    assert reply["statusCode"] in (400, 404)
    assert reply["headers"]["access-control-allow-origin"] == "*"
