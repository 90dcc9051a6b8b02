"""Which Earshot is meant, and what is printed when it does not reply as hoped."""

import json
import re
import socket
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from earshot_cli.connection import where
from tests.unit.cli.conftest import Run
from tests.unit.cli.fake_earshot import KEY, FakeEarshot, problem


def test_without_a_url_and_a_key_the_command_explains_what_to_set_and_exits_2(run: Run) -> None:
    result = run("survey", "list", connected=False)
    assert result.exit_code == 2
    assert "Set EARSHOT_URL and EARSHOT_API_KEY (or pass --url and --api-key)" in result.stderr


def test_the_local_engine_of_this_directory_is_used(earshot: FakeEarshot, run: Run) -> None:
    Path(".local").mkdir()
    Path(".local", "earshot.json").write_text(json.dumps({"url": earshot.url, "api_key": KEY}))
    result = run("survey", "list", "--json", connected=False)
    assert json.loads(result.stdout) == {"surveys": []}
    assert result.stderr == ""


def test_the_local_key_is_never_sent_to_another_server(earshot: FakeEarshot, run: Run) -> None:
    Path(".local").mkdir()
    Path(".local", "earshot.json").write_text(json.dumps({"url": "http://127.0.0.1:1", "api_key": KEY}))
    result = run("survey", "list", "--url", earshot.url, connected=False)
    assert (result.exit_code, earshot.calls) == (2, [])
    assert f"No API key for {earshot.url}" in result.stderr


@pytest.mark.parametrize("content", ["", "[]", '{"url": "http://127.0.0.1:1"}'])
def test_a_broken_local_file_is_reported(run: Run, content: str) -> None:
    Path(".local").mkdir()
    Path(".local", "earshot.json").write_text(content)
    result = run("survey", "list", connected=False)
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)


@pytest.mark.parametrize("url", ["example.org", "ftp://example.org", "http://", "https://", "http://["])
def test_a_url_that_is_none_is_a_usage_error(run: Run, url: str) -> None:
    result = run("survey", "list", "--url", url)
    assert (result.exit_code, "is not a URL" in result.stderr) == (2, True)


@pytest.mark.parametrize(
    "url", ["http://earshot.example.com", "http://localhost.example.com", "http://10.0.0.7:8080", "http://u@x.example"]
)
def test_no_key_leaves_this_machine_unencrypted(run: Run, url: str) -> None:
    result = run("survey", "list", "--url", url)
    assert (result.exit_code, "would carry the API key unencrypted" in result.stderr) == (2, True)


@pytest.mark.parametrize("url", ["https://earshot.example.com", "http://localhost:8080", "http://[::1]:8080"])
def test_this_machine_and_https_get_the_key(url: str) -> None:
    assert where(url, KEY) == (url, KEY)


def test_a_key_that_cannot_be_one_is_a_usage_error(run: Run) -> None:
    result = run("survey", "list", "--api-key", "ek_…")
    assert (result.exit_code, "was it copied completely?" in result.stderr) == (2, True)


def test_a_url_without_a_server_is_reported_in_one_sentence(run: Run) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        result = run("survey", "list", "--url", url)
    assert result.exit_code == 1
    assert result.stderr == f"No reply from {url}: is `make run` running, and is EARSHOT_URL right?\n"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (401, "check EARSHOT_API_KEY or --api-key"),
        (403, "use a key with that scope"),
        (404, "Because (404 from"),
        (409, "Because (409 from"),
        (413, "send less at once"),
        (429, "wait a little"),
        (503, "wait a little"),
    ],
)
def test_each_refusal_is_one_sentence_with_what_to_do(
    earshot: FakeEarshot, run: Run, status: int, expected: str
) -> None:
    earshot.replies = [problem(status, "Because.")] * 10
    result = run("survey", "list")
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert expected in result.stderr


def test_a_request_that_is_not_valid_is_one_sentence_for_each_fault(earshot: FakeEarshot, run: Run) -> None:
    faults = [{"field": "window", "reason": "5x is no window"}, {"field": "as_of", "reason": "x is no date"}]
    earshot.replies = [problem(400, "Invalid request", faults)]
    result = run("nps", "demo", "--window", "5x", "--as-of", "x")
    assert (result.exit_code, result.stderr) == (2, "--window: 5x is no window\n--as-of: x is no date\n")


@pytest.mark.parametrize("url", ["http://earshot.example.com", "http://127.0.0.1.example.com", "http://x@10.0.0.1"])
def test_a_key_is_not_sent_unencrypted_to_another_machine(run: Run, url: str) -> None:
    result = run("survey", "list", "--url", url, "--api-key", KEY, connected=False)
    assert (result.exit_code, "use https://" in result.stderr) == (2, True)


def test_a_fault_of_what_no_option_gave_keeps_its_path(earshot: FakeEarshot, run: Run) -> None:
    earshot.replies = [problem(400, "Invalid request", [{"field": "rules.quiet_days", "reason": "it is odd"}])]
    result = run("survey", "list")
    assert (result.exit_code, result.stderr) == (2, "rules.quiet_days: it is odd\n")


@pytest.mark.parametrize(("typed", "sent"), [("30", "30d"), ("4w", "28d"), ("7d", "7d"), ("month", "month")])
def test_a_window_may_be_typed_in_days_or_weeks(earshot: FakeEarshot, run: Run, typed: str, sent: str) -> None:
    run("nps", "demo", "--window", typed)
    assert earshot.calls[-1][2]["window"] == sent


def test_the_version_is_printed(run: Run) -> None:
    assert run("--version", connected=False).stdout == f"earshot {version('earshot')}\n"


def test_a_reply_that_is_not_earshots_is_reported(earshot: FakeEarshot, run: Run) -> None:
    earshot.replies = [(418, {"tea": True})]
    assert "replied 418 without a reason" in run("survey", "list").stderr


def test_a_refusal_of_api_gateway_itself_is_reported_in_its_words(earshot: FakeEarshot, run: Run) -> None:
    earshot.replies = [(431, {"message": "Request Header Fields Too Large"}), (413, {"message": "Too Large"})]
    for reported in ("Request Header Fields Too Large (431 from", "Too Large (413 from"):
        result = run("survey", "list")
        assert (result.exit_code, result.stderr.startswith(reported)) == (1, True), result.stderr


def test_not_found_by_another_api_is_no_reason(earshot: FakeEarshot, run: Run) -> None:
    earshot.replies = [(404, {"message": "Not Found"})]
    assert "replied 404 without a reason" in run("survey", "list").stderr


def test_a_wrong_key_is_reported_and_tried_only_once(earshot: FakeEarshot, run: Run) -> None:
    result = run("survey", "list", "--api-key", "wrong")
    assert (result.exit_code, len(earshot.calls)) == (1, 1)
    assert "No such key (401 from" in result.stderr


@pytest.mark.parametrize("words", [(), ("import",), ("nps",), ("audit",), ("key", "create"), ("survey", "create")])
def test_every_help_text_fits_80_columns_and_teaches(run: Run, words: tuple[str, ...]) -> None:
    result = run(*words, "--help")
    assert result.exit_code == 0
    text = re.sub(r"\x1b\[[0-9;]*m", "", result.output)  # some CI systems make typer color its help
    assert max(len(line) for line in text.splitlines()) <= 80
    assert "earshot" in text


def test_starting_the_command_does_not_import_boto3() -> None:
    code = "import sys, earshot_cli.main; sys.exit('boto3' in sys.modules or 'botocore' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("words", [("audit",), ("nps",), ("people", "show"), ("people", "allow"), ("survey", "show")])
@pytest.mark.parametrize("typed", ["", " ", ".", ".."])
def test_an_id_that_would_lead_to_another_path_is_refused_before_anything_is_sent(
    earshot: FakeEarshot, run: Run, words: tuple[str, ...], typed: str
) -> None:
    done = run(*words, typed)
    assert (done.exit_code, done.stdout, earshot.calls) == (2, "", [])
    of = "person" if words[0] == "people" else "survey"
    assert f"{json.dumps(typed)} is no {of}'s id." in done.stderr


@pytest.mark.parametrize(
    "words",
    [("response", "show", "demo"), ("response", "erase", "--yes", "demo"), ("campaign", "stop", "--yes", "demo"),
     ("campaign", "show", "demo"), ("import", "show", "--survey", "demo"), ("key", "revoke")],
)  # fmt: skip
@pytest.mark.parametrize("typed", ["a?b", "a%b", "a+b", "a#b", "a/b", "..", "", "ä"])
def test_an_id_that_a_path_may_change_is_never_sent(
    earshot: FakeEarshot, run: Run, words: tuple[str, ...], typed: str
) -> None:
    done = run(*words, typed)
    assert (done.exit_code, done.stdout, earshot.calls) == (2, "", []), done.output
    assert re.search(r"is no (key's )?id\.", done.stderr)


@pytest.mark.parametrize("typed", ["a/b", "../keys", "a?b", "a%b", "a+b", "a#b", "demo "])
def test_no_survey_has_a_slash_in_its_id(earshot: FakeEarshot, run: Run, typed: str) -> None:
    done = run("audit", typed)
    assert (done.exit_code, earshot.calls, f'"{typed}" is no survey\'s id.' in done.stderr) == (2, [], True)


def test_ctrl_c_ends_every_command_in_a_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("earshot_cli.client.Client.call", stopped)
    done = run("nps", "demo")
    assert (done.exit_code, done.stdout, done.stderr) == (130, "", "Stopped before it was done.\n")


def test_a_field_that_only_has_the_name_of_a_connection_option_keeps_its_path(earshot: FakeEarshot, run: Run) -> None:
    fault = {"field": "widget.link.url", "reason": "it is not an https address"}
    earshot.replies.append(problem(400, "Invalid request", [fault]))
    output = run("survey", "edit", "demo", 'widget.link={"label":"x","url":"http://x"}').stderr
    assert output.strip() == "widget.link.url: it is not an https address"


def test_a_fault_of_one_entry_names_the_option_that_is_given_once_an_entry(earshot: FakeEarshot, run: Run) -> None:
    earshot.replies.append(problem(400, "Invalid request", [{"field": "scopes[1]", "reason": "it is none"}]))
    output = run("key", "create", "x", "--scope", "keys", "--scope", "foo").stderr
    assert output.strip() == "--scope: it is none"
