"""The lines that functions log: which function, which piece of work."""

import io
import json
from typing import Any

import pytest

from earshot.observability import (
    LONGEST_CORRELATION,
    MOST_CORRELATIONS,
    MOST_FRAMES,
    correlations,
    function_name,
    log_failure,
    logger,
)


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Any:
    """What was logged since, line by line."""
    stream = io.StringIO()
    monkeypatch.setattr(logger.registered_handler, "stream", stream)
    return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_json_with_its_function(lines: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "earshot-SubmitResponseFunction-1A2B")
    logger.info("request", correlation_id="JKJaXmPLvHcESHA=", status=202)

    (line,) = lines()
    # The name in the template: the whole one is that of the stream.
    assert line["function"] == "SubmitResponse"
    assert (line["level"], line["message"]) == ("INFO", "request")
    # Each byte of a line is billed: neither the package's name, the place in it nor the time, which CloudWatch has.
    assert not {"service", "location", "timestamp"} & line.keys()
    assert (line["correlation_id"], line["status"]) == ("JKJaXmPLvHcESHA=", 202)


def test_a_warning_has_its_time_and_its_place(lines: Any) -> None:
    logger.warning("refused", message_id="m-1")

    (line,) = lines()
    assert line["timestamp"].endswith("+00:00")
    assert line["location"].startswith("test_a_warning_has_its_time_and_its_place:")


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("my-nps-prod-CountFunnelFunction-Zq3xW0aB1cD2", "CountFunnel"),
        # CloudFormation cuts what would be longer than 64 characters.
        ("a-long-name-of-a-stack-ManageCampaignsFunc-Zq3xW0aB1cD2", "ManageCampaignsFunc"),
        ("of_no_stack", "of_no_stack"),
        ("", ""),
    ],
)
def test_a_function_goes_by_its_name_in_the_template(monkeypatch: pytest.MonkeyPatch, given: str, shown: str) -> None:
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", given)

    assert function_name() == shown


def test_one_record_is_one_line(lines: Any) -> None:
    try:
        correlations(None)  # type: ignore[arg-type]
    except TypeError:
        logger.exception("unforeseen", correlation_id="r-1")

    (line,) = lines()
    assert line["exception_name"] == "TypeError"
    assert line["correlation_id"] == "r-1"


def test_each_piece_of_work_is_named_once_and_what_has_no_id_not_at_all() -> None:
    assert correlations(["b", "", "a", "b"]) == ["b", "a"]


def test_a_line_never_grows_beyond_what_a_batch_can_be_about() -> None:
    assert len(correlations(str(number) for number in range(1000))) == MOST_CORRELATIONS
    assert correlations(["x" * LONGEST_CORRELATION, "x" * (LONGEST_CORRELATION + 1)]) == ["x" * LONGEST_CORRELATION]


def test_a_failure_is_logged_with_its_frames_and_causes_and_without_their_texts(lines: Any) -> None:
    known: dict[str, str] = {}

    def fail() -> str:
        try:
            return known["ann@example.com"]
        except KeyError as exc:
            raise RuntimeError("no mail to ann@example.com") from exc

    try:
        fail()
    except RuntimeError as exc:
        log_failure("not sent", exc, message_id="m-1")

    (line,) = lines()
    assert (line["level"], line["message"], line["reason"], line["message_id"]) == (
        "WARNING",
        "not sent",
        "RuntimeError",
        "m-1",
    )
    assert [frame.split(" in ")[-1] for frame in line["frames"]] == [
        "RuntimeError",
        "test_a_failure_is_logged_with_its_frames_and_causes_and_without_their_texts",
        "fail",
        "KeyError",
        "fail",
    ]
    assert "test_observability.py:" in line["frames"][1]
    assert "ann@example.com" not in json.dumps(line)


def test_an_endless_recursion_does_not_fill_the_log(lines: Any) -> None:
    def recurse() -> None:
        recurse()

    try:
        recurse()
    except RecursionError as exc:
        log_failure("not sent", exc)

    (line,) = lines()
    assert len(line["frames"]) == 1 + MOST_FRAMES
    assert line["frames"][-1].endswith("in recurse")
