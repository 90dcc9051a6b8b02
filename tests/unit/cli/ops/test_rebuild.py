"""A rebuild: whatever drifted equals a recount, and no increment of a concurrent writer is lost."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import typer

from earshot import bootstrap
from earshot.adapters.dynamodb.counts import DynamoDBCounts
from earshot.adapters.dynamodb.ledger import DynamoDBLedger
from earshot.domain.response import Response
from earshot.domain.segment_values import Source
from earshot.domain.statement import StatementKind
from earshot.ports.ledger import Change
from earshot_cli.errors import CommandError, UsageError
from earshot_cli.ops import rebuild
from earshot_cli.ops.count_drift import Place
from earshot_cli.ops.count_items import CountItems
from earshot_cli.ops.stack import Stack
from tests.factories import DAY, NOON, changed, make_response, make_survey, uuid7
from tests.unit.cli.conftest import Run
from tests.unit.cli.ops.conftest import TABLE, World

TODAY = "2026-11-21"


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "pause", lambda _: None)


def responses(count: int, day: int = 0) -> list[Response]:
    return [
        make_response(
            n % 11,
            id=uuid7(NOON + day * DAY + n, f"{day}/{n}"),
            responded_at=NOON + day * DAY + n,
            day=f"2026-11-{21 + day}",
            series=(f"plan={'pro' if n % 2 else 'free'}",),
        )
        for n in range(count)
    ]


@pytest.fixture
def filled(world: World) -> World:
    survey = world.surveys.get("demo")
    world.surveys.put(replace(make_survey(revision=2), segments=("plan",)), survey)
    world.surveys.admit("demo", "plan", ["pro", "free"], Source.OWNER)
    world.record(*responses(20), *responses(9, day=2), make_response(5, survey="other", id=uuid7(seed="other")))
    return world


def counts(world: World, series: str = "all", survey: str = "demo") -> dict[str, Any]:
    return DynamoDBCounts(world.dynamodb, TABLE).days(survey, series, "0", "9")


def items(world: World) -> dict[tuple[str, str], dict[str, str]]:
    found = world.dynamodb.scan(TableName=TABLE)["Items"]
    return {
        (item["pk"]["S"], item["sk"]["S"]): {n: v["N"] for n, v in item.items() if n.startswith("h") and v["N"] != "0"}
        for item in found
        if item["pk"]["S"].startswith("C#")
    }


def drift(world: World, series: str, day: str, **amounts: int) -> None:
    world.dynamodb.update_item(
        TableName=TABLE,
        Key={"pk": {"S": f"C#demo#{series}"}, "sk": {"S": day}},
        UpdateExpression="ADD " + ", ".join(f"{name} :{name}" for name in amounts),
        ExpressionAttributeValues={f":{name}": {"N": str(amount)} for name, amount in amounts.items()},
    )


def test_counts_that_are_right_are_left_alone(filled: World, capsys: pytest.CaptureFixture[str]) -> None:
    before = items(filled)
    rebuild.rebuild(filled.stack, "demo", None, dry_run=False)
    assert items(filled) == before
    assert "demo: counts equal a recount of 29 responses, 2 days." in capsys.readouterr().out


def test_whatever_drifted_equals_a_recount_again(filled: World, capsys: pytest.CaptureFixture[str]) -> None:
    before = items(filled)
    drift(filled, "all", TODAY, h3=2, h9=-1)
    drift(filled, "plan=pro", "2026-11-23", h1=-1)
    drift(filled, "plan=free", "2025-01-01", h5=4)
    filled.dynamodb.delete_item(TableName=TABLE, Key={"pk": {"S": "C#demo#all"}, "sk": {"S": "2026-11-23"}})
    rebuild.rebuild(filled.stack, "demo", None, dry_run=False)
    assert {place: named for place, named in items(filled).items() if named} == before
    output = capsys.readouterr().out
    for line in (
        f"all {TODAY} score 3: counted 4, recounted 2",
        f"all {TODAY} score 9: counted 0, recounted 1",
        "plan=free 2025-01-01 score 5: counted 4, recounted 0",
    ):
        assert line in output
    assert "numbers were corrected to a recount of 29 responses, 2 days." in output
    assert filled.depth("ScoreQueue") == 1


def test_a_dry_run_reports_and_sets_nothing(filled: World, capsys: pytest.CaptureFixture[str]) -> None:
    drift(filled, "all", TODAY, h3=2)
    before = items(filled)
    with pytest.raises(typer.Exit) as left:
        rebuild.rebuild(filled.stack, "demo", None, dry_run=True)
    assert (left.value.exit_code, items(filled)) == (1, before)
    assert "1 number differs from a recount of 29 responses, 2 days; dry run" in capsys.readouterr().out


def test_only_the_days_that_are_meant(filled: World) -> None:
    drift(filled, "all", TODAY, h3=2)
    drift(filled, "all", "2026-11-23", h3=2)
    rebuild.rebuild(filled.stack, "demo", (date(2026, 11, 23), date(2026, 11, 24)), dry_run=False)
    assert counts(filled)["2026-11-23"].counts[3] == 1
    assert counts(filled)[TODAY].counts[3] == 4


@pytest.mark.parametrize("days", [(date.min, date.max), (date(1969, 12, 1), date(2400, 1, 1))])
def test_of_more_days_than_there_are_only_those_that_are(
    filled: World, monkeypatch: pytest.MonkeyPatch, days: tuple[date, date]
) -> None:
    drift(filled, "all", TODAY, h3=2)
    compared: list[tuple[date, date]] = []

    def between(self: CountItems, series: Iterable[str], first: date, end: date) -> Any:
        compared.append((first, end))
        return read(self, series, first, end)

    read = CountItems.between
    monkeypatch.setattr(CountItems, "between", between)
    rebuild.rebuild(filled.stack, "demo", days, dry_run=False)
    assert counts(filled)[TODAY].counts[3] == 2
    assert len(compared) == 1


@pytest.mark.parametrize("words", [("--day", "0001-01-01"), ("--day", "1970-01-01")])
def test_a_day_at_the_end_of_the_calendar_has_no_responses(
    filled: World, monkeypatch: pytest.MonkeyPatch, run: Run, words: tuple[str, str]
) -> None:
    monkeypatch.setattr("earshot_cli.commands.rebuild.find_stack", lambda *_: filled.stack)
    done = run("rebuild", "demo", *words, connected=False)
    assert (done.exit_code, done.stdout) == (0, "demo: counts equal a recount of 0 responses, 0 days.\n")


@pytest.mark.parametrize("words", [("--day", "9999-12-31"), ("--from", "9998-01-01", "--to", "9999-01-01")])
def test_days_that_nobody_has_yet_are_refused(
    filled: World, monkeypatch: pytest.MonkeyPatch, run: Run, words: tuple[str, ...]
) -> None:
    monkeypatch.setattr("earshot_cli.commands.rebuild.find_stack", lambda *_: filled.stack)
    done = run("rebuild", "demo", *words, connected=False)
    assert (done.exit_code, done.stdout) == (2, "")
    assert f"{words[0]} 999" in done.stderr
    assert "is in the future: the latest day in any time zone is" in done.stderr


def test_ctrl_c_reports_what_was_set(
    filled: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(CountItems, "between", stopped)
    with pytest.raises(typer.Exit) as ended:
        rebuild.rebuild(filled.stack, "demo", None, dry_run=False)
    assert ended.value.exit_code == 130
    assert (
        "Stopped: the counts listed above are corrected; the next rebuild corrects the rest." in capsys.readouterr().err
    )


def test_where_it_was_still_1969_the_first_responses_are_recounted(world: World) -> None:
    world.surveys.put(make_survey(id="west", timezone="America/New_York"), None)
    world.record(make_response(3, survey="west", id=uuid7(1), responded_at=1, day="1969-12-31"))
    rebuild.rebuild(world.stack, "west", None, dry_run=True)


def test_the_other_surveys_counts_are_theirs(filled: World) -> None:
    before = counts(filled, survey="other")
    rebuild.rebuild(filled.stack, "demo", None, dry_run=False)
    assert counts(filled, survey="other") == before != {}


def test_a_survey_without_responses_and_one_that_does_not_exist(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    rebuild.rebuild(world.stack, "demo", None, dry_run=False)
    assert "demo: counts equal a recount of 0 responses, 0 days." in capsys.readouterr().out
    with pytest.raises(UsageError, match="There is no survey 'never'"):
        rebuild.rebuild(world.stack, "never", None, dry_run=False)


def test_a_response_that_cannot_be_read_stops_it_before_anything_is_set(filled: World) -> None:
    drift(filled, "all", TODAY, h3=2)
    item = {"pk": {"S": "R#demo#0"}, "sk": {"S": uuid7(NOON)}, "type": {"S": "response"}, "day": {"S": TODAY}}
    filled.dynamodb.put_item(TableName=TABLE, Item=item)
    with pytest.raises(CommandError, match=r"R#demo#0 / .* cannot be read as a response: fix it"):
        rebuild.rebuild(filled.stack, "demo", None, dry_run=False)
    assert counts(filled)[TODAY].counts[3] == 4


def test_no_increment_is_lost_while_responses_are_recorded_corrected_and_erased(
    filled: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The recorder writes until it is paused; corrections and erasures over HTTP go on while it is."""
    drift(filled, "all", TODAY, h3=7, h9=-3)
    ledger = DynamoDBLedger(filled.dynamodb, TABLE)
    recorded: list[Response] = []
    corrected: list[Response] = []
    log: list[str] = []
    is_recording = [True]

    def record() -> None:
        made = make_response(len(recorded) % 11, id=uuid7(NOON + 500 + len(recorded), "w"), responded_at=NOON)
        ledger.commit([Change(None, made)])
        recorded.append(made)

    def correct() -> None:
        if len(corrected) < len(recorded):
            old = recorded[len(corrected)]
            gone = len(corrected) % 2
            changes = {"kind": StatementKind.ERASED, "score": None} if gone else {"score": (len(corrected) + 5) % 11}
            ledger.commit([Change(old, changed(old, revision=2, **changes))])
            corrected.append(old)

    def read(self: CountItems, places: Iterable[Place]) -> dict[Place, Mapping[str, Any]]:
        if is_recording[0]:
            record()
        found = read_counts(self, places)
        if not is_recording[0]:
            correct()
        return found

    @contextmanager
    def paused(_: Stack, functions: Collection[str]) -> Iterator[None]:
        log.append(f"off {' '.join(functions)}")
        is_recording[0] = False
        yield
        log.append("on")

    read_counts = CountItems.read
    monkeypatch.setattr(CountItems, "read", read)
    monkeypatch.setattr(rebuild, "paused", paused)
    rebuild.rebuild(filled.stack, "demo", None, dry_run=False)
    assert log == ["off RecordResponsesFunction BackfillSegmentsFunction", "on"]
    assert len(recorded) == len(corrected) >= 4
    assert counts(filled)[TODAY].counts == recount(filled, TODAY)


def test_consumers_are_paused_only_for_what_keeps_changing(filled: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rebuild, "paused", None)
    drift(filled, "all", TODAY, h3=7)
    rebuild.rebuild(filled.stack, "demo", None, dry_run=False)
    assert counts(filled)[TODAY].counts[3] == 2


def test_what_never_stops_changing_is_left_and_named(
    filled: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    drift(filled, "all", TODAY, h3=7)
    before = items(filled)
    monkeypatch.setattr(rebuild, "paused", lambda *_: nullcontext())
    monkeypatch.setattr(rebuild, "drift", lambda *_: None)
    with pytest.raises(typer.Exit) as left:
        rebuild.rebuild(filled.stack, "demo", None, dry_run=False)
    assert (left.value.exit_code, items(filled)) == (1, before)
    assert f"Responses of {TODAY} kept changing" in capsys.readouterr().err


def test_what_it_does_not_recount_is_left_alone(filled: World) -> None:
    drift(filled, "all", TODAY, h3=1, speeders=4, unheard=4)
    drift(filled, "all", f"Q#{TODAY}", unlisted=4)
    rebuild.rebuild(filled.stack, "demo", None, dry_run=False)
    left = filled.dynamodb.query(
        TableName=TABLE,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": "C#demo#all"}},
    )["Items"]
    of = {item["sk"]["S"]: item for item in left}
    assert (of[TODAY]["unheard"]["N"], of[f"Q#{TODAY}"]["unlisted"]["N"]) == ("4", "4")
    assert (of[TODAY]["h3"]["N"], of[TODAY]["speeders"]["N"]) == ("2", "0")


def test_the_responses_of_candidates_are_recounted_too(filled: World) -> None:
    listed = [
        make_response(9, id=uuid7(seed=name), series=("plan=(other)",), candidates={"plan": 1}) for name in ("x", "y")
    ]
    filled.record(*listed)
    drift(filled, "plan=(other)", TODAY, c1=-1, c2=4)
    rebuild.rebuild(filled.stack, "demo", None, dry_run=False)
    assert DynamoDBCounts(filled.dynamodb, TABLE).candidates("demo", "plan") == {1: 2}


def test_cells_of_nobody_are_fixed_too(filled: World) -> None:
    drift(filled, "all", f"S#2026-11-25#{TODAY}", h3=1)
    rebuild.rebuild(filled.stack, "demo", None, dry_run=False)
    assert not items(filled)["C#demo#all", f"S#2026-11-25#{TODAY}"]


def test_two_rebuilds_at_once_do_not_fix_twice(filled: World) -> None:
    found = CountItems(filled.dynamodb, TABLE, "demo")
    place = Place("C#demo#all", TODAY)
    drift(filled, "all", TODAY, h3=2)
    assert found.add(place, {"h3": -2}, None, "first")
    assert not found.add(place, {"h3": -2}, None, "second")
    assert counts(filled)[TODAY].counts[3] == 2


def recount(world: World, day: str) -> tuple[int, ...]:
    totals = [0] * 11
    for item in pages(world):
        if (
            item.get("type", {}).get("S") == "response"
            and item["survey"]["S"] == "demo"
            and item["day"]["S"] == day
            and "score" in item
        ):
            totals[int(item["score"]["N"])] += 1
    return tuple(totals)


def pages(world: World) -> Iterator[dict[str, Any]]:
    for page in world.dynamodb.get_paginator("scan").paginate(TableName=TABLE):
        yield from page["Items"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--day", "today"), "--day 'today' is not a day"),
        (("--from", "2026-11-02"), "--from and --to go together"),
        (("--from", "2026-11-02", "--to", "2026-11-02"), "there is no day in between"),
        (("--day", "2026-11-02", "--to", "2026-11-03"), "Pass either --day or --from and --to"),
        ((), "Which Earshot? Name a deployed stack"),
    ],
)
def test_bad_days_are_one_sentence(run: Run, words: tuple[str, ...], sentence: str) -> None:
    done = run("rebuild", "demo", *words, connected=False)
    assert (done.exit_code, sentence in done.stderr) == (2, True)
