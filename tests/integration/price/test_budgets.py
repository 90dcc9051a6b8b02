"""What a month may cost at list price (issue 14): a budget is here once it is met, and is never raised."""

import pytest

from benchmarks.price.bill import MILLION, Bill
from benchmarks.price.work import Work
from tests.integration.price.conftest import Works

# Dollars for a million of each use, mails without SES.
MOST = {
    "response_alone": 16.50,
    "signed_view": 2.50,
}
MOST_FOR_CAPS = 1.25


@pytest.mark.parametrize("use", MOST)
def test_a_million_of_a_use_stays_within_its_budget(use: str, dollars: dict[str, float]) -> None:
    assert dollars[use] <= MOST[use]


@pytest.mark.parametrize("use", ["response", "response_alone"])
def test_the_caps_stay_within_their_budget(use: str, prod: Bill, works: Works) -> None:
    """They are a line of their own: what it costs to count submissions for the limits."""
    work: Work = works["prod"][use]
    (caps,) = (line for line in prod.of_work(work * MILLION) if line.what == "DynamoDB, caps")

    assert 0 < caps.dollars <= MOST_FOR_CAPS
