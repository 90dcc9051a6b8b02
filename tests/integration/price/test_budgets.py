"""What a month may cost at list price: a budget is here once it is met.

Alert rules and destinations have budgets of their own, on top of those of issue 14: what an idle month, and looking at
the rules for a response that none matches, may cost more.
"""

import pytest

from benchmarks.price.bill import MILLION, Bill, total
from benchmarks.price.price_list import PriceList
from benchmarks.price.template import translated
from benchmarks.price.uses import measure_evaluation
from benchmarks.price.work import Work
from tests.integration.price.conftest import Works

# Dollars for a million of each use, mails without SES.
MOST = {
    # A response that no rule matches may cost 2.00 more than before there were rules, 1.45 are for cases, and 0.70 for
    # their figures, their next step and their event.
    "response_alone": 15.00 + 2.00 + 1.45 + 0.70,
    "mail": 12.50,
    "mail_alone": 22.00,
    "page_view_cdn": 2.10,
    "signed_view": 2.20,
}
# Without the caps, which have a budget of their own; 0.30 is for alert rules, and a fifth are detractors, whose alerts
# are delivered, and open a case by eleven write units more each: two look that the response is not being erased. Three
# more units are its figures and its next step, and its event costs as much again: 0.70. Each item of a batch that is
# read is charged by itself, as AWS does; they were once charged as one item: 0.08.
MOST_TOGETHER = 6.50 + 0.30 + 0.05 + 1.45 + 0.70 + 0.08
MOST_FOR_CAPS = 1.25

# Bytes of log for one of a use, with the access log's and with what CloudWatch adds to each line.
MOST_LOGGED = {
    "response": 500,
    "response_alone": 900,
    "page_view": 200,
    "signed_view": 150,
    "mail": 850,
    "mail_alone": 1450,
}

# Two functions and a queue more, with their alarms, filters and polls.
MOST_IDLE = {"prod": 10.00, "dev": 4.50}
# Of a million responses that no alert rule matches.
MOST_EVALUATED = {"response": 0.30, "response_alone": 2.00}
# Somebody who responds again and has no case makes no message: whether they have one is read before.
MOST_EVALUATED |= {f"{use}_of_a_known_person": most for use, most in MOST_EVALUATED.items()}
MOST_FOR_A_DASHBOARD = 3.00


@pytest.mark.parametrize("stage", MOST_IDLE)
def test_an_idle_month_stays_within_its_budget(stage: str, bills: dict[str, Bill], works: Works) -> None:
    assert total(bills[stage].idle(works[stage]["idle"])) <= MOST_IDLE[stage]


def test_a_dashboard_is_a_parameter_and_has_a_price(prod: Bill, works: Works, listed: PriceList) -> None:
    month = works["prod"]["idle"]
    shown = Bill(translated(Stage="prod", MakeDashboard="true"), listed)
    more = total(shown.idle(month)) - total(prod.idle(month))

    assert more == pytest.approx(MOST_FOR_A_DASHBOARD)


@pytest.mark.parametrize("use", MOST)
def test_a_million_of_a_use_stays_within_its_budget(use: str, dollars: dict[str, float]) -> None:
    assert dollars[use] <= MOST[use]


def test_looking_at_the_rules_for_responses_that_none_matches_stays_within_its_budget(
    prod: Bill, listed: PriceList
) -> None:
    for use, work in measure_evaluation(prod.stack, listed).items():
        assert work.runs["evaluate_alerts"] > 0, use
        assert work.writes == 0, use
        assert total(prod.of_work(work * MILLION)) <= MOST_EVALUATED[use], use


@pytest.mark.parametrize("use", MOST_LOGGED)
def test_a_use_logs_no_more_bytes_than_its_budget(use: str, works: Works) -> None:
    assert 0 < works["prod"][use].logged <= MOST_LOGGED[use]


def caps(bill: Bill, work: Work) -> float:
    """Return what it costs to count a million submissions for the limits, a line of its own."""
    (line,) = (line for line in bill.of_work(work * MILLION) if line.what == "DynamoDB, caps")
    return line.dollars


def test_a_million_responses_that_come_together_stay_within_their_budget(
    dollars: dict[str, float], prod: Bill, works: Works
) -> None:
    assert dollars["response"] - caps(prod, works["prod"]["response"]) <= MOST_TOGETHER


@pytest.mark.parametrize("use", ["response", "response_alone"])
def test_the_caps_stay_within_their_budget(use: str, prod: Bill, works: Works) -> None:
    assert 0 < caps(prod, works["prod"][use]) <= MOST_FOR_CAPS
