"""How findings are worded, and how the whole is reported."""

from io import StringIO

import pytest
from rich.console import Console

from earshot_cli.commands.doctor import exit_code
from earshot_cli.ops.doctor.results import CheckResult, Finding
from earshot_cli.phrases import counted, listed, span
from earshot_cli.rendering.checklist import checklist, verdict

PASSED = CheckResult("Table", "ACTIVE")
FAILED = CheckResult("Queues", "2 queues", [Finding("DeliveryQueue", "it is full.", "Empty it.", "queue-age")])
UNCHECKED = CheckResult("Mail", "", unchecked="These credentials may not do that.")


@pytest.mark.parametrize(
    ("results", "code", "sentence"),
    [
        ([PASSED], 0, "All is well."),
        ([PASSED, FAILED], 1, "1 problem found."),
        ([PASSED, UNCHECKED], 2, "No problems found; could not check Mail."),
        ([FAILED, UNCHECKED], 1, "1 problem found; could not check Mail."),
    ],
)
def test_the_exit_code_and_the_verdict_agree(results: list[CheckResult], code: int, sentence: str) -> None:
    assert exit_code(results) == code
    assert verdict(results)[0] == sentence


@pytest.mark.parametrize("ascii_only", [True, False])
def test_the_checklist_shows_each_check_and_each_fault_with_what_to_do(ascii_only: bool) -> None:
    console = Console(width=80, record=True, file=StringIO())
    console.print(checklist([PASSED, FAILED, UNCHECKED], ascii_only))
    drawn = console.export_text()

    assert "Table   ACTIVE" in drawn
    assert "DeliveryQueue: it is full." in drawn
    assert ("->" if ascii_only else "→") + " Empty it. (docs/runbooks/queue-age.md)" in drawn
    assert "These credentials may not do that." in drawn
    assert drawn.isascii() is ascii_only


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (1, "1 second"),
        (59, "59 seconds"),
        (60, "1 minute"),
        (3599, "60 minutes"),
        (7200, "2 hours"),
        (172_800, "2 days"),
    ],
)
def test_a_span_is_written_in_the_unit_that_fits_best(seconds: int, words: str) -> None:
    assert span(seconds) == words


def test_words_follow_their_numbers() -> None:
    assert (counted(1, "queue"), counted(2, "queue"), counted(1_000, "is", "are")) == (
        "1 queue",
        "2 queues",
        "1,000 are",
    )
    assert (listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])) == ("a", "a and b", "a, b and c")
