"""The rows of the bench of mails: what each write is for, what is promised, and SES called without a network."""

from typing import Any

import pytest

from benchmarks.errors import BenchError
from benchmarks.funnel_units import dated
from benchmarks.funnel_units import row_of as funnel_row
from benchmarks.index_meter import Write
from benchmarks.mail_cost import Spent, inliner_row
from benchmarks.mail_cost import row_of as cost_row
from benchmarks.mail_units import row_of, stage_of
from benchmarks.metering import Call
from benchmarks.reminder_units import row_of as reminder_row
from benchmarks.reminder_units import units_of
from benchmarks.silent_ses import silent_ses

MIME = b"Subject: hello\r\n\r\nhello\r\n"


def update(partition: str, sort: str, state: str | None = None, *values: str) -> Call:
    found = {":to": {"S": state}} if state else {}
    found |= {f":{name}": {"S": "said"} for name in values}
    key = {"pk": {"S": partition}, "sk": {"S": sort}}
    return Call("UpdateItem", {"Key": key, "ExpressionAttributeValues": found}, {})


def transaction(*verbs: str) -> Call:
    key = {"pk": {"S": "P#ann"}, "sk": {"S": "I#1"}}
    actions: list[Any] = [{verb: {"Item" if verb == "Put" else "Key": key}} for verb in verbs]
    return Call("TransactWriteItems", {"TransactItems": actions}, {})


CLAIM, SENT = update("P#ann", "I#1", "claimed"), update("P#ann", "I#1", "sent", "message")
SENT_TO_REMIND = update("P#ann", "I#1", "scheduled", "message")
STOPPED = update("P#ann", "I#1", "sent", "reason")
PUT_OFF = update("P#ann", "I#1", None, "scheduled")
DECISION = transaction("Put", "Update")
MAIL = [Write(DECISION, 4, 1), Write(CLAIM, 1, 1), Write(SENT, 1, 0)]
NEXT = Write(SENT_TO_REMIND, 1, 1)


@pytest.mark.parametrize(
    ("call", "stage"),
    [
        (DECISION, "decision"),
        (transaction("Update", "Update"), "postponing"),
        (update("B#demo", "2026-11-24"), "budget"),
        (update("P#ann", "META"), "person"),
        (CLAIM, "claim"),
        (SENT, "sent"),
        (SENT_TO_REMIND, "sent"),
    ],
)
def test_each_write_has_its_purpose(call: Call, stage: str) -> None:
    assert stage_of(call) == stage


@pytest.mark.parametrize(
    "call",
    [
        update("P#ann", "I#1", "declined"),
        update("P#ann", "I#1", "scheduled"),
        update("C#demo#all", "2026-11-24"),
        STOPPED,
    ],
)
def test_a_write_that_is_no_part_of_a_mail_is_not_passed_over(call: Call) -> None:
    with pytest.raises(BenchError, match="no part of a mail"):
        stage_of(call)


def test_a_row_adds_the_index_to_the_table() -> None:
    row = row_of("at once", [MAIL, MAIL], 8)
    assert row.cells == ("at once", "0.0", "5.0", "0.0", "0.0", "2.0", "1.0", "2.0", "8.0", "0.0")
    assert (row.target, row.met) == ("≤ 8", True)


def test_a_mail_is_not_charged_what_puts_its_reminder_into_the_index() -> None:
    row = row_of("at once", [[*MAIL[:2], NEXT]], 8)
    assert row.cells == ("at once", "0.0", "5.0", "0.0", "0.0", "2.0", "1.0", "2.0", "8.0", "1.0")
    assert row.met is True


def test_a_reminder_is_charged_its_own_put_and_not_that_of_the_next() -> None:
    first = reminder_row("first", [[NEXT, Write(CLAIM, 1, 1), NEXT]], 4)
    last = reminder_row("last", [[NEXT, Write(CLAIM, 1, 1), Write(SENT, 1, 0)]], 4)
    assert first.cells == ("first", "1.0", "0.0", "0.0", "2.0", "1.0", "0.0", "2.0", "4.0", "1.0")
    assert last.cells == ("last", "1.0", "0.0", "0.0", "2.0", "1.0", "0.0", "2.0", "4.0", "0.0")
    assert (first.met, last.met) == (True, True)


def test_a_reminder_put_off_or_stopped_has_its_column() -> None:
    put_off = reminder_row("late", [[NEXT, Write(PUT_OFF, 1, 2), Write(CLAIM, 1, 1), Write(SENT, 1, 0)]], None)
    stopped = reminder_row("answered", [[NEXT, Write(STOPPED, 1, 1)]], None)
    assert put_off.cells == ("late", "1.0", "0.0", "3.0", "2.0", "1.0", "0.0", "4.0", "7.0", "0.0")
    assert stopped.cells == ("answered", "1.0", "0.0", "0.0", "0.0", "0.0", "2.0", "2.0", "3.0", "0.0")
    assert (put_off.met, stopped.met) == (None, None)


def test_the_dearest_reminder_must_keep_the_limit() -> None:
    cheap, dear = [NEXT, Write(CLAIM, 1, 1), NEXT], [NEXT, Write(CLAIM, 2, 1), NEXT]
    assert reminder_row("mixed", [cheap, cheap, dear], 4).met is False


def test_a_reminder_that_nothing_put_into_the_index_is_not_passed_over() -> None:
    with pytest.raises(BenchError, match="no reminder into the index"):
        units_of([Write(SENT, 1, 0), Write(CLAIM, 1, 1), Write(SENT, 1, 0)])


def test_counting_the_funnel_is_spread_over_its_records() -> None:
    assert funnel_row("hundreds", 200, [14.0, 16.0]).cells == ("hundreds", "200", "2", "30", "0.15", "1.1")


def test_records_are_redated_and_otherwise_left_as_they_are() -> None:
    records = [{"eventID": name, "dynamodb": {"Keys": {}, "ApproximateCreationDateTime": 0}} for name in "ab"]
    found = dated(records, 100, 60)
    assert [each["dynamodb"] for each in found] == [
        {"Keys": {}, "ApproximateCreationDateTime": 100},
        {"Keys": {}, "ApproximateCreationDateTime": 160},
    ]
    assert [each["eventID"] for each in found] == ["a", "b"]


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
