"""The course of a score on the deployed stack: every point is what a count by hand gives, whatever is corrected."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from itertools import product
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from tests.e2e import trend_by_hand
from tests.e2e.conftest import Stack
from tests.e2e.sample_by_hand import change_of, check_interval, score_of
from tests.e2e.survey_client import Survey, server_id, settle
from tests.e2e.trend_by_hand import LENGTHS, Responded

# A year's end, a leap from winter to summer time, and the edges of months and quarters lie in these days.
FIRST, END = date(2024, 12, 20), date(2025, 4, 12)
# Days of which the score itself is asked: the edges of windows, and one long after the last response.
AS_OF = {
    "30d": date(2025, 3, 4),
    "month": date(2025, 2, 28),
    "quarter": date(2025, 4, 1),
    "all": date(2025, 1, 31),
}
BASES = {"all": "all responses", "latest": "latest per person in the window"}
POPULATIONS = list(product(("shop", "shop,support"), BASES, LENGTHS, (None, "pro")))

SHOP = """
2024-12-28T12:00:00 3  -    free
2024-12-31T23:59:59 9  ann  free
2025-01-01T00:00:00 10 -    pro
2025-01-05T10:00:00 2  bob  pro
2025-01-05T18:00:00 7  bob  pro
2025-01-20T08:30:00 6  ann  pro
2025-01-31T23:59:59 9  cleo pro
2025-02-01T00:00:00 1  cleo pro
2025-02-03T09:00:00 10 dora free
2025-02-14T11:00:00 8  -    pro
2025-02-20T11:00:00 0  emil pro
2025-02-27T07:00:00 9  bob  free
2025-03-02T12:00:00 9  ann  free
2025-03-03T12:00:00 5  finn pro
2025-03-03T12:00:00 5  -    -
2025-03-04T12:00:00 10 cleo free
2025-03-10T12:00:00 10 emil free
2025-03-31T23:59:59 4  dora pro
2025-04-01T00:00:00 9  ann  pro
2025-04-09T15:00:00 10 finn pro
2025-04-10T15:00:00 8  -    free
"""
SUPPORT = """
2024-12-31T23:59:59 0  bob  pro
2025-01-01T00:00:00 10 ann  pro
2025-02-28T23:59:59 9  ann  free
2025-03-01T00:00:00 3  -    pro
2025-03-30T01:59:59 8  bob  pro
2025-03-30T03:00:00 2  bob  free
2025-03-31T00:00:00 9  bob  pro
2025-04-02T06:00:00 7  gus  free
"""


class Kept:
    """A survey, and by hand every response it was given."""

    def __init__(self, stack: Stack, zone: str) -> None:
        self.survey = Survey(stack, timezone=zone, segments=["plan"])
        self.zone = zone
        self.responses: list[Responded] = []

    def give(self, lines: str) -> None:
        """Import responses, one a line."""
        new = [self._read(*line.split()) for line in lines.strip().splitlines()]
        self.survey.batch(*map(self._row, new))
        self.responses += new

    def of(self, person: str) -> list[Responded]:
        """The responses of a person as they were given, the oldest first."""
        return sorted(
            (each for each in self.responses if each.person == self._own(person)), key=lambda each: each.moment
        )

    def correct(self, response: Responded, fields: dict[str, Any], **changes: Any) -> Responded:
        """Correct a response, here and there."""
        assert self.survey.correct(response.id, **fields).status == 200
        self.responses[self.responses.index(response)] = corrected = response.but(**changes)
        return corrected

    def erase(self, response: Responded) -> None:
        assert self.survey.erase(response.id).status == 204
        self.responses.remove(response)

    def redact_comments_of(self, person: str) -> None:
        """Erase who somebody is; what their responses add to the counts stays."""
        self._erase_person(person, subtract="false")

    def subtract(self, person: str) -> None:
        """Erase somebody with all their responses."""
        self._erase_person(person, subtract="true")
        self.responses = [each for each in self.responses if each.person != self._own(person)]

    def _erase_person(self, person: str, subtract: str) -> None:
        reply = self.survey.stack.call(
            "DELETE", f"/v1/people/{self._own(person)}?id={self._own(person)}&subtract={subtract}"
        )
        assert (reply.status, reply.body["remaining"]) == (200, 0), reply.raw

    def _own(self, person: str) -> str:
        """People are known to the whole stack, and this test's are nobody else's."""
        return f"{person}-{self.survey.id}"

    def _read(self, at: str, score: str, person: str, plan: str) -> Responded:
        own = None if person == "-" else self._own(person)
        made = Responded(at, int(score), own, plan, self.zone)
        return made.but(id=server_id(made.moment))

    def _row(self, response: Responded) -> dict[str, Any]:
        properties = {} if response.plan == "-" else {"plan": response.plan}
        fields = {"id": response.id, "score": response.score, "responded_at": response.at, "properties": properties}
        return fields if response.person is None else fields | {"person": response.person}


class Two:
    """Two surveys in two zones, asked for one by one and together."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.shop, self.support = Kept(stack, "UTC"), Kept(stack, "Europe/Berlin")

    def check(self) -> None:
        """Ask for every course and score there is, and hold each against the count by hand."""
        settle(self.stack)
        with ThreadPoolExecutor(2) as pool:
            for _ in pool.map(lambda each: self._check(*each), POPULATIONS):
                pass

    def _check(self, names: str, basis: str, length: str, plan: str | None) -> None:
        kept = [getattr(self, name) for name in names.split(",")]
        query = {"basis": basis, "window": length} | ({"segment": f"plan={plan}"} if plan else {})
        responses = [each.responses for each in kept]
        trend = self._ask("trend", kept, query | {"from": FIRST.isoformat(), "to": END.isoformat()})
        check_trend(trend, responses, plan, basis, length)
        score = self._ask("nps", kept, query | {"as_of": AS_OF[length].isoformat()})
        check_score(score, responses, plan, basis, length)
        reported = BASES[basis].replace("person", "person and survey" if len(kept) > 1 else "person")
        assert trend["basis"] == score["basis"] == reported

    def _ask(self, what: str, kept: list[Kept], query: dict[str, str]) -> dict[str, Any]:
        ids = [each.survey.id for each in kept]
        path = f"/v1/surveys/{ids[0]}/{what}" if len(ids) == 1 else f"/v1/{what}"
        several = {} if len(ids) == 1 else {"surveys": ",".join(ids)}
        reply = self.stack.call("GET", f"{path}?{urlencode(several | query, quote_via=quote, safe=',')}")
        assert reply.status == 200, reply.raw
        return dict(reply.body)


def check_trend(
    fields: dict[str, Any], responses: list[list[Responded]], plan: str | None, basis: str, length: str
) -> None:
    """Compare every point with the count by hand."""
    responded = sorted(each.day for each in trend_by_hand.counting(responses, plan))
    points = fields["points"]
    assert [point["day"] for point in points] == [day.isoformat() for day in trend_by_hand.days(FIRST, END)]
    for point, day in zip(points, trend_by_hand.days(FIRST, END), strict=True):
        where = (length, basis, plan, day)
        histogram = trend_by_hand.held(responses, plan, basis, trend_by_hand.opening(length, day), day)
        wanted = {name: value for name, value in score_of(histogram).items() if name != "histogram"}
        assert wanted.items() <= point.items(), where
        check_interval(point["interval"], histogram)
        first = min(responded[0], day + timedelta(1)) if length == "all" else trend_by_hand.opening(length, day)
        assert (point["from"], point["to"]) == (first.isoformat(), (day + timedelta(1)).isoformat()), where
    reached = trend_by_hand.opening(length, FIRST)
    assert fields["data_from"] == min(day for day in responded if reached <= day < END).isoformat()


def check_score(
    fields: dict[str, Any], responses: list[list[Responded]], plan: str | None, basis: str, length: str
) -> None:
    """Compare a score of the past, the one before it, and the change from that, with the count by hand."""
    last = AS_OF[length]
    first = trend_by_hand.opening(length, last)
    now = trend_by_hand.held(responses, plan, basis, first, last)
    assert score_of(now).items() <= fields.items(), (length, basis, plan)
    check_interval(fields["interval"], now)
    if length == "all":
        assert fields["previous"] is fields["change"] is None
        return
    before_last = first - timedelta(1)
    before_first = trend_by_hand.opening(length, before_last)
    before, change = trend_by_hand.held(responses, plan, basis, before_first, before_last), fields["change"]
    assert (fields["previous"]["from"], fields["previous"]["to"]) == (before_first.isoformat(), first.isoformat())
    assert score_of(before).items() <= fields["previous"].items()
    wanted = change_of(before, now)
    assert (change is None) == (wanted is None)
    if change and wanted:
        assert (change["points"], change["low"], change["high"]) == pytest.approx(wanted, abs=1e-6)


@pytest.fixture(scope="module")
def two(stack: Stack) -> Two:
    """Both surveys; a test changes what it likes, as their responses are kept by hand."""
    made = Two(stack)
    made.shop.give(SHOP)
    made.support.give(SUPPORT)
    return made


def test_every_point_and_every_score_of_the_past_is_what_a_count_by_hand_gives(two: Two) -> None:
    two.check()


def test_every_point_is_exact_after_an_earlier_and_a_latest_response_were_revised(two: Two) -> None:
    earlier, latest = two.shop.of("emil")
    two.shop.correct(earlier, {"score": 10}, score=10)
    two.shop.correct(latest, {"score": 3, "reason": "misheard on the phone"}, score=3)
    two.check()


def test_every_point_is_exact_while_a_response_is_excluded_and_after_it_is_included_again(two: Two) -> None:
    *_, middle, latest = two.shop.of("cleo")
    out = [
        two.shop.correct(row, {"excluded": True, "reason": "our own staff"}, excluded=True) for row in (middle, latest)
    ]
    two.check()
    for response in out:
        two.shop.correct(response, {"excluded": False, "reason": "a guest after all"}, excluded=False)
    two.check()


def test_every_point_is_exact_after_the_first_of_all_one_between_and_a_latest_were_erased(two: Two) -> None:
    two.shop.erase(min(two.shop.responses, key=lambda each: each.moment))
    two.shop.erase(two.shop.of("bob")[1])
    two.support.erase(two.support.of("ann")[-1])
    two.check()


def test_every_point_is_exact_after_a_late_import_between_responses_and_before_and_after_them(two: Two) -> None:
    two.shop.give("2025-03-20T10:00:00 2 dora free\n2025-01-02T10:00:00 9 dora pro\n2025-04-11T10:00:00 0 dora free")
    two.support.give("2025-03-30T03:00:00 10 bob pro\n2025-02-01T00:00:00 4 gus pro")
    two.check()


def test_an_anonymized_person_counts_as_before_and_a_subtracted_one_does_not(two: Two) -> None:
    two.shop.redact_comments_of("finn")
    two.check()
    two.shop.subtract("ann")
    two.check()


def test_a_trend_without_responses_has_a_point_a_day_and_no_score(stack: Stack) -> None:
    survey = Survey(stack)

    reply = stack.call("GET", f"{survey.path}/trend?window=all&from=2025-01-01&to=2025-01-03").body

    assert [(point["day"], point["from"], point["to"], point["nps"]) for point in reply["points"]] == [
        ("2025-01-01", "2025-01-02", "2025-01-02", None),
        ("2025-01-02", "2025-01-03", "2025-01-03", None),
    ]
    assert reply["data_from"] is None
