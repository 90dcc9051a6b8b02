"""The price is that of the template, of what its functions do, and of nothing else."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from benchmarks.price.__main__ import main
from benchmarks.price.bill import MILLION, Bill, total
from benchmarks.price.price_list import PriceList, read_price_list
from benchmarks.price.stack_in_process import UnknownTargetError, in_process
from benchmarks.price.template import TEMPLATE, TemplateError, translated
from benchmarks.price.uses import period
from benchmarks.price.work import Work, read_work
from tests.factories import NOON
from tests.integration.template.stack import ROOT

FIRST = "d52ad8e"
WRITTEN = ROOT / "benchmarks/price/d52ad8e.toml"
# What the first model of the costs gave for that commit.
REPRODUCED = {"response": 11.61, "response_alone": 21.28, "page_view": 3.63}


@pytest.fixture(scope="module")
def first_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    shown = subprocess.run(["git", "show", f"{FIRST}:template.yaml"], cwd=ROOT, capture_output=True, check=False)
    if shown.returncode:
        pytest.skip("the history of this repository is not here")
    path = tmp_path_factory.mktemp("first") / "template.yaml"
    path.write_bytes(shown.stdout)
    return path


def test_the_price_of_the_first_template_is_reproduced(first_template: Path, listed: PriceList) -> None:
    work = read_work(WRITTEN)
    for stage in ("prod", "dev"):
        bill = Bill(translated(first_template, Stage=stage), listed)
        assert round(total(bill.idle(work["idle"])), 2) == 13.04
        found = {name: round(total(bill.of_work(work[name] * MILLION)), 2) for name in REPRODUCED}
        assert found == REPRODUCED


def test_a_response_causes_what_the_recorders_bench_measures(uses: Mapping[str, Work]) -> None:
    """Ten together write 2.2 units each (benchmarks/README.md), their count for the caps, and a tenth of a score.

    A fifth are detractors: their alert with the case that it opens, a transaction over five items and checks of the
    person and the response, the case's next step in the index, and the delivery as it begins and as it ends.
    """
    together, alone, alerts = uses["response"], uses["response_alone"], 0.2 * (2 * 7 + 1 + 2)

    assert together.cap_writes == alone.cap_writes == pytest.approx(1)
    assert together.writes == pytest.approx(2.2 + 1 + 0.1 + alerts)
    assert alone.writes == pytest.approx(4 + 1 + 1 + alerts)
    assert (together.requests, together.runs["submit_response"], together.runs["sync_crm"]) == pytest.approx(
        (1, 1, 0.2)
    )
    assert together.runs["record_responses"] == together.runs["recompute_scores"] == pytest.approx(0.1)


def test_a_mail_writes_at_least_what_the_bench_of_mails_measures(uses: Mapping[str, Work]) -> None:
    """A first mail is 8 units and a reminder 4; the funnel and SES's reports come on top."""
    least = (5 * 8 + 3.5 * 4) / 8.5

    assert least < uses["mail"].writes < uses["mail_alone"].writes < 5 * least
    assert uses["mail"].mails == uses["mail_alone"].mails == pytest.approx(1)
    assert uses["mail_alone"].runs["receive_feedback"] == pytest.approx(1.5)
    assert uses["mail_alone"].runs["send_emails"] == pytest.approx(1)


def test_an_idle_month_is_what_the_schedules_cause(prod: Bill, uses: Mapping[str, Work]) -> None:
    schedules = prod.stack.of_type("AWS::Scheduler::Schedule")
    minutes = 30 * 24 * 60

    assert uses["idle"].scheduled == sum(minutes / period(each["ScheduleExpression"]) for each in schedules.values())
    assert uses["idle"].requests == uses["idle"].mails == 0
    assert uses["idle"].metrics == frozenset()


def test_pollers_are_counted_as_aws_documents_them(prod: Bill, uses: Mapping[str, Work]) -> None:
    queues = [each for each in prod.stack.mappings.values() if "MaximumConcurrency" in each.get("ScalingConfig", {})]
    (line,) = (line for line in prod.idle(uses["idle"]) if line.what == "SQS, polling")

    assert line.dollars >= len(queues) * 5 * 3 * 30 * 24 * 60 * 0.40e-6


def test_a_month_that_is_used_pays_each_own_metric_once(prod: Bill, uses: Mapping[str, Work]) -> None:
    lines = prod.used(uses["idle"], [uses["response"], uses["response_alone"], uses["mail"]])
    names = {"ResponsesAccepted", "ResponsesRecorded", "EventsPublished", "ScoresRecomputed", "MailsSent"}

    assert total(lines) >= 0.30 * len(names)
    assert [line.dollars for line in lines if line.what == "metrics made of log lines"] == [pytest.approx(0.60)]
    assert all(name in lines[0].how for name in names)


def test_lambdas_own_lines_are_charged_where_the_template_has_them_written(listed: PriceList, prod: Bill) -> None:
    work = Work(runs={"submit_response": 1})
    function = prod.stack.functions["submit_response"]
    assert function["LoggingConfig"]["SystemLogLevel"] == "WARN"
    before = total(prod.of_work(work))
    loud = {**function, "LoggingConfig": {**function["LoggingConfig"], "SystemLogLevel": "INFO"}}
    resources = {
        **prod.stack.resources,
        "SubmitResponseFunction": {"Type": "AWS::Lambda::Function", "Properties": loud},
    }
    louder = Bill(type(prod.stack)(resources), listed)

    assert total(louder.of_work(work)) - before == pytest.approx(800 * 0.50e-9)


def test_a_warm_table_is_charged_once_for_what_is_above_a_new_one(listed: PriceList, prod: Bill) -> None:
    assert prod.once() == []
    warm = Bill(translated(Stage="prod", WarmWrites="10000", WarmReads="20000"), listed)
    assert {line.what: line.dollars for line in warm.once()} == {
        "DynamoDB, warm writes": pytest.approx(6_000 * 0.00065),
        "DynamoDB, warm reads": pytest.approx(8_000 * 0.00013),
    }
    assert total(warm.idle(Work())) == total(prod.idle(Work()))


def test_the_command_shows_what_is_charged_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--work", str(WRITTEN), "--parameter", "WarmWrites=10000"]) == 0
    shown = capsys.readouterr().out
    assert "Charged once" in shown
    assert "$3.90" in shown
    assert "warm reads" not in shown


def test_a_target_that_the_model_cannot_follow_is_an_error(listed: PriceList) -> None:
    stack = translated(Stage="prod")
    schedule = json.loads(json.dumps(stack.resources["HourlySchedule"], default=str))
    schedule["Properties"]["Target"]["Arn"] = {"Fn::GetAtt": ["Bus", "Arn"]}
    strange = type(stack)({**stack.resources, "HourlySchedule": schedule})

    with in_process(strange, listed, NOON) as made, pytest.raises(UnknownTargetError, match="Bus is no queue"):
        made.schedule("HourlySchedule")


def test_a_schedule_that_is_not_a_rate_is_an_error() -> None:
    assert period("rate(5 minutes)") == 5
    assert period("rate(1 day)") == 1440
    with pytest.raises(TemplateError, match="cron"):
        period("cron(0 12 * * ? *)")


def test_the_command_prints_a_month_for_a_person_to_read(
    first_template: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--template", str(first_template), "--work", str(WRITTEN), "--responses", "1,000,000"]

    assert main(arguments) == 0
    shown = capsys.readouterr().out
    for text in ("$13.04", "$11.61", "$21.28", "68 alarms", "December 2026", "1,000,000"):
        assert text in shown
    assert max(map(len, shown.splitlines())) <= 130


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--template", "nowhere.yaml"], "nowhere.yaml cannot be read"),
        (["--template", "README.md"], "README.md is no template; it is not YAML"),
        (["--template", "."], ". cannot be read"),
        (["--parameter", "NoSuch=1"], "has no parameter NoSuch"),
        (["--parameter", "HighVolume=maybe"], "it may be true, false"),
        (["--work", "nowhere.toml"], "nowhere.toml"),
        (["--work", "README.md"], "README.md"),
    ],
)
def test_bad_input_is_refused_with_the_reason(
    arguments: list[str], reason: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)

    assert main(arguments) == 1
    assert reason in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--responses", "-1"], "-1 is no whole number"),
        (["--mails", "many"], "many is no whole number"),
        (["--page-views", "1e6"], "1e6 is no whole number"),
        (["--responses", "²"], "is no whole number"),
        (["--parameter", "HighVolume"], "is not NAME=VALUE"),
        (["--parameter", "Stage=dev"], "--stage chooses"),
        (["--stage", "test"], "invalid choice"),
    ],
)
def test_bad_options_are_refused_with_the_reason(
    arguments: list[str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(arguments)

    assert reason in capsys.readouterr().err


def test_work_that_has_an_unknown_name_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "work.toml"
    path.write_text("[idle]\nruns = {}\nsecrets = 3\n", encoding="utf-8")

    with pytest.raises(ValueError, match="has secrets; known are"):
        read_work(path)


def test_the_list_and_the_template_are_those_of_the_tree() -> None:
    assert TEMPLATE == ROOT / "template.yaml"
    assert read_price_list().days == 30
