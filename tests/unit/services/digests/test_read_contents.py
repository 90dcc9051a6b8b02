"""What stands in a digest: the API's figures, comments as they are now, and what each role is to read."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from earshot.domain.alert_settings import AlertSettings, ScoreTarget
from earshot.domain.case_measures import NextResponses, Recovery
from earshot.domain.digest_contents import (
    CaseLine,
    CaseSummary,
    Cause,
    DigestContents,
    Due,
    OwnerBreaches,
    RecoveredCases,
)
from earshot.domain.digests import Addressee, DigestRole, Every, Period, Recipient, RecipientKind, Schedule
from earshot.domain.funnel import Rate
from earshot.domain.invitation_cohorts import Cohort, Count, WaveStage
from earshot.domain.proportions import Proportion
from earshot.domain.response import Response
from earshot.domain.score import Histogram
from earshot.domain.statement import StatementKind
from earshot.domain.survey import Survey
from earshot.domain.window import rolling
from earshot.ports.funnel import Tally
from earshot.services.digests.read_contents import DigestContentsDeps, read_contents
from earshot.services.responses.record_responses import record
from earshot.services.scores.report_score import ScoreScope, report
from tests.factories import DAY, make_submission, make_survey, uuid7
from tests.fakes.fake_time import no_pause
from tests.fakes.funnel import InMemoryFunnels
from tests.fakes.ledger import InMemoryLedger
from tests.fakes.people import InMemoryPeople
from tests.fakes.surveys import InMemorySurveys
from tests.unit.services.digests.digest_world import make_digest

# The last day of November, at noon in New York; it is over in Berlin twelve hours later.
LAST = int(datetime(2026, 11, 30, 17, tzinfo=UTC).timestamp() * 1000)
READ_AT = int(datetime(2026, 12, 1, 6, tzinfo=UTC).timestamp() * 1000)
CAUSES = (Cause("price", 3, 3), Cause("people", 1, 0), Cause("other", 0, 4), Cause("product", 5, 4))
SUMMARY = CaseSummary(3, 1, 0, READ_AT, 2, 1, Proportion(1, 2), (OwnerBreaches("leo", Proportion(1, 2)),), CAUSES)
LINE = CaseLine("c1", Due.NEW)
RECOVERED = RecoveredCases(Period(date(2025, 12, 1), date(2026, 12, 1)), Recovery(NextResponses(), NextResponses()))


class FixedCases:
    """Cases that a test chose; it keeps what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    def lines(self, *asked: Any) -> list[CaseLine]:
        self.asked.append(asked)
        return [LINE]

    def summary(
        self, survey: Survey, period: Period, before: Period, now: int, *, recovered: Period | None = None
    ) -> CaseSummary:
        self.asked.append((survey.id, period.name, before.name, now, recovered and recovered.name))
        return replace(SUMMARY, recovered=RECOVERED if recovered else None)


class World:
    """A survey in New York, and a recipient in Berlin."""

    def __init__(self, **survey: Any) -> None:
        settings = {"timezone": "America/New_York", "segments": ("plan",), "open_segments": ("plan",)}
        self.surveys = InMemorySurveys(make_survey(**(settings | survey)))
        self.ledger, self.funnels, self.cases = InMemoryLedger(), InMemoryFunnels(), FixedCases()
        self.number = 0

    @property
    def survey(self) -> Survey:
        found = self.surveys.get("demo")
        assert found is not None
        return self.surveys.with_values(found)

    def respond(self, *scores: int, at: int = LAST, plan: str = "pro", **more: Any) -> None:
        batch = []
        for score in scores:
            self.number += 1
            made = uuid7(at, str(self.number))
            batch.append(make_submission(score, id=made, received_at=at, properties={"plan": plan}, **more))
        record(batch, surveys=self.surveys, ledger=self.ledger, people=InMemoryPeople(self.ledger), pause=no_pause)

    def read(self, role: DigestRole, timezone: str = "Europe/Berlin", **digest: Any) -> DigestContents:
        made = make_digest(role=role, **{"schedule": Schedule(Every.MONTH, 7), **digest})
        addressee = Addressee(Recipient("mia", "mia", RecipientKind.MEMBER), "m@example.com", timezone, "en", "mia")
        period = made.schedule.period_until(date(2026, 12, 1))
        deps = DigestContentsDeps(
            counts=self.ledger,
            funnels=self.funnels,
            responses=self.ledger,
            cases=self.cases,
            clock=lambda: READ_AT,
        )
        return read_contents(made, self.survey, addressee, period, deps)


def test_the_score_is_that_of_the_api_at_the_last_day_of_the_period() -> None:
    world = World(target=ScoreTarget(40))
    world.respond(*[9] * 12, *[3] * 4)
    world.respond(*[9] * 6, *[3] * 8, at=LAST - 40 * DAY)
    world.respond(0, at=LAST + DAY)
    for role, length in ((DigestRole.LEAD, "30d"), (DigestRole.EXECUTIVE, "month"), (DigestRole.DEPARTMENT, "30d")):
        found = world.read(role)
        expected = report(ScoreScope((world.survey,)), rolling(length, date(2026, 11, 30)), counts=world.ledger)
        assert found.as_of == date(2026, 11, 30)
        assert found.score is not None
        assert (found.score.window, found.score.histogram) == (expected.window, expected.histogram)
        assert (found.score.change, found.score.previous) == (expected.change, expected.previous)
        assert found.collected.responses == 16
    lead = world.read(DigestRole.LEAD)
    assert lead.target is not None
    assert (lead.target.score, lead.target.status.value) == (40, "within noise")


@pytest.mark.parametrize("role", list(DigestRole))
def test_what_a_digest_reports_on_is_read_once(role: DigestRole, monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(target=ScoreTarget(40), segments=())
    world.respond(*[9] * 12, *[3] * 4)
    read: list[str] = []
    for port, names in ((world.ledger, ("days", "quality_flags", "superseded")), (world.funnels, ("days", "read"))):
        for name in names:
            monkeypatch.setattr(port, name, counting(getattr(port, name), f"{type(port).__name__}.{name}", read))
    assert world.read(role).collected.responses == 16
    assert len(read) == len(set(read)), read
    assert (
        {"InMemoryLedger.days"} <= set(read) <= {"InMemoryLedger.days", "InMemoryFunnels.days", "InMemoryFunnels.read"}
    )
    assert len(world.cases.asked) == 1


def counting(call: Any, name: str, read: list[str]) -> Any:
    def counted(*args: Any) -> Any:
        read.append(name)
        return call(*args)

    return counted


@pytest.mark.parametrize("every", list(Every))
@pytest.mark.parametrize("role", [DigestRole.LEAD, DigestRole.EXECUTIVE, DigestRole.DEPARTMENT])
def test_no_day_of_a_figure_is_left_out_of_any_rhythm(role: DigestRole, every: Every) -> None:
    world = World(segments=())
    for ago in range(0, 400, 3):
        world.respond(9, 3, at=LAST - ago * DAY)
    found = world.read(role, schedule=Schedule(every, 7))
    assert found.score is not None
    expected = report(ScoreScope((world.survey,)), found.score.window, counts=world.ledger)
    assert (found.score.histogram, found.score.previous) == (expected.histogram, expected.previous)
    days = world.ledger.days("demo", "all", found.period.first.isoformat(), found.period.end.isoformat())
    assert found.collected == Histogram.total(days.values())


def test_whether_the_last_day_was_over_is_of_the_survey_s_zone() -> None:
    world = World()
    assert world.read(DigestRole.LEAD).is_last_day_over
    far = World(timezone="Pacific/Pago_Pago").read(DigestRole.LEAD)
    assert (far.is_last_day_over, far.survey_timezone, far.read_at) == (False, "Pacific/Pago_Pago", READ_AT)


def test_a_lead_reads_the_rate_of_mails_that_had_the_time_and_how_many_bounced() -> None:
    world = World()
    for ago, asked, responded in ((20, 40, 12), (60, 50, 10)):
        day = Cohort("demo", datetime.fromtimestamp(LAST / 1000 - ago * 86_400, UTC).date().isoformat())
        counts: dict[Count, int] = {"asked": asked, "responded": responded}
        counts |= {WaveStage("email", 1, "sent"): asked, WaveStage("email", 1, "bounced"): 1}
        world.funnels.add([Tally(f"e{ago}", LAST, {(day, count): number for count, number in counts.items()})])
    found = world.read(DigestRole.LEAD)
    assert found.rate is not None
    assert found.rate.rate == Rate(40, 12)
    assert found.rate.change is not None
    assert found.health is not None
    assert found.health.bounced == Rate(90, 2)
    assert world.read(DigestRole.EXECUTIVE).rate is None


def test_a_value_that_had_responses_and_has_none_any_more_is_named() -> None:
    world = World()
    world.respond(*[9] * 10, at=LAST - 40 * DAY, plan="silent")
    world.respond(*[9] * 9, at=LAST - 40 * DAY, plan="few")
    world.respond(*[9] * 10, at=LAST - 40 * DAY, plan="alive")
    world.respond(9, plan="alive")
    health = world.read(DigestRole.LEAD).health
    assert health is not None
    assert health.silent == (("plan", "silent"),)


def test_an_executive_reads_twelve_months_and_the_segments_that_really_changed() -> None:
    world = World(alerts=AlertSettings(minimum=10))
    world.respond(*[9] * 40, *[3] * 2, plan="up")
    world.respond(*[9] * 4, *[3] * 40, at=LAST - 31 * DAY, plan="up")
    world.respond(*[9] * 20, plan="same")
    world.respond(*[9] * 19, 3, at=LAST - 31 * DAY, plan="same")
    world.respond(0, at=LAST - 335 * DAY)
    world.respond(0, at=LAST - 370 * DAY)
    found = world.read(DigestRole.EXECUTIVE)
    assert [each.window.start.isoformat()[:7] for each in found.months][::11] == ["2025-12", "2026-11"]
    assert len(found.months) == 12
    assert [each.histogram.responses for each in found.months] == [1, *[0] * 9, 64, 62]
    assert [(each.segment, each.value) for each in found.moved] == [("plan", "up")]
    assert found.moved[0].histogram.responses == 42


def test_of_a_segment_only_its_own_figures_are_read() -> None:
    world = World()
    world.respond(*[9] * 12, plan="pro", comment="pro")
    world.respond(*[0] * 5, plan="free", comment="free")
    for role in (DigestRole.LEAD, DigestRole.EXECUTIVE, DigestRole.DEPARTMENT):
        found = world.read(role, segment=("plan", "pro"))
        assert found.score is not None
        assert found.score.histogram.responses == found.collected.responses == 12
        assert {quote.comment for quote in found.quotes} == {"pro"}
        assert (found.rate, found.cases, found.health, found.target, found.moved) == (None, None, None, None, ())
    assert world.read(DigestRole.DEPARTMENT).cases is not None


def test_cases_come_with_the_three_causes_that_changed_most() -> None:
    world = World()
    for role in (DigestRole.LEAD, DigestRole.DEPARTMENT):
        cases = world.read(role).cases
        assert cases is not None
        assert [cause.cause for cause in cases.causes] == ["other", "product", "people"]
        assert cases == replace(SUMMARY, causes=cases.causes)
    assert world.cases.asked[0] == ("demo", "2026-11-01/2026-11-30", "2026-10-01/2026-10-31", READ_AT, None)


def test_an_executive_reads_who_recovered_in_a_year_and_not_who_was_late() -> None:
    world = World()
    cases = world.read(DigestRole.EXECUTIVE).cases
    assert cases is not None
    assert (cases.breaches, cases.recovered) == ((), RECOVERED)
    assert [asked[-1] for asked in world.cases.asked] == ["2025-12-01/2026-11-30"]


def test_a_frontline_member_reads_their_cases_of_today_and_one_thanks() -> None:
    world = World()
    world.respond(10, 9, 3, comment="fine")
    found = world.read(DigestRole.FRONTLINE, schedule=Schedule(Every.WORKDAY, 7))
    assert found.mine == (LINE,)
    assert [quote.score for quote in found.quotes] == [9]
    assert (found.score, found.cases, found.rate) == (None, None, None)
    begin, end = (int(datetime(2026, 11, day, 23, tzinfo=UTC).timestamp() * 1000) for day in (29, 30))
    assert world.cases.asked == [("demo", "mia", (begin, end), (READ_AT, end + DAY))]


@pytest.mark.parametrize(
    "change",
    [{"kind": StatementKind.ERASED}, {"kind": StatementKind.ANONYMISED}, {"excluded": True}, {"comment": None}],
)
def test_comments_that_are_erased_redacted_or_excluded_since_are_left_out(change: dict[str, Any]) -> None:
    world = World()
    world.respond(3, comment="too late")
    assert [quote.comment for quote in world.read(DigestRole.LEAD).quotes] == ["too late"]
    ((key, response),) = world.ledger.items.items()
    assert isinstance(response, Response)
    world.ledger.items[key] = replace(response, statement=replace(response.statement, **change))
    assert world.read(DigestRole.LEAD).quotes == ()


def test_comments_are_in_turn_of_each_category_cut_and_with_the_score_they_were_written_with() -> None:
    world = World()
    world.respond(*[0] * 6, comment="bad " * 100)
    world.respond(9, comment="good")
    world.respond(8, comment="fair")
    lead = world.read(DigestRole.LEAD).quotes
    assert [quote.score for quote in lead] == [0, 9, 8, 0, 0]
    assert len(lead[0].comment) <= 300
    assert [quote.score for quote in world.read(DigestRole.EXECUTIVE).quotes] == [0, 9]
    found = [each for each in world.ledger.items.values() if isinstance(each, Response)]
    (good,) = [each for each in found if each.statement.comment == "good"]
    changed = replace(good.statement, score=2, comment_score=9)
    world.ledger.items["demo", good.id] = replace(good, statement=changed)
    assert 9 in [quote.score for quote in world.read(DigestRole.LEAD).quotes]


def test_comments_are_of_the_recipient_s_days() -> None:
    midnight = int(datetime(2026, 12, 1, tzinfo=UTC).timestamp() * 1000)
    for zone, comments in (
        ("UTC", ["before"]),
        ("Europe/Berlin", []),
        ("America/New_York", ["after", "before"]),
    ):
        world = World()
        world.respond(3, at=midnight - 1, comment="before")
        world.respond(3, at=midnight, comment="after")
        found = world.read(DigestRole.LEAD, timezone=zone, schedule=Schedule(Every.WORKDAY, 7))
        assert [quote.comment for quote in found.quotes] == comments, zone
