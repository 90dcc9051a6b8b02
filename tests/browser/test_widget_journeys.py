"""A hundred people respond while everything fails; the benchmarks send two thousand through the deployed stack."""

from collections.abc import Iterator

import pytest

from tests.browser.host_pages import Earshot, serving
from tests.browser.journeys import Verdict, drawn, go_all, hosting, rarest_pair, verdict_of

JOURNEYS, AT_ONCE = 100, 6


@pytest.fixture
def earshot() -> Iterator[Earshot]:
    with serving() as running:
        yield running


def test_no_journey_is_lost_doubled_or_thanked_for_nothing(chromium: str, earshot: Earshot) -> None:
    earshot.closed.add("closed")
    with hosting(earshot.url, "demo", "closed") as site:
        journeys = go_all(chromium, site, drawn(JOURNEYS), AT_ONCE)
    finals = [response for response in earshot.responses if response["final"]]
    recorded = {response["id"]: (response["score"], response["comment"]) for response in finals}
    assert verdict_of(journeys, recorded) == Verdict(0, 0, 0, 0)
    # The faults were met: journeys that nothing happens to would prove nothing.
    assert sum(journey.met.total() for journey in journeys) > JOURNEYS // 2
    assert sum(journey.is_refused and journey.is_sent for journey in journeys) > 5


def test_in_two_thousand_journeys_every_pair_of_faults_occurs_twenty_times() -> None:
    assert rarest_pair(drawn(2_000)) >= 20
