"""The quality of a window's responses, from the counts and the funnel's days."""

from datetime import date
from typing import Any

from earshot.domain.eligibility import Rules
from earshot.domain.funnel import Rate
from earshot.domain.invitation_cohorts import Cohort, Count
from earshot.domain.window import rolling
from earshot.ports.funnel import Tally
from earshot.services.responses.record_responses import record
from earshot.services.responses.revise_response import Target, correct
from earshot.services.scores.report_quality import QualityReport, report_quality
from tests.factories import DAY, NOON, make_submission, make_survey, uuid7
from tests.fakes.fake_time import no_pause
from tests.fakes.funnel import InMemoryFunnels
from tests.fakes.ledger import InMemoryLedger
from tests.fakes.people import InMemoryPeople
from tests.fakes.surveys import InMemorySurveys

SURVEY = make_survey()
TODAY = date(2026, 11, 21)


def quality(ledger: InMemoryLedger, funnels: InMemoryFunnels | None = None, **settings: object) -> QualityReport:
    survey = make_survey(**settings)
    return report_quality(survey, rolling("30d", TODAY), TODAY, counts=ledger, funnels=funnels or InMemoryFunnels())


def ledger_of(*responses: dict[str, Any]) -> InMemoryLedger:
    ledger = InMemoryLedger()
    submissions = [make_submission(id=uuid7(seed=str(number)), **response) for number, response in enumerate(responses)]
    record(submissions, surveys=InMemorySurveys(SURVEY), ledger=ledger, people=InMemoryPeople(ledger), pause=no_pause)
    return ledger


def mailed(*days: tuple[int, int, int]) -> InMemoryFunnels:
    """Send mails so many days ago: how many, and how many of them were responded to."""
    funnels = InMemoryFunnels()
    for ago, asked, responses in days:
        day = Cohort("demo", date.fromordinal(TODAY.toordinal() - ago).isoformat())
        columns: dict[Count, int] = {"asked": asked, "responded": responses, "submitted": responses, "quarantined": 0}
        funnels.add([Tally(f"e{ago}", NOON, {(day, column): count for column, count in columns.items()})])
    return funnels


def test_responses_are_assessed_only_by_known_properties() -> None:
    ledger = ledger_of({"seconds": 1.5}, {"seconds": 30.0}, {}, {})
    shares = quality(ledger).shares
    assert (shares.speeders, shares.excluded, shares.repeats) == (Rate(2, 1), Rate(4, 0), Rate(4, 0))
    assert ledger.noted == ledger.recount_flags()


def test_what_is_excluded_is_a_share_of_all_that_is_kept_and_hasty_no_more() -> None:
    ledger = ledger_of({"seconds": 1.5}, {"seconds": 30.0}, {})
    hasty = Target("demo", uuid7(seed="0"), NOON + DAY, "", "k")
    why = {"excluded": True, "reason": "in a second"}
    correct(hasty, why, surveys=InMemorySurveys(SURVEY), ledger=ledger, people=InMemoryPeople(ledger), pause=no_pause)
    report = quality(ledger)
    assert (report.shares.speeders, report.shares.excluded) == (Rate(1, 0), Rate(3, 1))
    assert report.histogram.responses == 2
    assert +ledger.noted == ledger.recount_flags()


def test_only_mails_that_had_the_time_for_a_response_are_compared() -> None:
    # Reminders after 3 and 7 days, and a week more: the youngest mails are 14 days old.
    funnels = mailed((0, 1000, 0), (13, 1000, 0), (14, 10, 5), (43, 10, 4), (44, 10, 3), (73, 10, 2), (74, 1000, 0))
    report = quality(ledger_of(), funnels)
    assert (report.compared.rate, report.compared.rate_before) == (Rate(20, 9), Rate(20, 5))
    assert (report.mails.start, report.mails.end) == (date(2026, 10, 9), date(2026, 11, 8))


def test_without_reminders_a_week_is_enough() -> None:
    report = quality(ledger_of(), mailed((6, 10, 1), (7, 10, 2)), rules=Rules(reminders=()))
    assert report.compared.rate == Rate(10, 2)


def test_a_window_long_ago_is_compared_by_its_own_days() -> None:
    window = rolling("30d", date(2026, 6, 30))
    report = report_quality(SURVEY, window, TODAY, counts=InMemoryLedger(), funnels=InMemoryFunnels())
    assert (report.mails.start, report.mails.end) == (window.start, window.end)


def test_a_falling_response_rate_with_a_rising_score_is_pointed_out() -> None:
    month = 30 * DAY
    old: list[dict[str, Any]] = [
        {"score": score, "received_at": NOON - month - number} for number, score in enumerate([9, 3, 3])
    ]
    ledger = InMemoryLedger()
    submissions = [make_submission(id=uuid7(NOON - month, str(n)), **response) for n, response in enumerate(old)]
    submissions += [make_submission(9, id=uuid7(seed="now"))]
    record(submissions, surveys=InMemorySurveys(SURVEY), ledger=ledger, people=InMemoryPeople(ledger), pause=no_pause)
    (warning,) = quality(ledger, mailed((20, 300, 30), (50, 300, 90))).warnings
    assert warning.startswith("The score rose from -33 to 100 while the response rate fell from 30.0% (300 asked) to")
