"""A replay: every response that is wanted once, slowly, and from where it stopped."""

import pytest

from earshot_cli.errors import CommandError, UsageError
from earshot_cli.ops import replay
from earshot_cli.ops.replay import Pace
from earshot_cli.ops.replay_options import ReplayOptions, read_since
from earshot_cli.ops.response_scan import ResponseScan, Selection
from tests.factories import DAY, NOON, make_response, make_survey, uuid7
from tests.unit.cli.ops.conftest import TABLE, Bus, World


def options(since: str = "2026-01-01", **changes: object) -> ReplayOptions:
    given = {"end": None, "surveys": (), "detractors_only": False, "most": None, "rate": 10_000, "dry_run": False}
    return ReplayOptions(read_since(since), **(given | changes))  # type: ignore[arg-type]


def published_by(bus: Bus) -> list[str]:
    return sorted(str(event.detail["data"]["response"]) for event in bus.events)


def record_responses(count: int, survey: str = "demo", score: int = 9) -> list[str]:
    return [uuid7(NOON + n, f"{survey}{score}{n}") for n in range(count)]


def fill(world: World, count: int, survey: str = "demo", score: int = 9, received: int = NOON) -> list[str]:
    made = record_responses(count, survey, score)
    world.record(*(make_response(score, id=one, survey=survey, received_at=received) for one in made))
    return sorted(made)


def test_every_response_of_every_survey_is_published_once(world: World, bus: Bus) -> None:
    world.surveys.put(make_survey(id="other"), None)
    ids = fill(world, 50) + fill(world, 7, "other")
    replay.replay(world.stack, options())
    assert published_by(bus) == sorted(ids)
    # The scores of each survey are asked for once.
    assert world.depth("ScoreQueue") == 2


def test_only_what_was_received_in_between_of_the_survey_that_is_meant(world: World, bus: Bus) -> None:
    world.surveys.put(make_survey(id="other"), None)
    fill(world, 3, "other")
    fill(world, 2, score=8, received=NOON - 1)
    fill(world, 2, score=7, received=NOON + DAY)
    wanted = fill(world, 4)
    replay.replay(world.stack, options("2026-11-21T12:00Z", end=NOON + DAY, surveys=("demo",)))
    assert published_by(bus) == wanted


def test_history_that_was_imported_quietly_stays_quiet(world: World, bus: Bus) -> None:
    world.record(make_response(2, emit_events=False))
    replay.replay(world.stack, options())
    assert bus.events == []


def test_only_detractors_if_only_they_are_wanted(world: World, bus: Bus) -> None:
    fill(world, 5)
    wanted = fill(world, 3, score=6)
    replay.replay(world.stack, options(detractors_only=True))
    assert (published_by(bus), {event.detail_type for event in bus.events}) == (wanted, {"DetractorIdentified"})


@pytest.mark.parametrize("most", [3, 7, 25])
def test_the_printed_cursor_continues_until_every_response_was_published_once(
    world: World, bus: Bus, capsys: pytest.CaptureFixture[str], most: int
) -> None:
    ids, since = fill(world, 25), "2026-01-01"
    for _ in range(61):
        replay.replay(world.stack, options(since, most=most))
        output = capsys.readouterr().err
        if "To continue: --since " not in output:
            break
        since = output.partition("--since ")[2].partition(",")[0]
    assert published_by(bus) == ids


def test_a_dry_run_reports_what_would_be_published(world: World, bus: Bus, capsys: pytest.CaptureFixture[str]) -> None:
    fill(world, 5, score=3)
    replay.replay(world.stack, options(dry_run=True))
    assert bus.events == []
    assert world.depth("ScoreQueue") == 0
    assert "nothing was published: 10 events of 5 responses (5 DetractorIdentified, 5 Resp" in capsys.readouterr().out


def test_a_replay_of_too_many_is_refused_before_anything_is_published(
    world: World, bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "MOST_WITHOUT_LIMIT", 3)
    fill(world, 4)
    with pytest.raises(UsageError, match=r"^4 responses were received since 2026-01-01\. .* --most 3, which"):
        replay.replay(world.stack, options())
    assert bus.events == []
    replay.replay(world.stack, options(most=4))
    assert len(bus.events) == 4


def test_while_the_bus_is_away_it_stops_and_reports_where(
    world: World, bus: Bus, capsys: pytest.CaptureFixture[str]
) -> None:
    ids = fill(world, 60)
    bus.takes = 25
    with pytest.raises(CommandError, match="wait a little, then continue"):
        replay.replay(world.stack, options())
    since = capsys.readouterr().err.partition("--since ")[2].partition(",")[0]
    bus.takes = 10**6
    replay.replay(world.stack, options(since))
    assert sorted(set(published_by(bus))) == ids
    assert len(bus.events) <= 60 + 20


def test_a_bus_that_is_still_away_does_not_send_it_back_to_the_beginning(
    world: World, bus: Bus, capsys: pytest.CaptureFixture[str]
) -> None:
    since = f"2026-01-01@demo/1/{fill(world, 60)[0]}"
    bus.takes = 0
    with pytest.raises(CommandError, match="wait a little, then continue"):
        replay.replay(world.stack, options(since))
    assert f"To continue: --since {since}," in capsys.readouterr().err


def test_an_unreadable_item_is_skipped_and_reported(world: World, bus: Bus, capsys: pytest.CaptureFixture[str]) -> None:
    fill(world, 2)
    item = {"pk": {"S": "R#demo#0"}, "sk": {"S": "x"}, "type": {"S": "response"}, "received_at": {"N": str(NOON)}}
    world.dynamodb.put_item(TableName=TABLE, Item=item)
    replay.replay(world.stack, options())
    assert len(bus.events) == 2
    assert "1 item was skipped: not readable" in capsys.readouterr().err


def test_a_survey_that_does_not_exist_names_those_that_do(world: World, bus: Bus) -> None:
    with pytest.raises(UsageError, match=r"There is no survey 'never' in the stack 'mine'.*: it has demo\."):
        replay.replay(world.stack, options(surveys=("never",)))


def test_the_count_is_that_of_the_pages(world: World) -> None:
    fill(world, 30)
    scan = ResponseScan(world.dynamodb, TABLE, Selection())
    assert list(scan.counts(["demo"]))[-1] == sum(len(page.responses) for page in scan.pages(["demo"])) == 30


def test_the_pace_is_kept_over_the_whole_replay() -> None:
    clock, slept = [0.0], []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock[0] += seconds

    pace = Pace(10, lambda: clock[0], sleep)
    for _ in range(5):
        pace.keep(20)
    assert clock[0] == pytest.approx(10)
    clock[0] += 60
    pace.keep(10)
    assert clock[0] == pytest.approx(70)
