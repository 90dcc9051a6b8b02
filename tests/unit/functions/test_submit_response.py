"""The intake: what is taken is queued, what is not is a problem."""

import json
from dataclasses import replace
from typing import Any

import jwt
import pytest

from earshot import bootstrap
from earshot.domain import ids
from earshot.domain.imports import Import
from earshot.domain.response import Response
from earshot.domain.statement import Rank
from earshot.services.responses.record_responses import record
from tests.aws_events import http_event
from tests.bad_labels import LABELS
from tests.factories import DAY, NOON, make_survey, uuid7
from tests.fakes.fake_time import no_pause
from tests.signed_tokens import signed
from tests.unit.functions.conftest import World, load

ROUTE, PATH = "POST /v1/surveys/{survey}/responses", "/v1/surveys/demo/responses"


def test_a_response_is_queued_and_its_id_returned(world: World) -> None:
    status, body = world.ask("submit_response", ROUTE, PATH, {"id": uuid7(), "score": 9}, key=None)
    assert (status, body) == (202, {"id": uuid7(), "ignored": []})
    ((submission, delay),) = world.queue.sent
    assert (submission.survey, submission.id, submission.statement.score, delay) == ("demo", uuid7(), 9, 0)


@pytest.mark.parametrize(
    "uuid",
    [
        uuid7(),
        "1b4e28ba-2fa1-41d2-883f-0016d3cca427",
        "1b4e28ba-2fa1-11d2-883f-0016d3cca427",
        "00000000-0000-0000-0000-000000000000",
        "1b4e28ba-2fa1-41d2-c83f-0016d3cca427",
    ],
)
def test_a_uuid_is_one_response_in_all_its_spellings(world: World, uuid: str) -> None:
    spellings = [uuid, uuid.upper(), uuid.replace("-", ""), f"{{{uuid}}}", f"urn:uuid:{uuid}"]
    for sent in spellings:
        assert world.ask("submit_response", ROUTE, PATH, {"id": sent, "score": 9}, key=None)[0] == 202
    assert len({submission.id for submission, _ in world.queue.sent}) == 1


def test_a_key_may_spell_ids_as_its_language_does(world: World) -> None:
    plain = uuid7().replace("-", "")
    assert world.ask("submit_response", ROUTE, PATH, {"id": plain, "score": 9}) == (202, {"id": plain})
    assert [submission.id for submission, _ in world.queue.sent] == [uuid7()]


def test_a_beacon_may_call_its_json_text(world: World) -> None:
    event = http_event(ROUTE, PATH, json.dumps({"score": 9}), headers={"content-type": "text/plain;charset=UTF-8"})
    assert load("submit_response").lambda_handler(event, None)["statusCode"] == 202


def test_a_partial_response_waits_for_its_final_one(world: World) -> None:
    world.ask("submit_response", ROUTE, PATH, {"score": 3, "final": False}, key=None)
    assert [delay for _, delay in world.queue.sent] == [600]


def test_a_body_is_read_without_asking_aws_anything(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose a token is costs a secret and a count; what is refused anyway is refused before."""
    monkeypatch.setattr(bootstrap, "identity_tokens", lambda: pytest.fail("the secret was read"))
    body = {"score": 11, "token": "eyJ.e30.c2ln"}
    assert world.ask("submit_response", ROUTE, PATH, body, key=None)[0] == 400


def test_a_signed_id_that_only_looks_like_anothers_is_nobodys_and_costs_no_score(world: World) -> None:
    secret = world.identities.secret("demo")
    token = jwt.encode({"sub": "an\u200bn", "exp": NOON // 1000 + 3600}, secret)
    status, body = world.ask("submit_response", ROUTE, PATH, {"score": 9, "token": token}, key=None)
    assert (status, [one["field"] for one in body["ignored"]]) == (202, ["token"])
    reason = body["ignored"][0]["reason"]
    assert reason.startswith("its `sub` is not a valid person id: it contains U+200B, which is invisible")
    assert reason.endswith("; the response is anonymous")
    ((submission, _),) = world.queue.sent
    assert (submission.statement.score, submission.statement.person) == (9, None)


def test_a_signed_whole_number_is_the_person_whose_id_it_is_written_as(world: World) -> None:
    token = signed(world.identities.secret("demo"), {"sub": 17, "exp": NOON // 1000 + 3600})
    reply = world.ask("submit_response", ROUTE, PATH, {"id": uuid7(), "score": 9, "token": token + "\n"}, key=None)
    assert reply == (202, {"id": uuid7(), "ignored": []})
    ((submission, _),) = world.queue.sent
    assert (submission.statement.person, submission.statement.rank) == ("17", Rank.SIGNED)


def reply_with(world: World, token: str, sent: str) -> tuple[str | None, list[str]]:
    """Post a response, and return whose it is, and why its token was not believed."""
    status, body = world.ask("submit_response", ROUTE, PATH, {"id": sent, "score": 9, "token": token}, key=None)
    assert status == 202
    return world.queue.sent[-1][0].statement.person, [one["reason"] for one in body["ignored"]]


@pytest.mark.parametrize("person", ["ann", "ann@example.com"])
def test_a_question_shown_in_time_may_be_submitted_when_its_token_is_over(
    world: World, monkeypatch: pytest.MonkeyPatch, person: str
) -> None:
    token = signed(world.identities.secret("demo"), {"sub": person, "exp": NOON // 1000 + 3600})
    shown, other = uuid7(seed="shown"), uuid7(seed="not shown")
    known = {"token": token, "event": "shown", "id": shown}
    world.ask("serve_widget", "POST /v1/surveys/{survey}/widget", "/v1/surveys/demo/widget", known, key=None)
    monkeypatch.setattr(bootstrap, "now", lambda: NOON + 2 * DAY)
    assert reply_with(world, token, shown) == (person, [])
    nobody, (reason,) = reply_with(world, token, other)
    assert (nobody, reason.startswith("it expired at 2026-")) == (None, True)
    monkeypatch.setattr(bootstrap, "now", lambda: NOON + 7 * DAY + 1)
    assert reply_with(world, token, shown)[0] is None


def test_what_was_shown_to_somebody_makes_nobody_elses_token_good(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret, shown = world.identities.secret("demo"), uuid7(seed="shown")
    ann, ben = (signed(secret, {"sub": name, "exp": NOON // 1000 + 3600}) for name in ("ann", "ben"))
    known = {"token": ann, "event": "shown", "id": shown}
    world.ask("serve_widget", "POST /v1/surveys/{survey}/widget", "/v1/surveys/demo/widget", known, key=None)
    monkeypatch.setattr(bootstrap, "now", lambda: NOON + DAY)
    assert reply_with(world, ben, shown)[0] is None
    # What was shown once it was over does not count either.
    fresh = signed(secret, {"sub": "ann", "exp": NOON // 1000 + 2 * 86_400})
    late = {"token": fresh, "event": "closed", "id": uuid7(seed="late")}
    world.ask("serve_widget", "POST /v1/surveys/{survey}/widget", "/v1/surveys/demo/widget", late, key=None)
    assert reply_with(world, ann, uuid7(seed="late"))[0] is None
    assert reply_with(world, fresh, uuid7(seed="late"))[0] == "ann"


def test_nobody_backdates_a_response_to_when_their_token_was_good(world: World) -> None:
    over = signed(world.identities.secret("demo"), {"sub": "ann", "exp": (NOON - 6 * DAY) // 1000})
    before = uuid7(NOON - 6 * DAY - 1000)
    nobody, (reason,) = reply_with(world, over, before)
    assert (nobody, reason.endswith("; the response is anonymous")) == (None, True)
    assert reason.startswith("it expired at 2026-")


def test_a_token_counts_by_our_clock_until_a_minute_after_its_expiry(world: World) -> None:
    for late, person in ((60, "ann"), (61, None)):
        token = signed(world.identities.secret("demo"), {"sub": "ann", "exp": NOON // 1000 - late})
        assert reply_with(world, token, uuid7(seed=str(late)))[0] == person


def test_after_its_secret_was_turned_a_token_is_nobodys_and_a_suppression_holds(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.suppressions.add("ann@example.com", "unsubscribed", NOON)
    token = signed(world.identities.secret("demo"), {"sub": "ann", "exp": NOON // 1000 + 7200})
    turn = "POST /v1/surveys/{survey}/identity-secret"
    known = ("serve_widget", "POST /v1/surveys/{survey}/widget", "/v1/surveys/demo/widget", {"token": token})
    for generation, hours in ((1, 1), (2, 0)):
        wish = {"generation": generation, "former_good_for_hours": hours}
        assert world.ask("manage_surveys", turn, "/v1/surveys/demo/identity-secret", wish)[0] == 200
        if hours:
            assert reply_with(world, token, uuid7()) == ("ann", [])
            assert world.ask(*known, key=None)[0] == 200
            token = signed(world.identities.secret("demo", 2), {"sub": "ann", "exp": NOON // 1000 + 7200})
            known = (*known[:3], {"token": token})
    nobody, (reason,) = reply_with(world, token, uuid7())
    assert (nobody, "this survey's former secret, which is no longer valid" in reason) == (None, True)
    assert world.ask(*known, key=None)[0] == 401
    assert world.suppressions.is_suppressed("ann@example.com") == "unsubscribed"


def test_a_key_or_a_token_meets_the_survey_as_it_is_now(world: World) -> None:
    def statuses() -> list[int]:
        sent = [({"score": 9}, None), ({"score": 9}, world.key), ({"score": 9, "token": "a.b.c"}, None)]
        return [world.ask("submit_response", ROUTE, PATH, body, key=key)[0] for body, key in sent]

    assert statuses() == [202] * 3
    world.surveys.surveys["demo"] = make_survey(state="closed")
    # Anybody else is believed to meet what was read less than five seconds ago.
    assert statuses() == [202, 409, 409]
    assert statuses() == [409] * 3


def test_a_key_may_send_the_token_a_page_gave_it(world: World) -> None:
    token = signed(world.identities.secret("demo"), {"sub": "ann", "exp": NOON // 1000 + 3600})
    assert world.ask("submit_response", ROUTE, PATH, {"score": 9, "token": f" {token} "})[0] == 202
    assert [submission.statement.person for submission, _ in world.queue.sent] == ["ann"]
    status, body = world.ask("submit_response", ROUTE, PATH, {"score": 9, "token": "x" * 4097})
    assert (status, body["errors"][0]["reason"]) == (400, "it has 4097 characters; at most 4096 are allowed")


def test_a_person_of_a_keyed_response_must_not_look_like_another(world: World) -> None:
    status, body = world.ask("submit_response", ROUTE, PATH, {"score": 9, "person": "an\u200bn"})
    assert (status, [one["field"] for one in body["errors"]]) == (400, ["person"])
    assert "U+200B, which is invisible" in body["errors"][0]["reason"]


def test_a_key_may_send_a_batch(world: World) -> None:
    rows = [{"score": n % 11, "person": "ann", "responded_at": "2015-08-02"} for n in range(500)]
    status, body = world.ask("submit_response", ROUTE, PATH, {"responses": rows})
    assert (status, body["accepted"], len(body["ids"]), len(world.queue.sent)) == (202, 500, 500, 500)


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Auckland"])
def test_rows_without_ids_are_recorded_under_the_returned_ids(world: World, zone: str) -> None:
    world.surveys.surveys["demo"] = make_survey(timezone=zone)
    values = ("2015-08-02", "2015-08-02T10:00:00", "2015-08-02T10:00:00+02:00", None)
    rows = [{"score": 9} | ({"responded_at": text} if text else {}) for text in values]
    _, body = world.ask("submit_response", ROUTE, PATH, {"responses": rows})
    _, single = world.ask("submit_response", ROUTE, PATH, rows[1])
    record(
        [submission for submission, _ in world.queue.sent],
        surveys=world.surveys,
        ledger=world.ledger,
        people=world.people,
        pause=no_pause,
    )
    responses = [world.ledger.find("demo", sent) for sent in (*body["ids"], single["id"])]
    assert [(found.id, found.sent_id) for found in responses if isinstance(found, Response)] == [
        (sent, None) for sent in (*body["ids"], single["id"])
    ]


def test_a_batch_without_a_key_is_no_batch(world: World) -> None:
    status, body = world.ask("submit_response", ROUTE, PATH, {"responses": [{"score": 1}]}, key=None)
    assert status == 400
    assert {"field": "responses", "reason": "this field needs an API key"} in body["errors"]


@pytest.mark.parametrize(("survey", "status"), [("gone", 404), ("closed", 409)])
def test_a_survey_that_takes_no_responses_is_refused_so(world: World, survey: str, status: int) -> None:
    path = f"/v1/surveys/{survey}/responses"
    assert world.ask("submit_response", ROUTE, path, {"score": 9}, key=None)[0] == status
    assert world.queue.sent == []


@pytest.mark.parametrize(("key", "status"), [("wrong", 401), ("earshot_" + "0" * 12 + "_" + "0" * 47 + "1", 401)])
def test_a_wrong_key_is_worse_than_none(world: World, key: str, status: int) -> None:
    assert world.ask("submit_response", ROUTE, PATH, {"score": 9}, key=key)[0] == status


@pytest.mark.parametrize(
    ("size", "key", "status"), [(64 * 1024, False, 202), (64 * 1024 + 1, False, 413), (64 * 1024 + 1, True, 413)]
)
def test_one_response_has_64_kb_at_most(world: World, size: int, key: bool, status: int) -> None:
    body = json.dumps({"score": 9})
    body += " " * (size - len(body))
    details = {} if key else {"key": None}
    assert world.ask("submit_response", ROUTE, PATH, body, **details)[0] == status


def test_a_batch_has_a_megabyte_at_most(world: World) -> None:
    body = json.dumps({"responses": [{"score": 9}]})
    fits = body + " " * (1024 * 1024 - len(body))
    assert world.ask("submit_response", ROUTE, PATH, fits)[0] == 202
    assert world.ask("submit_response", ROUTE, PATH, fits + " ")[0] == 413


def test_any_page_may_post_and_read_the_reply(world: World) -> None:
    module = load("submit_response")
    for event in (http_event(ROUTE, PATH, {"score": 9}), http_event(ROUTE, PATH, {"score": 11})):
        assert module.lambda_handler(event, None)["headers"]["access-control-allow-origin"] == "*"
    preflight = module.lambda_handler(http_event("OPTIONS /v1/surveys/{survey}/responses", PATH), None)
    assert preflight["statusCode"] == 204
    assert preflight["headers"]["access-control-allow-methods"] == "POST"
    # What a host page's wrapper of fetch adds, such as a trace's id, costs no response.
    assert preflight["headers"]["access-control-allow-headers"] == "*"


def ask_to_check(world: World, rows: list[dict[str, object]], survey: str = "demo", check: str = "true") -> Any:
    path = f"/v1/surveys/{survey}/responses"
    return world.ask("submit_response", ROUTE, path, {"responses": rows}, query=f"check={check}")


def test_a_batch_that_is_only_checked_gets_the_usual_reply_and_is_not_queued(world: World) -> None:
    status, body = ask_to_check(world, [{"id": uuid7(), "score": 9}])
    assert (status, body) == (200, {"ids": [uuid7()], "accepted": 1})
    assert world.queue.sent == []


@pytest.mark.parametrize(
    ("row", "field"),
    [({"score": 9.5}, "score"), ({"score": 9, "responded_at": "2999-01-01"}, "responded_at")],
)
def test_what_is_only_checked_is_refused_for_the_same_reasons(world: World, row: dict[str, object], field: str) -> None:
    status, body = ask_to_check(world, [row])
    assert status == 400
    assert [error["field"] for error in body["errors"]] == [f"responses[0].{field}"]


@pytest.mark.parametrize(("survey", "status"), [("gone", 404), ("closed", 409)])
def test_a_check_reports_that_a_survey_takes_no_responses(world: World, survey: str, status: int) -> None:
    assert ask_to_check(world, [{"score": 9}], survey)[0] == status


def test_whether_to_check_is_true_or_false(world: World) -> None:
    assert ask_to_check(world, [{"score": 9}], check="perhaps")[0] == 400


def test_without_a_key_a_check_is_no_check(world: World) -> None:
    assert world.ask("submit_response", ROUTE, PATH, {"score": 9}, key=None, query="check=true")[0] == 202


def reply_to(body: Any, survey: str = "demo", **headers: str) -> Any:
    path = f"/v1/surveys/{survey}/responses"
    return load("submit_response").lambda_handler(http_event(ROUTE, path, body, headers=headers), None)


@pytest.mark.parametrize(
    ("survey", "body", "status"),
    [("demo", {"score": 9}, 403), ("gone", {"score": 9}, 404), ("closed", {"score": 9}, 409), ("demo", "nope", 400)],
)
def test_any_page_may_read_why_it_was_refused(world: World, survey: str, body: Any, status: int) -> None:
    demo = world.surveys.surveys["demo"]
    world.surveys.surveys["demo"] = replace(demo, widget=replace(demo.widget, origins=("https://shop.example",)))
    reply = reply_to(body, survey, origin="https://evil.example")
    assert (reply["statusCode"], reply["headers"]["access-control-allow-origin"]) == (status, "*")


def test_what_was_left_out_is_named_and_counted(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    body = {"score": 9, "seconds": 90_000, "properties": {"ref": "x" * 300, "tags": ["a"]}}
    reply = reply_to(body)
    assert reply["statusCode"] == 202
    document = json.loads(reply["body"])["ignored"]
    assert [fault["field"] for fault in document] == ["properties.ref", "properties.tags", "seconds"]
    assert '"FieldsIgnored":3' in capsys.readouterr().out


def test_a_key_is_strict_unless_it_asks_not_to_be(world: World) -> None:
    body = {"id": uuid7(), "score": 9, "seconds": 90_000, "person": "ann"}
    assert world.ask("submit_response", ROUTE, PATH, body)[0] == 400
    status, reply = world.ask("submit_response", ROUTE, PATH, body, query="lenient=true")
    assert (status, [fault["field"] for fault in reply["ignored"]]) == (202, ["seconds"])
    ((submission, _),) = world.queue.sent
    assert (submission.statement.person, submission.statement.rank) == ("ann", Rank.KEYED)


def test_rows_of_a_batch_are_cleaned_if_a_key_asks_for_it(world: World) -> None:
    rows = [{"score": 9, "comment": 5}, {"score": 3}]
    status, body = world.ask("submit_response", ROUTE, PATH, {"responses": rows}, query="lenient=true")
    assert (status, body["accepted"]) == (202, 2)
    assert [fault["field"] for fault in body["ignored"]] == ["responses[0].comment"]


def test_a_name_returns_the_id_made_from_it(world: World) -> None:
    found = [json.loads(reply_to({"id": "order-4711", "score": 9})["body"])["id"] for _ in range(2)]
    assert found == [ids.named("demo", "order-4711")] * 2
    assert [submission.id for submission, _ in world.queue.sent] == found


@pytest.mark.parametrize("label", [*LABELS.values(), {"id": "order-4711"}], ids=[*LABELS, "an id of another kind"])
def test_no_label_costs_a_score(world: World, label: dict[str, Any]) -> None:
    sent = json.dumps({"id": uuid7(), "score": 9, **label})
    status, body = world.ask("submit_response", ROUTE, PATH, sent, key=None)
    assert status == 202, body
    assert [submission.statement.score for submission, _ in world.queue.sent] == [9]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"city": "S\xe3o Paulo"}, {"city": "Sa\u0303o Paulo"}),
        ({"city": "Z\xfcrich"}, {"city": "Z\xfcrich "}),
        ({"city": "Z\xfcrich"}, {"city": "Z\xfcrich\xa0"}),
        ({"n": 1}, {"n": 1.0}),
        ({"n": 1000}, {"n": 1e3}),
        ({"plan": "pro"}, {"plan": "pro\u200b"}),
        ({"plan": "pro"}, {"plan": "p\u00adro"}),
        ({"plan": "pro"}, {"plan\u2060": "\u202epro\u202c"}),
        ({"plan": "pro"}, {" plan": "pro"}),
        ({"city": "New York"}, {"city": "New\xa0York"}),
    ],
    ids=ascii,
)
def test_what_looks_the_same_is_one_value(world: World, one: dict[str, Any], other: dict[str, Any]) -> None:
    rows = [{"score": 9, "properties": one}, {"score": 9, "properties": other}]
    assert world.ask("submit_response", ROUTE, PATH, {"responses": rows})[0] == 202
    first, second = (submission.statement.properties for submission, _ in world.queue.sent)
    assert first == second


def test_a_batch_of_an_import_names_it_in_each_submission(world: World) -> None:
    world.imports.declare(Import("demo", "reviews", 0))
    rows = {"responses": [{"score": 9}, {"score": 8}], "import": "reviews"}
    assert world.ask("submit_response", ROUTE, PATH, rows)[0] == 202
    assert [submission.import_id for submission, _ in world.queue.sent] == ["reviews", "reviews"]


@pytest.mark.parametrize(("name", "status"), [("reviews", 404), ("undone", 409), ("No!", 400), (5, 400)])
def test_an_import_that_was_never_begun_or_was_undone_takes_no_rows(world: World, name: object, status: int) -> None:
    world.imports.declare(Import("demo", "undone", 0))
    world.imports.begin_undo("demo", "undone", 1)
    rows = {"responses": [{"score": 9}], "import": name}
    assert world.ask("submit_response", ROUTE, PATH, rows)[0] == status
    assert world.queue.sent == []


def limited(world: World, **widget: Any) -> None:
    demo = world.surveys.surveys["demo"]
    world.surveys.surveys["demo"] = replace(demo, widget=replace(demo.widget, **widget))


def post(world: World, **body: Any) -> int:
    return world.ask("submit_response", ROUTE, PATH, {"score": 9, **body}, key=None)[0]


def test_beyond_the_hourly_cap_nothing_is_held_but_what_is_unsigned(
    world: World, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    limited(world, hourly_cap=3)
    assert [post(world) for _ in range(5)] == [202, 202, 202, 429, 429]
    token = jwt.encode({"sub": "ann", "exp": NOON // 1000 + 3600}, world.identities.secret("demo"))
    assert post(world, token=token) == 202
    assert post(world, token="no.good.token") == 429
    assert world.ask("submit_response", ROUTE, PATH, {"score": 9})[0] == 202
    named = [record for record in caplog.records if record.message == "at its hourly cap"]
    assert [vars(record)["survey"] for record in named] == ["demo"]  # once an hour, however many are held
    output = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["ResponsesHeld"] for line in output if "ResponsesHeld" in line] == [1]  # the others are gathered


def test_long_texts_are_limited_as_so_many_responses(world: World) -> None:
    limited(world, rate=6, hourly_cap=None)
    long = {"comment": "x" * 4000, "email": "a@example.com"}
    assert [post(world, **long) for _ in range(4)] == [202, 202, 202, 429]


def test_a_network_that_is_over_is_refused_before_its_survey_is_read(world: World) -> None:
    limited(world, rate=1)
    assert [post(world), post(world)] == [202, 429]
    del world.surveys.surveys["demo"]
    assert post(world) == 429
    assert world.ask("submit_response", ROUTE, PATH, {"score": 9})[0] == 404


def through_the_cdn(viewer: str, secret: str) -> int:
    headers = {"x-earshot-viewer": viewer, "x-earshot-cdn-secret": secret}
    event = http_event(ROUTE, PATH, json.dumps({"score": 9}), headers=headers)
    status: int = load("submit_response").lambda_handler(event, None)["statusCode"]
    return status


@pytest.mark.parametrize("network", ["198.{high}.{low}.7", "2001:db8:{high:x}{low:02x}::7"])
def test_400_visitors_behind_one_edge_pass_and_400_posts_of_one_network_do_not(
    world: World, monkeypatch: pytest.MonkeyPatch, network: str
) -> None:
    monkeypatch.setenv("EARSHOT_CDN_SECRET", "cdn")
    secret = bootstrap.secret("EARSHOT_CDN_SECRET").keys()[0].decode()
    several = [network.format(high=number // 100, low=number % 100) for number in range(400)]
    assert {through_the_cdn(visitor, secret) for visitor in several} == {202}
    one = [through_the_cdn(network.format(high=9, low=9), secret) for _ in range(400)]
    assert (one.count(202), one.count(429)) == (300, 100)


def test_who_writes_the_cdns_headers_without_its_secret_has_their_own_limit(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EARSHOT_CDN_SECRET", "cdn")
    limited(world, rate=2)
    sent = [through_the_cdn(f"198.51.{number}.7", "guessed") for number in range(3)]
    assert sent == [202, 202, 429]


def test_a_token_that_is_none_lets_nobody_write_past_the_limit_of_their_network(world: World) -> None:
    limited(world, rate=1, hourly_cap=None)
    assert [post(world), post(world)] == [202, 429]
    world.rate_limits.writes = 0
    assert [post(world, token=token) for token in ("no.good.token", "", None)] == [429] * 3
    assert world.rate_limits.writes == 0


def test_a_signed_person_may_respond_30_times_an_hour(world: World) -> None:
    limited(world, rate=5)
    token = jwt.encode({"sub": "ann", "exp": NOON // 1000 + 3600}, world.identities.secret("demo"))
    assert [post(world, token=token) for _ in range(32)] == [202] * 30 + [429] * 2
    assert post(world) == 202
