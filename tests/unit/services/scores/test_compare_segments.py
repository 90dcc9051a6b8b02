"""Values of a segment are compared with the rest and with the window before, the surest difference first."""

from datetime import date
from typing import Any

import pytest

from earshot.domain.errors import InvalidError
from earshot.domain.score import change
from earshot.domain.window import rolling
from earshot.services.responses.record_responses import record
from earshot.services.scores.compare_segments import compare_segments
from earshot.services.scores.report_score import Basis, ScoreScope, report
from tests.factories import NOON, make_submission, make_survey, uuid7
from tests.fakes.fake_time import no_pause
from tests.fakes.ledger import InMemoryLedger
from tests.fakes.people import InMemoryPeople
from tests.fakes.surveys import InMemorySurveys

DAY = 86_400_000
WINDOW = rolling("30d", date(2026, 11, 21))


class World:
    """A survey with responses of three plans, in this window and in the one before."""

    def __init__(self) -> None:
        self.surveys = InMemorySurveys(make_survey(segments=("plan",), open_segments=("plan",)))
        self.ledger = InMemoryLedger()
        self.made = 0
        for plan, score, count in (("free", 9, 30), ("pro", 0, 20), ("trial", 8, 9)):
            self.respond(score, count, plan=plan)
        self.respond(10, 20, age=30, plan="pro")
        self.respond(3, 5)

    def respond(self, score: int, count: int, age: int = 0, **properties: str) -> None:
        batch = []
        for _ in range(count):
            self.made += 1
            at = NOON - age * DAY + self.made
            sent: dict[str, Any] = {"id": uuid7(at, f"{self.made}"), "received_at": at, "first_received": at}
            batch.append(make_submission(score, **sent, properties=properties))
        record(batch, surveys=self.surveys, ledger=self.ledger, people=InMemoryPeople(), pause=no_pause)

    @property
    def survey(self) -> Any:
        return self.surveys.with_values(self.surveys.surveys["demo"])


@pytest.mark.parametrize("basis", Basis)
def test_each_value_is_compared_with_the_rest_and_with_the_window_before(basis: Basis) -> None:
    world = World()
    found = compare_segments(world.survey, "plan", basis, WINDOW, counts=world.ledger)
    assert found.total == report(ScoreScope((world.survey,), None, basis), WINDOW, counts=world.ledger)
    assert {each.compared.row.value for each in found.rows[:2]} == {"free", "pro"}
    for each in found.rows:
        row = each.compared.row
        scope = ScoreScope((world.survey,), ("plan", row.value), basis)
        assert each.report == report(scope, WINDOW, counts=world.ledger)
        rest = found.total.histogram.without(row.histogram)
        assert each.compared.difference == (change(rest, row.histogram) if row.value != "trial" else None)
    pro = next(each for each in found.rows if each.compared.row.value == "pro")
    assert pro.report.change is not None
    assert pro.report.change.points == -200
    sure = [each.compared.p_value for each in found.rows]
    assert sure == [*sorted(p for p in sure if p is not None), None]


def test_the_only_value_of_an_access_is_compared_with_nothing_else() -> None:
    world = World()
    found = compare_segments(world.survey, "plan", Basis.ALL, WINDOW, "pro", counts=world.ledger)
    (only,) = found.rows
    assert (only.compared.row.value, only.compared.difference, found.total) == ("pro", None, only.report)


def test_a_segment_that_is_not_tracked_is_refused() -> None:
    with pytest.raises(InvalidError, match=r"tracked: plan"):
        compare_segments(World().survey, "region", Basis.ALL, WINDOW, counts=InMemoryLedger())
