"""`make run` gives nothing to pages of other sites, to other users of the machine, or to their processes.

The attacks are real: a page of another origin in Chromium, a form that sends itself, a name that was pointed here, and
a process of the user `nobody`. Each is also made with everything right, so that it is the guard that refuses.
"""

import hashlib
import http.client
import json
import os
import re
import shutil
import stat
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from earshot.api.paths import is_known
from earshot_cli.local.ministack_guard import ORIGIN_HEADER, TOKEN_HEADER
from tests.browser.conftest import FLAGS, NAMES
from tests.e2e.cli_runner import Doctor, earshot, move
from tests.e2e.conftest import ROOT, Stack, call, start_stack
from tests.e2e.invitation_client import a_survey, an_address, ask, mail_to

TOKEN = "x-amz-security-token"
EVIL = "http://evil.example"
SIGNED = "AWS4-HMAC-SHA256 Credential=test/20261129/us-east-1/dynamodb/aws4_request"
CREATE = {
    "FunctionName": "evil", "Runtime": "python3.13", "Handler": "evil.run", "Code": {"ZipFile": "UEsFBgAAAAA="},
    "Role": "arn:aws:iam::000000000000:role/evil",
}  # fmt: skip


@pytest.fixture(scope="module")
def open_folder() -> Iterator[Path]:
    """Make a folder that every user of the machine may enter, as many projects' are, with an open .local in it."""
    folder = Path(tempfile.mkdtemp(prefix="earshot-guarded-"))
    folder.chmod(0o755)
    (folder / ".local").mkdir(mode=0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def held(open_folder: Path) -> Iterator[Stack]:
    """Start a stack in that folder whose functions are held to their roles and whose routes are to their limits."""
    running = start_stack(open_folder / ".local", EARSHOT_ROLES="enforced", EARSHOT_LIMITS="enforced")
    yield running
    running.stop()


def of_ministack() -> list[str]:
    """Return every path that MiniStack's program names, so that those of its next version are tried as well."""
    (source,) = ROOT.glob(".venv-engine/lib/python*/site-packages/ministack/app.py")
    named = re.findall(r"""["'](/[A-Za-z0-9_][A-Za-z0-9_./%-]*)["']""", source.read_text(encoding="utf-8"))
    more = [
        "/", "/_earshot/backlog", "/2015-03-31/functions", "/2015-03-31/functions/evil/invocations", "/v1/surveys",
        "/earshot-artifacts", "/earshot-artifacts/template.json", "/000000000000/earshot-ResponseQueue",
        "/_aws/execute-api/0123abcd/$default/v1/surveys", "/restapis/0123abcd/prod/_user_request_/",
        "/v2/email/identities", "/pool/.well-known/jwks.json", "/_ministack/lambda-code/earshot",
        "/_ministack/lambda-layers/x/1",
    ]  # fmt: skip
    return sorted({*named, *more})


def state(stack: Stack) -> dict[str, Any]:
    """Return what an attack would change or add to."""
    (table,) = stack.client("dynamodb").list_tables()["TableNames"]
    items = stack.client("dynamodb").scan(TableName=table, ConsistentRead=True)["Items"]
    functions = stack.client("lambda").list_functions()["Functions"]
    return {
        "surveys": sorted(item["pk"]["S"] for item in items if item["pk"]["S"].startswith("SURVEY#")),
        "keys": sorted(item["pk"]["S"] for item in items if item["pk"]["S"].startswith("K")),
        "functions": sorted(function["FunctionName"] for function in functions),
        "buckets": sorted(bucket["Name"] for bucket in stack.client("s3").list_buckets()["Buckets"]),
        "mails": len(stack.call("GET", "/outbox.json", key=False).body["mails"]),
    }


@contextmanager
def unchanged(stack: Stack) -> Iterator[None]:
    before = state(stack)
    assert before["surveys"], "there is nothing that could be lost"
    yield
    assert state(stack) == before


def api_of(stack: Stack) -> str:
    (api,) = stack.client("apigatewayv2").get_apis()["Items"]
    return f"{api['ApiId']}.execute-api.localhost"


def sent(url: str, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> tuple[int, dict[str, str]]:
    """Send it as it is, whatever host it names; return the status and the headers."""
    line = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    try:
        line.request(method, path, body or None, headers)
        reply = line.getresponse()
        reply.read()
        return reply.status, {name.lower(): value for name, value in reply.getheaders()}
    finally:
        line.close()


HOSTS = {
    "its address": "{address}", "localhost": "localhost:{port}", "the API": "{api}", "the API, a port": "{api}:4566",
    "another name": "evil.example", "another name, its port": "evil.example:{port}",
    "a bucket": "earshot-artifacts.s3.localhost", "a function": f"{'a' * 32}.lambda-url.us-east-1.localhost",
    "a distribution": "abc.cloudfront.localhost", "a load balancer": "x.elb.localhost", "none": "",
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTS)
def test_the_engine_refuses_every_path_under_every_name_without_the_token(stack: Stack, name: str) -> None:
    engine = stack.engine_endpoint
    where = urlsplit(engine.url)
    host = HOSTS[name].format(address=where.netloc, port=where.port, api=api_of(stack))
    replies: dict[tuple[str, str], tuple[int, dict[str, str]]] = {}
    with unchanged(stack):
        for path in of_ministack():
            for method in ("GET", "POST", "OPTIONS"):
                reported = sent(engine.url, method, path, {"Host": host, "Content-Type": "text/plain"}, b"{}")
                replies[method, path] = reported
    assert len(replies) > 100
    assert {key: value for key, value in replies.items() if value[0] != 403 or _opens(value[1])} == {}


def _opens(headers: dict[str, str]) -> list[str]:
    return [name for name in headers if name.startswith("access-control-")]


@pytest.mark.parametrize(
    "headers",
    [
        {TOKEN: "guessed"}, {TOKEN_HEADER: "guessed"}, {TOKEN: ""}, {ORIGIN_HEADER: "http://localhost"},
        {"X-Amz-Target": "DynamoDB_20120810.ListTables"}, {"X-Forwarded-Host": "127.0.0.1"},
        {"Authorization": f"{SIGNED}, SignedHeaders=host, Signature=0"},
        {TOKEN: "{token}", "Origin": EVIL}, {TOKEN: "{token}", "Sec-Fetch-Site": "same-site"},
        {TOKEN: "{token}", "Host": "evil.example"}, {TOKEN_HEADER: "{token}", "Origin": "null"},
    ],
)  # fmt: skip
def test_no_page_and_no_guess_gets_in(stack: Stack, headers: dict[str, str]) -> None:
    shown = {name: value.format(token=stack.engine_endpoint.token) for name, value in headers.items()}
    with unchanged(stack):
        for method, path in (("POST", "/_ministack/reset"), ("POST", "/2015-03-31/functions"), ("OPTIONS", "/")):
            status, reply = sent(stack.engine_endpoint.url, method, path, shown, json.dumps(CREATE).encode())
            assert (status, _opens(reply)) == (403, [])


def test_with_the_token_the_engine_replies_and_lets_no_page_read_it(stack: Stack) -> None:
    for path in ("/_ministack/health", "/_ministack/ses/messages", "/_earshot/backlog"):
        status, headers = sent(stack.engine_endpoint.url, "GET", path, {TOKEN: stack.engine_endpoint.token})
        assert (status, _opens(headers)) == (200, [])


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "OPTIONS"])
def test_the_gateway_finds_none_of_the_engines_paths(stack: Stack, method: str) -> None:
    paths = [path for path in of_ministack() if not is_known(path) and (path, method) != ("/", "GET")]
    assert len(paths) > 30
    with unchanged(stack):
        reply = {path: sent(stack.url, method, path, {})[0] for path in paths}
        for odd in ("/_ministack%2Freset", "//_ministack/reset", "/./_ministack/reset", "/v1/../_ministack/reset",
                    "/s/../_ministack/reset", "/%5Fministack/reset", f"{stack.url}/_ministack/reset"):  # fmt: skip
            reply[odd] = sent(stack.url, method, odd, {})[0]
    assert {path: status for path, status in reply.items() if status != 404} == {}


@pytest.mark.parametrize(
    "path", ["/", "/outbox.json", "/outbox", "/v1/surveys", "/widget.js", "/v1/surveys/demo/widget"]
)
def test_a_foreign_name_gets_nothing_of_the_gateway(stack: Stack, path: str) -> None:
    key = {"Authorization": f"Bearer {stack.api_key}"}
    assert sent(stack.url, "GET", path, {"Host": "rebind.evil.example", **key})[0] == 403
    assert sent(stack.url, "GET", path, {"Host": f"evil.example:{urlsplit(stack.url).port}", **key})[0] == 403
    # The first page leads to the console.
    assert sent(stack.url, "GET", path, {"Host": "localhost", **key})[0] == (303 if path == "/" else 200)


def test_a_page_elsewhere_may_ask_and_respond_and_nothing_else(stack: Stack) -> None:
    page = {"Origin": EVIL, "Sec-Fetch-Site": "cross-site", "Content-Type": "application/json"}
    reply = sent(stack.url, "POST", "/v1/surveys/demo/responses", page, b'{"score": 9}')
    assert (reply[0], reply[1]["access-control-allow-origin"]) == (202, "*")
    assert sent(stack.url, "GET", "/v1/surveys/demo/widget", page)[0] == 200
    key = {"Authorization": f"Bearer {stack.api_key}"}
    with unchanged(stack):
        assert sent(stack.url, "POST", "/v1/surveys/demo/responses", page | key, b'{"score": 9}')[0] == 403
        assert sent(stack.url, "PUT", "/v1/surveys/evil", page | key, b'{"name": "Evil"}')[0] == 403
        assert sent(stack.url, "GET", "/v1/surveys", page | key)[0] == 403
        assert sent(stack.url, "GET", "/outbox.json", page)[0] == 403


# In Chromium


class Attacker(ThreadingHTTPServer):
    """Serves one page, whatever is asked for."""

    page = b""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Attacking)


class _Attacking(BaseHTTPRequestHandler):
    server: Attacker

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(self.server.page)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        pass


@pytest.fixture(scope="module")
def attacker() -> Iterator[Attacker]:
    server = Attacker()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def victim() -> Iterator[Browser]:
    """Start a browser that knows other sites' names as this machine's, and does not keep pages from it by itself."""
    place = next(filter(None, map(shutil.which, NAMES)), None)
    if place is None:
        if os.environ.get("CI"):
            pytest.fail("CI lets a page attack, and there is no Chromium (apt-get install chromium)")
        pytest.skip("there is no Chromium (apt-get install chromium)")
    flags = ["--host-resolver-rules=MAP *.example 127.0.0.1", "--disable-features=LocalNetworkAccessChecks"]
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=place, args=[*FLAGS, *flags])
        yield running
        running.close()


@pytest.fixture
def tab(victim: Browser, attacker: Attacker) -> Iterator[Page]:
    """Open a page of another site."""
    attacker.page = b"<!doctype html><title>Evil</title>"
    page = victim.new_page()
    page.goto(f"{EVIL}:{attacker.server_port}/")
    yield page
    page.close()


ATTEMPT = """async ([url, init]) => {
  try {
    const answer = await fetch(url, init);
    return answer.type === "opaque" ? "opaque" : `${answer.status} ${(await answer.text()).slice(0, 80)}`;
  } catch (error) {
    return "refused";
  }
}"""


def test_a_page_of_another_site_gets_nothing_from_the_engine(stack: Stack, tab: Page) -> None:
    """Each request is one that the page may send without asking, or with a preflight; blind ones change nothing."""
    engine, create = stack.engine_endpoint.url, json.dumps(CREATE)
    plain = {"method": "POST", "body": create, "headers": {"content-type": "text/plain"}}
    target = {
        "authorization": SIGNED,
        "x-amz-target": "DynamoDB_20120810.ListTables",
        "content-type": "application/x-amz-json-1.0",
    }
    attempts = [
        (f"{engine}/2015-03-31/functions", plain), (f"{engine}/2015-03-31/functions", plain | {"mode": "no-cors"}),
        (f"{engine}/_ministack/reset", {"method": "POST"}),
        (f"{engine}/_ministack/reset", {"method": "POST", "mode": "no-cors"}),
        (f"{engine}/_ministack/ses/messages", {}), (f"{engine}/_ministack/sqs/messages", {}),
        (f"{engine}/_ministack/health", {"mode": "no-cors"}), (f"{engine}/_earshot/backlog", {}),
        (f"{engine}/", {"method": "POST", "body": "{}", "headers": target}),
        (f"{engine}/_ministack/config", plain), (f"{engine}/evil-bucket", {"method": "PUT"}),
    ]  # fmt: skip
    with unchanged(stack):
        found = [tab.evaluate(ATTEMPT, [url, init]) for url, init in attempts]
    assert set(found) <= {"refused", "opaque"}, found


def test_a_page_of_another_site_gets_only_the_widget_from_the_gateway(stack: Stack, tab: Page) -> None:
    post = {"method": "POST", "body": '{"score": 9}', "headers": {"content-type": "application/json"}}
    assert tab.evaluate(ATTEMPT, [f"{stack.url}/v1/surveys/demo/responses", post]).startswith("202 ")
    assert tab.evaluate(ATTEMPT, [f"{stack.url}/v1/surveys/demo/widget", {}]).startswith("200 ")
    key = {"authorization": f"Bearer {stack.api_key}"}
    attempts: list[tuple[str, dict[str, Any]]] = [
        ("/outbox.json", {}), ("/demo/score", {}), ("/v1/surveys", {"headers": key}), ("/_ministack/ses/messages", {}),
        ("/v1/surveys/demo/responses", {"headers": key}), ("/_ministack/reset", {"method": "POST", "mode": "no-cors"}),
        ("/v1/keys", {"method": "POST", "mode": "no-cors", "body": '{"name": "evil", "scopes": ["keys"]}'}),
        ("/v1/surveys/evil", {"method": "PUT", "headers": key, "body": '{"name": "Evil"}'}),
    ]  # fmt: skip
    with unchanged(stack):
        found = [tab.evaluate(ATTEMPT, [stack.url + path, init]) for path, init in attempts]
    assert set(found) <= {"refused", "opaque"}, found


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"])
def test_a_form_that_sends_itself_is_refused(stack: Stack, victim: Browser, attacker: Attacker, kind: str) -> None:
    engine = stack.engine_endpoint.url
    for base, path in (
        (stack.url, "/_ministack/reset"), (stack.url, "/v1/keys"), (stack.url, "/outbox"),
        (engine, "/_ministack/reset"), (engine, "/2015-03-31/functions"),
    ):  # fmt: skip
        attacker.page = (
            f'<!doctype html><form method="post" action="{base}{path}" enctype="{kind}">'
            f'<input name=\'{{"FunctionName":"evil","x":"\' value=\'"}}\'></form>'
            "<script>document.forms[0].submit()</script>"
        ).encode()
        with unchanged(stack):
            page = victim.new_page()
            with page.expect_response(lambda made, url=base + path: made.url == url) as reply:  # type: ignore[misc]
                page.goto(f"{EVIL}:{attacker.server_port}/")
            assert reply.value.status == 403
            page.close()


def test_a_name_that_was_pointed_here_shows_nothing(stack: Stack, victim: Browser) -> None:
    """DNS rebinding: for the browser the gateway, or the engine, is then of the same origin as the page."""
    gateway, engine = urlsplit(stack.url).port, urlsplit(stack.engine_endpoint.url).port
    asked = [(gateway, "/outbox.json"), (gateway, "/"), (gateway, "/widget.js"), (gateway, "/_ministack/ses/messages"),
             (engine, "/_ministack/ses/messages"), (engine, "/_earshot/backlog")]  # fmt: skip
    page = victim.new_page()
    with unchanged(stack):
        for port, path in asked:
            reply = page.goto(f"http://rebind.example:{port}{path}")
            assert reply
            assert reply.status == 403, (port, path)
            reset = page.evaluate(ATTEMPT, ["/_ministack/reset", {"method": "POST"}])
            assert reset.startswith("403 "), reset
    assert page.goto(f"http://127.0.0.1:{gateway}/outbox")
    assert "Outbox" in page.content()
    page.close()


# Another user of the machine

SPY = """
import json, os, sys, urllib.error, urllib.request
folder, engine, url, pid = sys.argv[1:]
seen = {"uid": os.getuid(), "read": [], "listed": [], "statuses": {}}
for place in (folder, folder + "/state", folder + "/tmp"):
    try:
        seen["listed"].append(os.listdir(place))
    except PermissionError:
        pass
for path in [folder + "/" + name for name in ("earshot.json", "engine.json", "engine.log", "lock", "decisions.jsonl",
             "state/dynamodb.json", "state/ses.json")] + ["/proc/%s/environ" % pid]:
    try:
        seen["read"].append([path, open(path).read(20)])
    except PermissionError:
        pass
for method, address in (("GET", engine + "/_ministack/ses/messages"), ("POST", engine + "/_ministack/reset"),
                        ("POST", engine + "/2015-03-31/functions"), ("GET", engine + "/_earshot/backlog"),
                        ("POST", url + "/_ministack/reset"), ("GET", url + "/v1/surveys")):
    request = urllib.request.Request(address, method=method, data=b"{}" if method == "POST" else None)
    try:
        seen["statuses"][method + " " + address] = urllib.request.urlopen(request, timeout=60).status
    except urllib.error.HTTPError as error:
        seen["statuses"][method + " " + address] = error.code
print(json.dumps(seen))
"""


def test_another_user_reads_nothing_and_gets_nothing(held: Stack) -> None:
    python = shutil.which("python3", path="/usr/bin:/usr/local/bin:/bin")
    if os.getuid() != 0 or python is None:
        pytest.skip("only root can become another user")
    pid = json.loads((held.local_dir / "engine.json").read_text())["pid"]
    with unchanged(held):
        done = subprocess.run(
            [python, "-I", "-c", SPY, held.local_dir, held.engine_endpoint.url, held.url, str(pid)],
            user="nobody", group="nogroup", extra_groups=[], cwd="/", env={"NO_PROXY": "*"},
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    body = json.loads(done.stdout)
    assert body["uid"] != 0
    assert (body["read"], body["listed"]) == ([], [])
    assert sorted(body["statuses"].values()) == [401, 403, 403, 403, 403, 404]


def test_only_the_owner_reads_dot_local_and_no_command_line_shows_the_secret(held: Stack, stack: Stack) -> None:
    for running in (held, stack):
        assert stat.S_IMODE(running.local_dir.stat().st_mode) == 0o700
        found = [path for path in running.local_dir.rglob("*") if not path.is_symlink() and path.exists()]
        assert len(found) > 50
        open_to_others = [path for path in found if path.stat().st_mode & 0o077]
        assert open_to_others == []
        kept = (running.local_dir / "earshot.json", running.local_dir / "engine.json")
        secret = running.engine_endpoint.token.encode()
        assert all(secret in path.read_bytes() for path in kept)
        reported = [path for path in running.local_dir.rglob("*") if path.is_file() and path not in kept]
        assert [path for path in reported if secret in path.read_bytes()] == []
        lines = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]
        assert [line for line in lines if secret in line] == []
    assert held.engine_endpoint.token != stack.engine_endpoint.token


# Roles


def test_mails_and_commands_work_where_roles_are_enforced(held: Stack) -> None:
    survey, address = a_survey(held), an_address()
    ask(held, survey, {"email": address})
    mail = mail_to(held, address)
    assert call(held.url, "GET", mail.respond, None, {}).status == 200
    assert Doctor(held).complaints == []
    assert "Started what was scheduled" in move(held, "+1h")
    redriven = earshot(held, "redrive")
    assert (redriven.returncode, "ResponseDeadLetters" in redriven.stdout) == (0, True), redriven.stderr


def test_the_credentials_that_ministack_would_give_a_function_open_nothing(held: Stack) -> None:
    """They are hashes of ARNs, which anybody can compute."""
    for function in held.client("lambda").list_functions()["Functions"]:
        digest = hashlib.sha256(f"{function['FunctionArn']}:{function['Role']}".encode()).hexdigest()
        guessed = hashlib.sha256(f"token:{digest}".encode()).hexdigest()
        assert sent(held.engine_endpoint.url, "GET", "/", {TOKEN: guessed})[0] == 403


def test_a_flood_of_one_route_leaves_the_others_open(held: Stack) -> None:
    flood = [call(held.url, "GET", "/v1/openapi.json", None, {"accept-encoding": "gzip"}) for _ in range(60)]
    refused = [reply for reply in flood if reply.status == 429]

    assert refused
    assert json.loads(refused[0].raw) == {"message": "Too Many Requests"}
    assert held.call("GET", "/widget.js", key=False).status == 200
