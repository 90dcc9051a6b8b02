"""Questions that make no sense, keys that open nothing, paths that do not exist: a clear reply each time."""

import base64
from typing import Any
from urllib.parse import quote

import pytest

from earshot.domain.access import SCOPES
from tests.e2e.conftest import Reply, Stack
from tests.e2e.survey_client import Survey, new_id, settle
from tests.e2e.test_bad_input import refusal

CALLS = {
    ("GET", "/v1/surveys"): "surveys:read",
    ("GET", "/v1/surveys/{survey}"): "surveys:read",
    ("PUT", "/v1/surveys/{survey}"): "surveys:write",
    ("PATCH", "/v1/surveys/{survey}"): "surveys:write",
    ("GET", "/v1/surveys/{survey}/values"): "surveys:read",
    ("PATCH", "/v1/surveys/{survey}/values"): "surveys:write",
    ("GET", "/v1/surveys/{survey}/identity-secret"): "identity:read",
    ("POST", "/v1/surveys/{survey}/identity-secret"): "identity:read",
    ("GET", "/v1/surveys/{survey}/nps"): "scores:read",
    ("GET", "/v1/surveys/{survey}/counts"): "scores:read",
    ("GET", "/v1/surveys/{survey}/responses"): "responses:read",
    ("GET", "/v1/surveys/{survey}/responses/{response}"): "responses:read",
    ("PATCH", "/v1/surveys/{survey}/responses/{response}"): "responses:write",
    ("DELETE", "/v1/surveys/{survey}/responses/{response}"): "responses:write",
    ("POST", "/v1/destinations"): "alerts:write",
    ("GET", "/v1/destinations"): "alerts:read",
    ("GET", "/v1/destinations/{destination}"): "alerts:read",
    ("PATCH", "/v1/destinations/{destination}"): "alerts:write",
    ("DELETE", "/v1/destinations/{destination}"): "alerts:write",
    ("POST", "/v1/destinations/{destination}/test"): "alerts:write",
    ("POST", "/v1/destinations/{destination}/rotate-secret"): "alerts:write",
    ("POST", "/v1/destinations/{destination}/redrive"): "alerts:write",
    ("POST", "/v1/destinations/{destination}/replay"): "alerts:write",
    ("GET", "/v1/deliveries"): "alerts:read",
    ("GET", "/v1/deliveries/{delivery}"): "alerts:read",
    ("POST", "/v1/surveys/{survey}/alert-rules"): "alerts:write",
    ("GET", "/v1/surveys/{survey}/alert-rules"): "alerts:read",
    ("POST", "/v1/surveys/{survey}/alert-rules/try"): "responses:read",
    ("GET", "/v1/surveys/{survey}/alert-rules/{rule}"): "alerts:read",
    ("PATCH", "/v1/surveys/{survey}/alert-rules/{rule}"): "alerts:write",
    ("DELETE", "/v1/surveys/{survey}/alert-rules/{rule}"): "alerts:write",
    ("GET", "/v1/team"): "team:read",
    ("PUT", "/v1/team/{member}"): "team:write",
    ("GET", "/v1/team/{member}"): "team:read",
    ("DELETE", "/v1/team/{member}"): "team:write",
    ("POST", "/v1/accounts"): "people:write",
    ("GET", "/v1/accounts"): "people:read",
    ("POST", "/v1/keys"): "keys",
    ("GET", "/v1/keys"): "keys",
    ("DELETE", "/v1/keys/{key}"): "keys",
}
BODIES = {
    "PUT": {"name": "Mine now"},
    "PATCH": {"score": 0, "name": "Mine now"},
    "POST": {"name": "x", "scopes": ["keys"]},
}


@pytest.fixture(scope="module")
def survey(stack: Stack) -> Survey:
    it = Survey(stack, segments=["cabin"])
    it.batch(*({"score": score, "properties": {"cabin": "Economy"}} for score in (1, 5, 9, 10)))
    it.counted(4)
    return it


@pytest.mark.parametrize(
    "window",
    [
        "0d",
        "00d",
        "3651d",
        "9999999999d",
        "-1d",
        "1.5d",
        "30",
        "d",
        "",
        "30D",
        " 30d",
        "30d ",
        "٣d",
        "ALL",
        "1e2d",
        "30d30d",
    ],
)
@pytest.mark.parametrize("extra", ["", "&as_of=2015-08-02"])
def test_a_window_that_makes_no_sense_is_refused(survey: Survey, window: str, extra: str) -> None:
    reply = survey.stack.call("GET", f"{survey.path}/nps?window={quote(window)}{extra}")
    refusal(reply, 400, "window")


@pytest.mark.parametrize(
    "day",
    ["2015-02-30", "2015-13-01", "2099-01-01", "9999-12-31", "10000-01-01", "0000-00-00", "1969-12-31", "0001-01-01",
     "today", "", "2015-8-2", "20150802", "2015-W31-7", "2015-08-02T00:00:00Z", "٢٠١٥-٠٨-٠٢", "1438473600"],
)  # fmt: skip
def test_a_day_that_makes_no_sense_is_refused(survey: Survey, day: str) -> None:
    refusal(survey.ask_nps(as_of=day), 400, "as_of")
    refusal(survey.ask_nps(window="all", as_of=day), 400, "as_of")


@pytest.mark.parametrize(
    "segment",
    ["airline=KLM", "cabin", "=Economy", "cabin=", "", "Cabin=Economy", "x" * 65 + "=y", "cabin=" + "x" * 257],
)
def test_a_segment_that_is_not_tracked_or_makes_no_sense_is_refused(survey: Survey, segment: str) -> None:
    refusal(survey.ask_nps(segment=segment), 400, "segment")
    refusal(survey.stack.call("GET", f"{survey.path}/counts?segment={quote(segment)}"), 400, "segment")


def test_a_tracked_value_never_seen_has_no_responses_and_no_score(survey: Survey) -> None:
    score = survey.nps(segment="cabin=Hold", window="all")
    assert (score["nps"], score["responses"], score["interval"], score["change"]) == (None, 0, None, None)
    assert survey.nps(segment="cabin=Economy")["responses"] == 4


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("nps?windows=30d", "windows"), ("nps?window=30d&window=7d", "window"), ("counts?window=30d", "window"),
        ("counts?from=2015-02-30", "from"), ("counts?to=soon", "to"), ("counts?from=2016-01-01&to=2015-01-01", "from"),
        ("responses?limit=0", "limit"), ("responses?limit=501", "limit"), ("responses?limit=ten", "limit"),
        ("responses?limit=-1", "limit"), ("responses?limit=1e2", "limit"), ("responses?min_score=11", "min_score"),
        ("responses?max_score=x", "max_score"), ("responses?min_score=7&max_score=3", "min_score"),
        ("responses?from=2015-02-30", "from"), ("responses?segment=cabin", "segment"), ("responses?page=2", "page"),
        ("responses?cursor=", "cursor"), ("responses?cursor=nonsense", "cursor"),
        ("responses?cursor=%2B%2F%3D", "cursor"), ("nps?window=%ff", ""), ("nps?%ff=30d", ""),
    ],
)  # fmt: skip
def test_a_parameter_that_is_wrong_is_refused_by_name(survey: Survey, path: str, field: str) -> None:
    refusal(survey.stack.call("GET", f"{survey.path}/{path}"), 400, field)


def test_a_cursor_goes_on_where_it_was_given_and_nowhere_else(survey: Survey) -> None:
    first = page(survey, "limit=2").body
    cursor = first["cursor"]
    rest = page(survey, f"limit=2&cursor={cursor}").body
    assert len({response["id"] for response in first["responses"] + rest["responses"]}) == 4
    refusal(page(survey, f"limit=2&min_score=5&cursor={cursor}"), 400, "cursor")
    other = Survey(survey.stack)
    refusal(page(other, f"limit=2&cursor={cursor}"), 400, "cursor")
    for place in range(0, len(cursor), 7):
        changed = cursor[:place] + ("A" if cursor[place] != "A" else "B") + cursor[place + 1 :]
        refusal(page(survey, f"limit=2&cursor={changed}"), 400, "cursor")
    refusal(page(survey, f"limit=2&cursor={cursor[:-3]}"), 400, "cursor")
    refusal(page(survey, f"limit=2&cursor={base64.urlsafe_b64encode(new_id().encode()).decode()}"), 400, "cursor")


@pytest.mark.parametrize("path", ["nps", "counts", "responses", ""])
def test_a_survey_that_does_not_exist_is_not_found(stack: Stack, path: str) -> None:
    for name in ("never-was", "A-B", "%00", "%F0%9F%99%82", "x" * 3000):
        refusal(stack.call("GET", f"/v1/surveys/{name}/{path}".rstrip("/")), 404)


def authorizations(key: str) -> dict[str, str]:
    """Headers that open nothing, made from a key that does."""
    basic = base64.b64encode(f"{key[:-1]}x:".encode()).decode()
    return {
        "wrong secret": f"Bearer {key[:-1]}{'0' if key[-1] != '0' else '1'}",
        "unknown id": f"Bearer earshot_{'0' * 12}_{'0' * 48}",
        "of another make": "Bearer sk_live_12345",
        "upper case": f"Bearer {key.upper()}",
        "no key after Bearer": "Bearer",
        "blank after Bearer": "Bearer   ",
        "two keys": f"Bearer {key} {key}",
        "no scheme": key,
        "another scheme": f"Digest {key}",
        "Basic with a wrong key": f"Basic {basic}",
        "Basic that is no base64": "Basic ~~~~",
        "Basic that is no UTF-8": "Basic " + base64.b64encode(b"\xff\xfe:").decode(),
        "Basic with the key as password": "Basic " + base64.b64encode(f"me:{key}".encode()).decode(),
        "Basic that is empty": "Basic ",
        "a key with bytes beyond ASCII": "Bearer earshot_\xe9\xe9_\xff",
        "a very long key": "Bearer " + "a" * 6000,
    }


@pytest.mark.parametrize("case", authorizations("0"))
@pytest.mark.parametrize("path", ["nps", "responses", ""])
def test_a_key_that_is_none_opens_nothing(survey: Survey, case: str, path: str) -> None:
    header = authorizations(survey.stack.api_key)[case]
    reply = survey.stack.call("GET", f"{survey.path}/{path}".rstrip("/"), key=False, authorization=header)
    refusal(reply, 401)
    assert "www-authenticate" in reply.headers


@pytest.mark.parametrize(
    "case",
    [
        "wrong secret",
        "unknown id",
        "of another make",
        "Basic with a wrong key",
        "Basic that is no base64",
        "no key after Bearer",
    ],
)
def test_a_response_posted_with_a_wrong_key_is_refused_not_taken_as_public(stack: Stack, case: str) -> None:
    mine = Survey(stack)
    header = authorizations(stack.api_key)[case]
    refusal(stack.call("POST", f"{mine.path}/responses", {"score": 9}, key=False, authorization=header), 401)
    settle(stack)
    assert mine.nps()["responses"] == 0


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_every_call_needs_a_key_with_its_scope(survey: Survey, method: str, path: str) -> None:
    sent = next(survey.responses())["id"]
    names = {"destination": "owner", "delivery": "d-1", "rule": "default", "member": "kim"}
    path_here = path.format(survey=survey.id, response=sent, key="0" * 12, **names)
    others = [scope for scope in SCOPES if scope != CALLS[method, path]]
    refusal(survey.stack.call(method, path_here, BODIES.get(method), key=False), 401)
    refusal(survey.stack.call(method, path_here, BODIES.get(method), key=a_key(survey.stack, *others)), 403)
    assert survey.read()["name"] == "Made for a test"
    assert survey.response(sent)["revision"] == 1


def test_a_batch_needs_the_scope_to_write_responses(survey: Survey) -> None:
    others = a_key(survey.stack, *[scope for scope in SCOPES if scope != "responses:write"])
    reply = survey.stack.call("POST", f"{survey.path}/responses", {"responses": [{"score": 9}]}, key=others)
    refusal(reply, 403)


def test_a_key_works_as_basic_user_too_and_not_a_moment_after_it_was_revoked(survey: Survey) -> None:
    stack = survey.stack
    key = a_key(stack, "scores:read")
    basic = "Basic " + base64.b64encode(f"{key}:".encode()).decode()
    path = f"{survey.path}/nps"
    assert stack.call("GET", path, key=key).status == 200
    assert stack.call("GET", path, key=False, authorization=basic).status == 200
    assert stack.call("DELETE", f"/v1/keys/{key.split('_')[1]}").status == 204
    refusal(stack.call("GET", path, key=key), 401)
    refusal(stack.call("GET", path, key=False, authorization=basic), 401)


@pytest.mark.parametrize(
    ("field", "expected"),
    [("name", {"scopes": ["keys"]}), ("scopes", {"name": "x"}), ("scopes", {"name": "x", "scopes": []}),
     ("scopes", {"name": "x", "scopes": ["everything"]}), ("scopes", {"name": "x", "scopes": "keys"}),
     ("name", {"name": "\ud800", "scopes": ["keys"]}), ("color", {"name": "x", "scopes": ["keys"], "color": "red"}),
     ("expires_at", {"name": "x", "scopes": ["keys"], "expires_at": "2020-01-01"}),
     ("expires_at", {"name": "x", "scopes": ["keys"], "expires_at": "soon"})],
)  # fmt: skip
def test_a_key_request_that_is_wrong_makes_no_key(stack: Stack, field: str, expected: dict[str, Any]) -> None:
    before = stack.call("GET", "/v1/keys").body
    refusal(stack.call("POST", "/v1/keys", expected), 400, field)
    assert stack.call("GET", "/v1/keys").body == before


def test_a_key_that_never_was_cannot_be_revoked(stack: Stack) -> None:
    for name in ("0" * 12, "nonsense", "%00", "x" * 3000):
        refusal(stack.call("DELETE", f"/v1/keys/{name}"), 404)


@pytest.mark.parametrize(
    "path",
    ["/", "/v1", "/v2/surveys", "/v1/surveys/x/nps/y", "/v1/surveys/", "/favicon.ico", "/%ff", "//", "/v1/keys/a/b"],
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_a_path_that_does_not_exist_is_not_found(stack: Stack, method: str, path: str) -> None:
    if (method, path) == ("GET", "/"):
        pytest.skip("the gateway of this machine leads to the console there; the deployed API has no such path")
    refusal(stack.call(method, path, {} if method == "POST" else None), 404)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/v1/surveys", "GET"), ("POST", "/v1/surveys/demo", "DELETE, GET, PATCH, PUT"),
        ("POST", "/v1/surveys/demo/nps", "GET"),
        ("DELETE", "/v1/surveys/demo/values", "GET, PATCH"),
        ("PUT", "/v1/surveys/demo/responses", "DELETE, GET, OPTIONS, POST"),
        ("PUT", "/v1/surveys/demo/responses/x", "DELETE, GET, PATCH"), ("PATCH", "/v1/keys", "GET, POST"),
        ("GET", "/v1/keys/x", "DELETE"), ("TRACE", "/v1/surveys/demo/counts", "GET"),
    ],
)  # fmt: skip
def test_a_method_that_the_path_does_not_know_is_refused_with_those_it_knows(
    stack: Stack, method: str, path: str, allowed: str
) -> None:
    reply = stack.call(method, path)
    refusal(reply, 405)
    assert reply.headers["allow"] == allowed


def page(survey: Survey, query: str) -> Reply:
    return survey.stack.call("GET", f"{survey.path}/responses?{query}")


def a_key(stack: Stack, *scopes: str) -> str:
    """Make a key that may do only this."""
    made = stack.call("POST", "/v1/keys", {"name": "for a test", "scopes": list(scopes)})
    assert made.status == 201, made.raw
    return str(made.body["key"])


@pytest.mark.parametrize(
    "url",
    ["https://10.0.0.1/", "https://0x7f000001/", "https://[::ffff:169.254.169.254]/", "https://localhost/",
     "http://169.254.169.254/latest/meta-data/", "https://hooks.example.com:22/", "file:///etc/passwd"],
)  # fmt: skip
def test_a_destination_leads_to_no_address_that_is_not_public(stack: Stack, url: str) -> None:
    before = stack.call("GET", "/v1/destinations").body
    asked = {"kind": "webhook", "name": "Inside", "settings": {"url": url}}
    refusal(stack.call("POST", "/v1/destinations", asked), 400, "settings.url")
    assert stack.call("GET", "/v1/destinations").body == before


@pytest.mark.parametrize(
    ("field", "wrong"),
    [("destinations", {"destinations": ["to-nowhere"]}), ("at_most", {"when": "score"}), ("words", {"when": "comment"}),
     ("case", {"when": "score_changed", "case": True}), ("when", {"when": "always"}), ("color", {"color": "red"})],
)  # fmt: skip
def test_an_alert_rule_that_makes_no_sense_is_refused(survey: Survey, field: str, wrong: dict[str, Any]) -> None:
    rule = {"when": "detractor", "destinations": ["owner"], **wrong}
    for path in ("alert-rules", "alert-rules/try"):
        refusal(survey.stack.call("POST", f"{survey.path}/{path}", rule), 400, field)
    listed = survey.stack.call("GET", f"{survey.path}/alert-rules").body["alert_rules"]
    assert [each["id"] for each in listed] == ["default"]


def test_the_only_rule_and_a_destination_in_use_stay(stack: Stack) -> None:
    survey = Survey(stack)
    refusal(stack.call("DELETE", f"{survey.path}/alert-rules/default"), 409)
    made = stack.call("POST", "/v1/destinations", {"kind": "email", "name": "Us", "settings": {"to": ["owner"]}}).body
    rule = {"when": "promoter", "destinations": [made["id"]]}
    assert stack.call("POST", f"{survey.path}/alert-rules", rule).status == 201
    refused = stack.call("DELETE", f"/v1/destinations/{made['id']}")
    refusal(refused, 409)
    assert survey.id in refused.body["detail"]


def test_a_change_of_an_older_revision_shows_what_there_is_now(survey: Survey) -> None:
    path = f"{survey.path}/alert-rules/default"
    now = survey.stack.call("PATCH", path, {"revision": 1, "name": "First"})
    assert (now.status, now.body["revision"]) == (200, 2)
    refused = survey.stack.call("PATCH", path, {"revision": 1, "name": "Second"})
    refusal(refused, 409)
    assert refused.body["current"] == now.body


@pytest.mark.parametrize("query", ["state=lost", "cursor=nonsense", "page=2", "destination=A-B"])
def test_deliveries_are_asked_for_by_known_filters(stack: Stack, query: str) -> None:
    refusal(stack.call("GET", f"/v1/deliveries?{query}"), 400, query.partition("=")[0])
