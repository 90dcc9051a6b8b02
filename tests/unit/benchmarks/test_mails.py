"""The rows of the bench of mails: what each write is for, what is promised, and SES called without a network."""

from typing import Any

import pytest

from benchmarks.errors import BenchError
from benchmarks.index_meter import Write
from benchmarks.mail_cost import Spent, inliner_row
from benchmarks.mail_cost import row_of as cost_row
from benchmarks.mail_units import row_of, stage_of
from benchmarks.metering import Call
from benchmarks.silent_ses import silent_ses

MIME = b"Subject: hello\r\n\r\nhello\r\n"


def update(partition: str, sort: str, state: str | None = None) -> Call:
    values = {"ExpressionAttributeValues": {":to": {"S": state}}} if state else {}
    return Call("UpdateItem", {"Key": {"pk": {"S": partition}, "sk": {"S": sort}}, **values}, {})


def transaction(*verbs: str) -> Call:
    key = {"pk": {"S": "P#ann"}, "sk": {"S": "I#1"}}
    actions: list[Any] = [{verb: {"Item" if verb == "Put" else "Key": key}} for verb in verbs]
    return Call("TransactWriteItems", {"TransactItems": actions}, {})


CLAIM, SENT = update("P#ann", "I#1", "claimed"), update("P#ann", "I#1", "sent")
DECISION = transaction("Put", "Update")
MAIL = [Write(DECISION, 4, 1), Write(CLAIM, 1, 1), Write(SENT, 1, 0)]


@pytest.mark.parametrize(
    ("call", "stage"),
    [
        (DECISION, "decision"),
        (transaction("Update", "Update"), "postponing"),
        (update("B#demo", "2026-11-24"), "budget"),
        (update("P#ann", "META"), "person"),
        (CLAIM, "claim"),
        (SENT, "sent"),
    ],
)
def test_each_write_has_its_purpose(call: Call, stage: str) -> None:
    assert stage_of(call) == stage


@pytest.mark.parametrize("call", [update("P#ann", "I#1", "declined"), update("C#demo#all", "2026-11-24")])
def test_a_write_that_is_no_part_of_a_mail_is_not_passed_over(call: Call) -> None:
    with pytest.raises(BenchError, match="no part of a mail"):
        stage_of(call)


def test_a_row_adds_the_index_to_the_table() -> None:
    row = row_of("at once", [MAIL, MAIL], 8)
    assert row.cells == ("at once", "0.0", "5.0", "0.0", "0.0", "2.0", "1.0", "2.0", "8.0")
    assert (row.target, row.met) == ("≤ 8", True)


def test_the_dearest_mail_must_keep_the_limit_and_not_the_mean() -> None:
    dear = [*MAIL, Write(update("B#demo", "2026-11-24"), 1, 0)]
    assert row_of("mixed", [MAIL, MAIL, MAIL, dear], 8).met is False
    assert row_of("mixed", [dear], None).met is None


@pytest.mark.parametrize(("making", "met"), [(50.0, True), (100.0, True), (101.0, False)])
def test_making_is_held_against_sending(making: float, met: bool) -> None:
    row = cost_row("en", 20_000, [Spent(20.0, 20.0, making, 100.0)] * 3)
    assert row.cells[:4] == ("en", "20,000", "20 µs", "20 µs")
    assert (row.cells[-1], row.met) == (f"{making / 100:.2f}", met)


def test_one_slow_round_does_not_decide() -> None:
    quick, slow = Spent(1.0, 1.0, 1.0, 2.0), Spent(1.0, 1.0, 9.0, 2.0)
    assert cost_row("en", 1, [quick, slow, quick]).cells[-1] == "0.50"


def test_an_inliner_is_found_by_its_package() -> None:
    assert inliner_row(["jinja2", "jinja2.runtime"]).met is True
    found = inliner_row(["jinja2", "premailer.merge_style", "lxml.etree"])
    assert (found.cells[-1], found.met) == ("lxml, premailer", False)


@pytest.fixture
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("ACCESS_KEY_ID", "test"), ("SECRET_ACCESS_KEY", "test"), ("DEFAULT_REGION", "us-east-1")):
        monkeypatch.setenv(f"AWS_{name}", value)


@pytest.mark.usefixtures("_credentials")
def test_the_real_mailer_signs_and_sends_to_nobody() -> None:
    with silent_ses() as (mailer, wire):
        assert mailer.send(MIME, "survey@example.com", "ann@example.com").startswith("0100019a")
        wire.check(1, MIME)
        assert wire.last is not None
        assert wire.last.url == "https://email.us-east-1.amazonaws.com/v2/email/outbound-emails"
        for requests, mime in ((2, MIME), (1, b"another")):
            with pytest.raises(BenchError):
                wire.check(requests, mime)
