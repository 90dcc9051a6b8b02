"""The spot check of counts, against an API in a thread of the test."""

from random import Random
from typing import Any

import pytest

from earshot.api.response_views import response_view
from earshot.domain.statement import StatementKind
from earshot_cli.client import Client
from earshot_cli.ops.audit import is_counted
from earshot_cli.ops.doctor import counts
from tests.factories import make_response
from tests.unit.cli.fake_earshot import KEY, FakeEarshot


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts, "PAUSE_SECONDS", 0)


def filled(earshot: FakeEarshot, days: int = 6) -> Client:
    earshot.add_survey()
    for number in range(days * 4):
        row: dict[str, Any] = {"id": f"r{number:03}", "score": number % 11, "state": "final", "series": ["all"]}
        earshot.rows[row["id"]] = row | {"day": f"2026-11-{number % days + 1:02}"}
    return Client(earshot.url, KEY)


def test_three_days_are_recounted_the_newest_among_them(earshot: FakeEarshot) -> None:
    found = counts.check(filled(earshot), Random(1))

    assert found.findings == []
    assert found.summary == "3 days of 1 survey, 12 responses recounted"
    assert {"from": "2026-11-06", "to": "2026-11-07"}.items() <= earshot.calls[-1][2].items()


def test_a_wrong_count_is_found(earshot: FakeEarshot) -> None:
    client = filled(earshot)
    earshot.miscounted = {("all", "2026-11-06", 3): 1}

    (finding,) = counts.check(client, Random(1)).findings

    assert finding.subject == "Counts of demo"
    assert "2026-11-06" in finding.fault


def test_responses_that_arrive_meanwhile_are_no_fault(earshot: FakeEarshot) -> None:
    client = filled(earshot, days=1)
    arriving = [{"id": "late", "score": 4, "state": "final", "series": ["all"], "day": "2026-11-01"}]

    def arrive() -> None:
        looks = sum(path.endswith("/responses") for _, path, _, _ in earshot.calls)
        if looks == 1 and arriving:
            earshot.rows["late"] = arriving.pop()

    earshot.before_counts = arrive
    earshot.miscounted = {("all", "2026-11-01", 4): 1}
    assert counts.check(client, Random(1)).findings, "one too many is found"
    earshot.miscounted = {}
    assert not counts.check(client, Random(1)).findings


@pytest.mark.parametrize(
    ("kind", "score", "excluded", "does"),
    [
        (StatementKind.FINAL, 4, False, True),
        (StatementKind.CHANGED_WITH_KEY, 4, True, False),
        (StatementKind.CHANGED_BY_RESPONDENT, None, False, False),
        (StatementKind.ANONYMISED, 4, False, True),
        (StatementKind.ANONYMISED, 4, True, False),
        (StatementKind.ERASED, None, False, False),
    ],
)
def test_what_does_not_count_is_not_recounted(
    kind: StatementKind, score: int | None, excluded: bool, does: bool
) -> None:
    assert is_counted(dict(response_view(make_response(score, kind=kind, excluded=excluded)))) is does


def test_a_stack_without_a_survey_has_nothing_to_count(earshot: FakeEarshot) -> None:
    assert counts.check(Client(earshot.url, KEY), Random(1)).summary == "0 days of 0 surveys, 0 responses recounted"
