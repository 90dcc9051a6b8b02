"""Links made by an operator: for responses recorded before there were any, safely next to a recorder."""

from dataclasses import replace

import pytest
import typer

from earshot import bootstrap
from earshot.adapters.dynamodb.ledger import DynamoDBLedger
from earshot.domain.response import Response
from earshot_cli.ops import rebuild, rebuild_links
from tests.factories import DAY, NOON, changed, make_response, uuid7
from tests.unit.cli.conftest import Run
from tests.unit.cli.ops.conftest import TABLE, World


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "pause", lambda _: None)


def responses_of(*people: str | None) -> list[Response]:
    return [
        make_response(
            at % 11,
            id=uuid7(NOON + at * DAY, f"{person}{at}"),
            responded_at=NOON + at * DAY,
            day=f"2026-11-{21 + at}",
            person=person,
        )
        for at, person in enumerate(people)
    ]


def links(world: World, *made: Response) -> list[str | None]:
    found = [DynamoDBLedger(world.dynamodb, TABLE).find(response.survey, response.id) for response in made]
    return [response.superseded_on for response in found if response is not None]


def test_responses_from_before_there_were_links_are_linked_and_counted(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    made = responses_of("ann", "bob", "ann", None, "ann")
    world.record(*made)
    rebuild_links.rebuild_links(world.stack, "demo", None, dry_run=False)
    assert links(world, *made) == ["2026-11-23", None, "2026-11-25", None, None]
    assert "demo: 2 links were missing or wrong, and set." in capsys.readouterr().out
    rebuild.rebuild(world.stack, "demo", None, dry_run=True)
    rebuild_links.rebuild_links(world.stack, "demo", None, dry_run=True)  # an exit code would raise
    assert "demo: every response is linked to its person's next one." in capsys.readouterr().out
    assert world.depth("ScoreQueue") == 1


def test_a_wrong_link_is_fixed(world: World) -> None:
    made = responses_of("ann", "ann", "ann")
    made[0] = replace(made[0], superseded_on="2026-11-23")
    made[2] = replace(made[2], superseded_on="2026-11-24")
    world.record(*made)
    rebuild_links.rebuild_links(world.stack, "demo", None, dry_run=False)
    assert links(world, *made) == ["2026-11-22", "2026-11-23", None]


def test_a_link_that_leads_nowhere_is_taken_off_an_only_response(world: World) -> None:
    (made,) = responses_of("ann")
    world.record(replace(made, superseded_on="2026-11-24"))
    rebuild_links.rebuild_links(world.stack, "demo", None, dry_run=False)
    assert links(world, made) == [None]


def test_a_dry_run_reports_how_many_and_sets_none(world: World, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    made = responses_of("ann", "ann")
    world.record(*made)
    monkeypatch.setattr("earshot_cli.commands.rebuild.find_stack", lambda *_: world.stack)
    done = run("rebuild", "demo", "--links", "--dry-run", connected=False)
    assert (done.exit_code, done.stdout) == (1, "demo: 1 link is missing or wrong; dry run, nothing was changed.\n")
    assert links(world, *made) == [None, None]


def test_it_takes_away_no_note_and_makes_none(world: World) -> None:
    made = [
        changed(response, score=9, responded_at=NOON + at) for at, response in enumerate(responses_of("ann", "ann"))
    ]
    world.record(*made)
    with pytest.raises(typer.Exit):
        rebuild_links.rebuild_links(world.stack, "demo", None, dry_run=True)
    rebuild_links.rebuild_links(world.stack, "demo", None, dry_run=False)
    ledger = DynamoDBLedger(world.dynamodb, TABLE)
    assert [found.is_repeat for response in made if (found := ledger.find("demo", response.id))] == [False, False]
