"""A hundred people answer while everything fails; the benchmarks send two thousand through the deployed stack."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.host_pages import Earshot, serving
from tests.browser.journeys import Verdict, drawn, go, hosting, judged, rarest_pair

JOURNEYS = 100


@pytest.fixture
def earshot() -> Iterator[Earshot]:
    with serving() as running:
        yield running


def test_no_journey_is_lost_doubled_or_thanked_for_nothing(browser: Browser, earshot: Earshot) -> None:
    earshot.closed.add("closed")
    with hosting(earshot.url, "demo", "closed") as site:
        journeys = [go(browser, site, one, time.time_ns() // 10**6) for one in drawn(JOURNEYS)]
    finals = [said for said in earshot.answers if said["final"]]
    recorded = {said["id"]: (said["score"], said["comment"]) for said in finals}
    assert judged(journeys, recorded) == Verdict(0, 0, 0, 0)
    # The faults were met: journeys that nothing happens to would prove nothing.
    assert sum(journey.met.total() for journey in journeys) > JOURNEYS // 2
    assert sum(journey.is_refused and journey.is_sent for journey in journeys) > 5


def test_in_two_thousand_journeys_every_pair_of_faults_occurs_twenty_times() -> None:
    assert rarest_pair(drawn(2_000)) >= 20
