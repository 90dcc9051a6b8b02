"""`earshot key` and `earshot survey`."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from earshot.domain.access import SCOPES
from tests.factories import NOON
from tests.unit.cli.conftest import Run
from tests.unit.cli.fake_earshot import FakeEarshot, problem


def test_a_key_is_printed_alone_on_stdout_with_every_scope_unless_some_are_named(
    earshot: FakeEarshot, run: Run
) -> None:
    result = run("key", "create", "crm")
    run("key", "create", "board", "--scope", "scores:read")
    assert (result.exit_code, result.stdout) == (0, "ek_made\n")
    assert "Key k1 for crm" in result.stderr
    assert [earshot.keys[key]["scopes"] for key in ("k1", "k2")] == [list(SCOPES), ["scores:read"]]


def test_a_key_may_have_a_role_and_limited_access(earshot: FakeEarshot, run: Run) -> None:
    made = run("key", "create", "bi", "--role", "analyst", "--access", "surveys=demo", "--access", "segment=plan=pro")
    assert (made.exit_code, made.stdout) == (0, "ek_made\n")
    sent = earshot.calls[-1][3]
    assert sent == {"name": "bi", "role": "analyst", "access": {"surveys": ["demo"], "segment": "plan=pro"}}
    both = run("key", "create", "bi", "--role", "analyst", "--scope", "keys")
    assert "either --scope or --role" in both.stderr


def test_a_key_expires_at_a_time_or_in_so_many_days(
    earshot: FakeEarshot, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.time_ns", lambda: NOON * 1_000_000)
    made = run("key", "create", "trial", "--scope", "scores:read", "--expires", "90d")
    assert "valid until 2027-02-19T12:00:00.000Z" in made.stderr
    run("key", "create", "trial", "--scope", "scores:read", "--expires", "2027-01-31")
    run("key", "create", "crm")
    sent = [call[3].get("expires_at", "never") for call in earshot.calls]
    assert sent == ["2027-02-19T12:00:00.000Z", "2027-01-31", "never"]
    assert "2027-01-31" in run("key", "list").stdout


def test_making_a_key_is_not_repeated_after_a_failure(earshot: FakeEarshot, run: Run) -> None:
    earshot.replies = [(500, {})]
    assert run("key", "create", "crm").exit_code == 1
    assert len(earshot.calls) == 1


def test_keys_are_listed_and_revoked(earshot: FakeEarshot, run: Run) -> None:
    run("key", "create", "crm", "--scope", "scores:read")
    listed = run("key", "list").stdout
    assert all(word in listed for word in ("k1", "crm", "scores:read", "2026-11-21", "never"))
    earshot.keys["k1"]["last_used_on"] = "2026-11-29"
    used = run("key", "list").stdout
    assert ("2026-11-29" in used, "never" in used) == (True, False)
    assert run("key", "revoke", "k1").stdout == "Key k1 is revoked.\n"
    again = run("key", "revoke", "k1")
    assert (again.exit_code, again.stderr) == (1, "There is no key k1: `earshot key list` shows them.\n")


@pytest.mark.parametrize("around", ["{}", " {}\n", "EARSHOT_API_KEY='{}'", "Bearer {}"])
def test_of_a_whole_key_that_is_pasted_to_be_revoked_only_the_id_is_sent(
    earshot: FakeEarshot, run: Run, around: str
) -> None:
    secret = "c0ffee" * 8
    earshot.keys["0f1e2d3c4b5a"] = {"id": "0f1e2d3c4b5a"}
    done = run("key", "revoke", around.format(f"earshot_0f1e2d3c4b5a_{secret}"))

    assert (done.exit_code, done.stdout) == (0, "Key 0f1e2d3c4b5a is revoked.\n")
    assert secret not in str(earshot.calls)


@pytest.fixture
def lambda_endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """An endpoint that plays AWS Lambda: replies with what the test puts in, keeps what it was sent."""
    exchange: dict[str, Any] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            exchange["path"] = self.path
            exchange["sent"] = json.loads(self.rfile.read(int(self.headers["content-length"])))
            content = json.dumps(exchange["answer"]).encode()
            self.send_response(exchange.get("status", 200))
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 the base class names it so
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    monkeypatch.setenv("AWS_ENDPOINT_URL_LAMBDA", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    yield exchange
    server.shutdown()
    server.server_close()


FIRST = ("key", "create", "me", "--function", "earshot-keys", "--region", "eu-central-1")


def test_the_first_key_of_a_stack_is_made_by_its_function_and_needs_no_url(
    run: Run, lambda_endpoint: dict[str, Any]
) -> None:
    lambda_endpoint["answer"] = {
        "id": "k1",
        "name": "me",
        "scopes": SCOPES,
        "created_at": "…",
        "key": "ek_first",
    }
    result = run(*FIRST, connected=False)
    assert (result.exit_code, result.stdout) == (0, "ek_first\n")
    assert lambda_endpoint["path"] == "/2015-03-31/functions/earshot-keys/invocations"
    assert lambda_endpoint["sent"] == {"name": "me", "scopes": list(SCOPES)}


@pytest.mark.parametrize(
    ("status", "reply", "expected"),
    [
        (200, {"errorMessage": "scope x is not known"}, "earshot-keys created no key: scope x is not known."),
        (200, ["?"], "is it the stack's output KeysFunction?"),
        (404, {"Type": "User", "Message": "Function not found"}, "AWS refused to invoke earshot-keys: "),
    ],
)
def test_a_function_that_makes_no_key_is_reported_in_one_sentence(
    run: Run, lambda_endpoint: dict[str, Any], status: int, reply: Any, expected: str
) -> None:
    lambda_endpoint |= {"status": status, "answer": reply}
    result = run(*FIRST, connected=False)
    assert (result.exit_code, result.stdout, expected in result.stderr) == (1, "", True)


def test_an_aws_profile_that_does_not_exist_is_reported_in_one_sentence(run: Run) -> None:
    result = run(*FIRST, "--profile", "no-such-profile", connected=False)
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "no-such-profile" in result.stderr


def test_a_survey_is_created_shown_listed_and_closed(earshot: FakeEarshot, run: Run) -> None:
    created = run("survey", "create", "demo", "--name", "Demo", "--timezone", "Europe/Berlin", "--segment", "cabin")
    assert created.exit_code == 0, created.output
    assert earshot.calls[-1][3] == {"name": "Demo", "timezone": "Europe/Berlin", "segments": ["cabin"]}
    assert "cabin: 0 values" in run("survey", "show", "demo").stdout
    assert "Europe/Berlin" in run("survey", "list").stdout
    earshot.funnel = {"waves": [{"waiting": 2}, {"waiting": 1}]}
    earshot.campaigns = [{"id": "spring", "state": "running"}, {"id": "winter", "state": "finished"}]
    closed = run("survey", "close", "demo", typed="y\n")
    assert "permanently cancels: 3 mails not sent yet, the running campaign spring. Close it?" in closed.stderr
    assert "`earshot survey reopen demo` takes responses again." in closed.stdout
    assert json.loads(run("survey", "show", "demo", "--json").stdout)["state"] == "closed"


def test_alert_settings_are_set_and_shown(earshot: FakeEarshot, run: Run) -> None:
    earshot.add_survey()
    target = ("--target", "50", "--baseline", "30", "--target-window", "90d")
    shown = run("survey", "set", "demo", *target, "--bands", "agency")
    wanted = {"target": {"score": 50, "baseline": 30, "window": "90d"}, "bands": "agency"}
    assert earshot.calls[-1][3] == wanted
    assert "50, from 30, over 90d" in shown.stdout
    run("survey", "set", "demo", "--alert-level", "0.01", "--no-target", "--bands", "none")
    assert earshot.calls[-1][3] == {"target": None, "alerts": {"level": 0.01}, "bands": None}
    for typed, sent in (("730", 730), ("0", None)):
        run("survey", "set", "demo", "--retention-days", typed)
        assert earshot.calls[-1][3] == {"retention_days": sent}


def test_who_owns_cases_is_set_by_option_and_shown(earshot: FakeEarshot, run: Run) -> None:
    targets = {"high": {"contact_hours": 8, "close_hours": 40}, "normal": {"contact_hours": 24, "close_hours": 1200}}
    cases = {"owner": "ann", "owner_property": None, "role": "frontline", "calendar": None, "targets": targets}
    earshot.add_survey(cases=cases)
    owners = ("--case-owner", "none", "--owner-property", "manager", "--case-role", "analyst", "--calendar", "berlin")
    run("survey", "set", "demo", *owners)
    given = {"owner": None, "owner_property": "manager", "role": "analyst", "calendar": "berlin"}
    assert earshot.calls[-1][3] == {"cases": given}
    run("survey", "set", "demo", "--contact-hours", "4", "--high-contact-hours", "2", "--high-close-hours", "9")
    hours = {"normal": {"contact_hours": 4}, "high": {"contact_hours": 2, "close_hours": 9}}
    assert earshot.calls[-1][3] == {"cases": {"targets": hours}}
    earshot.add_survey(cases=cases)
    text = " ".join(run("survey", "show", "demo").stdout.split())
    assert "cases.role frontline cases.owner ann" in text
    assert "cases.targets.normal contact within 24 h, closed within 1,200 h" in text


def test_a_card_describes_alerts_target_and_bands_in_words(earshot: FakeEarshot, run: Run) -> None:
    earshot.add_survey(
        alerts={"window": "28d", "level": 0.05, "minimum": 30},
        target={"score": -5, "baseline": None, "window": "30d"},
        bands=[{"from": -100, "label": "cold"}, {"from": 20, "label": "warm"}],
    )
    text = " ".join(run("survey", "show", "demo").stdout.split())
    assert "28d against the 28d before, 30 responses each; a false alert in at most 5.0% of years" in text
    assert "target -5, over 30d; reported as reached with at least 30 responses" in text
    assert "cold from -100, warm from 20" in text


def test_the_card_states_how_many_responses_it_takes_to_reach_a_target(earshot: FakeEarshot, run: Run) -> None:
    earshot.add_survey(target={"score": 100, "baseline": None, "window": "30d"})
    text = " ".join(run("survey", "show", "demo").stdout.split())
    assert "100, over 30d; it is never reported as reached, since no number of responses can prove 100" in text
    earshot.add_survey(target={"score": 99, "baseline": 90, "window": "30d"})
    text = " ".join(run("survey", "show", "demo").stdout.split())
    assert "99, from 90, over 30d; reported as reached with at least 713 responses" in text


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ((), "Nothing to set"),
        (("--baseline", "3"), "--baseline and --target-window need --target"),
        (("--no-target", "--target", "5"), "--no-target cannot be combined with other target options"),
    ],
)
def test_a_setting_that_makes_no_sense_changes_nothing(
    earshot: FakeEarshot, run: Run, typed: tuple[str, ...], expected: str
) -> None:
    earshot.add_survey()
    result = run("survey", "set", "demo", *typed)
    assert (result.exit_code, expected in result.stderr) == (1, True)
    assert earshot.calls == []


def test_creating_a_survey_that_exists_leaves_it_as_it_is(earshot: FakeEarshot, run: Run) -> None:
    earshot.add_survey(segments=["cabin"])
    result = run("survey", "create", "demo")
    assert (result.exit_code, "There already is a survey demo" in result.stderr) == (1, True)
    assert earshot.surveys["demo"]["segments"] == ["cabin"]


@pytest.mark.parametrize("word", ["close", "archive", "delete"])
def test_a_survey_stays_as_it_is_unless_the_reply_is_yes(earshot: FakeEarshot, run: Run, word: str) -> None:
    earshot.add_survey()
    earshot.funnel = {"waves": []}
    refused = run("survey", word, "demo", typed="n\n")
    assert (refused.exit_code, refused.stderr.endswith("Nothing was changed.\n")) == (1, True)
    refused = run("survey", word, "demo")
    assert (refused.exit_code, f"add --yes to {word} it" in refused.stderr) == (2, True)
    assert {call[0] for call in earshot.calls} <= {"GET"}


def test_a_survey_is_archived_reopened_and_deleted(earshot: FakeEarshot, run: Run) -> None:
    earshot.add_survey()
    assert run("survey", "archive", "demo", "--yes").exit_code == 0
    assert earshot.calls[-1][3] == {"state": "archived"}
    assert "stay cancelled" in run("survey", "reopen", "demo").stdout
    assert earshot.calls[-1][3] == {"state": "open"}
    run("survey", "list", "--archived")
    assert earshot.calls[-1][2] == {"archived": "true"}
    earshot.replies = [(204, {})]
    assert run("survey", "delete", "demo", "--yes").stdout == "Survey demo is deleted.\n"
    assert earshot.calls[-1][:2] == ("DELETE", "/v1/surveys/demo")


def test_any_setting_is_edited_by_its_path(earshot: FakeEarshot, run: Run, tmp_path: Path) -> None:
    earshot.add_survey()
    changes = (
        "question=Would you?",
        "rules.quiet_days=60",
        "brand.color=#1d4ed8",
        'widget.urls=["/a*"]',
        "target=null",
    )
    shown = run("survey", "edit", "demo", *changes)
    assert shown.exit_code == 0, shown.output
    wanted = {
        "question": "Would you?",
        "rules": {"quiet_days": 60},
        "brand": {"color": "#1d4ed8"},
        "widget": {"urls": ["/a*"]},
        "target": None,
    }
    assert earshot.calls[-1][0::3] == ("PATCH", wanted)
    assert "rules.quiet_days" in shown.stdout
    (tmp_path / "settings.json").write_text('{"name": "Shop", "rules": {"sample": 0.5}}')
    run("survey", "edit", "demo", "rules.quiet_days=7", "--file", "settings.json")
    assert earshot.calls[-1][3] == {"name": "Shop", "rules": {"sample": 0.5, "quiet_days": 7}}


@pytest.mark.parametrize(
    ("change", "sent"),
    [
        ("name=2024", {"name": "2024"}),
        ("name=007", {"name": "007"}),
        ("name=1e3", {"name": "1e3"}),
        ("name=true", {"name": "true"}),
        ("question=10", {"question": "10"}),
        ("brand.name=2024", {"brand": {"name": "2024"}}),
        ('name="2024"', {"name": "2024"}),
        ("rules.quiet_days=60", {"rules": {"quiet_days": 60}}),
        ("rules.quiet_days=0.5", {"rules": {"quiet_days": 0.5}}),
        ("widget.partials=false", {"widget": {"partials": False}}),
        ("brand=null", {"brand": None}),
        ("name=null", {"name": None}),
    ],
)
def test_what_looks_like_a_number_is_text_where_a_setting_takes_only_text(
    earshot: FakeEarshot, run: Run, change: str, sent: dict[str, object]
) -> None:
    earshot.add_survey()
    earshot.replies = [(200, earshot.surveys["demo"])]
    result = run("survey", "edit", "demo", change)
    assert (result.exit_code, earshot.calls[-1][3]) == (0, sent), result.output


@pytest.mark.parametrize("change", [(), ("name",), ("=x",), ("rules..x=1",), ("rules=1", "rules.quiet_days=2")])
def test_what_is_no_setting_is_refused_before_anything_is_sent(
    earshot: FakeEarshot, run: Run, change: tuple[str, ...]
) -> None:
    assert run("survey", "edit", "demo", *change).exit_code == 2
    assert earshot.calls == []


@pytest.mark.parametrize(("state", "what"), [("closed", "close"), ("archived", "archive")])
def test_an_edit_that_cancels_what_waits_asks_first(earshot: FakeEarshot, run: Run, state: str, what: str) -> None:
    earshot.add_survey()
    earshot.funnel = {"waves": [{"waiting": 2}]}
    refused = run("survey", "edit", "demo", f"state={state}", "name=Other", typed="n\n")
    assert (refused.exit_code, "permanently cancels: 2 mails not sent yet" in refused.stderr) == (1, True)
    assert f"add --yes to {what} it" in run("survey", "edit", "demo", f"state={state}").stderr
    assert {call[0] for call in earshot.calls} == {"GET"}
    assert run("survey", "edit", "demo", f"state={state}", "--yes").exit_code == 0
    assert earshot.calls[-1][3] == {"state": state}
    assert run("survey", "edit", "demo", "state=open").exit_code == 0


def test_a_survey_that_cannot_be_deleted_is_reported_as_archived(earshot: FakeEarshot, run: Run) -> None:
    earshot.replies = [problem(409, "the survey 'demo' has responses")]
    refused = run("survey", "delete", "demo", "--yes")
    assert (refused.exit_code, "`earshot survey archive demo`" in refused.stderr) == (1, True)


SECRET = {"survey": "demo", "secret": "0f1e", "generation": 3, "former_good_until": None}


def test_an_identity_secret_is_printed_alone_on_stdout(earshot: FakeEarshot, run: Run) -> None:
    earshot.replies = [(200, SECRET)]
    result = run("survey", "identity-secret", "demo")
    assert (result.exit_code, result.stdout) == (0, "0f1e\n")
    assert "Generation 3." in result.stderr


def test_an_identity_secret_is_turned_from_the_generation_that_is_current(earshot: FakeEarshot, run: Run) -> None:
    until = "2026-11-28T12:00:00.000Z"
    earshot.replies = [(200, SECRET), (200, SECRET | {"secret": "2d3c", "generation": 4, "former_good_until": until})]
    result = run("survey", "identity-secret", "demo", "--turn", "--yes")
    assert (result.exit_code, result.stdout) == (0, "2d3c\n")
    assert f"Generation 4; the former one is valid until {until}." in result.stderr
    assert earshot.calls[-1][3] == {"generation": 3, "former_good_for_hours": 168}


def test_nothing_is_turned_without_a_yes(earshot: FakeEarshot, run: Run) -> None:
    earshot.replies = [(200, SECRET)]
    refused = run("survey", "identity-secret", "demo", "--turn", "--former-hours", "0", typed="n\n")
    assert (refused.exit_code, "ends now" in refused.stderr) == (1, True)
    assert [call[0] for call in earshot.calls] == ["GET"]
    assert run("survey", "identity-secret", "demo", "--former-hours", "0").exit_code == 2
