"""A response can be corrected and erased, whatever its clock showed; the counts follow in the same instant."""

from datetime import UTC, datetime

import pytest

from tests.e2e.bus_listener import Listener
from tests.e2e.conftest import Stack
from tests.e2e.survey_client import DAY, Survey, histogram, message, new_id, now, settle

MINUTE = 60_000
WRONG_CLOCKS = {
    "eight days old": lambda: new_id(now() - 8 * DAY),
    "ten minutes ahead": lambda: new_id(now() + 10 * MINUTE),
    "of version 4": lambda: new_id()[:14] + "4" + new_id()[15:],
    "from 1970": lambda: new_id(0),
    "from the year 10889": lambda: new_id(2**48 - 1),
}


def test_a_correction_moves_the_counts_at_once(stack: Stack) -> None:
    survey = Survey(stack, segments=[{"name": "plan", "open": True}])
    sent = survey.send(2, comment="cold", properties={"plan": "pro"})
    survey.recorded(sent)
    corrected = survey.correct(sent, score=9)
    assert (corrected.status, corrected.body["score"], corrected.body["state"]) == (200, 9, "changed")
    assert survey.nps()["histogram"] == survey.nps(segment="plan=pro")["histogram"] == histogram(9)
    assert survey.response(sent)["comment"] == "cold"
    assert survey.correct(sent, comment=None).body["comment"] is None
    assert survey.correct(sent, score=0).body["revision"] == 4
    assert survey.nps()["histogram"] == histogram(0)


def test_a_corrected_property_moves_the_response_to_its_segment(stack: Stack) -> None:
    survey = Survey(stack, segments=[{"name": "plan", "open": True}])
    sent = survey.send(2, comment="cold", properties={"plan": "free", "team": "x"})
    survey.recorded(sent)
    moved = survey.correct(sent, properties={"plan": "pro"}, reason="was on another plan")
    assert (moved.status, moved.body["properties"], moved.body["series"]) == (200, {"plan": "pro"}, ["all", "plan=pro"])
    assert survey.nps()["histogram"] == survey.nps(segment="plan=pro")["histogram"] == histogram(2)
    assert survey.nps(segment="plan=free")["responses"] == 0
    assert survey.correct(sent, properties={}).body["series"] == ["all"]
    assert survey.nps(segment="plan=pro")["responses"] == 0
    assert survey.nps()["histogram"] == histogram(2)


def test_a_corrected_response_stays_corrected_whatever_arrives_later(stack: Stack) -> None:
    survey = Survey(stack)
    sent = survey.send(2, id=new_id())
    survey.recorded(sent)
    survey.correct(sent, score=9)
    survey.send(0, id=sent)
    survey.queue(message(survey.submission("final", 1, sent, received=now() - DAY)))
    assert survey.counted(1)["histogram"] == histogram(9)


def test_an_excluded_response_does_not_count_until_it_is_included_again(stack: Stack, published: Listener) -> None:
    survey = Survey(stack, segments=[{"name": "plan", "open": True}])
    sent = survey.send(2, id=new_id(), comment="cold", properties={"plan": "pro"})
    survey.recorded(sent)
    refused = survey.correct(sent, excluded=True)
    assert (refused.status, refused.body["errors"][0]["field"]) == (400, "reason")
    out = survey.correct(sent, excluded=True, reason="a test of our own staff")
    assert (out.status, out.body["state"], out.body["score"], out.body["comment"]) == (200, "excluded", 2, "cold")
    assert survey.nps()["responses"] == survey.nps(segment="plan=pro")["responses"] == 0
    survey.send(9, id=sent)
    assert survey.correct(sent, score=9).body["exclusion_reason"] == "a test of our own staff"
    settle(stack)
    assert survey.counted(0)["nps"] is None
    assert [row["id"] for row in survey.responses(excluded="only")] == [row["id"] for row in survey.responses()]
    assert list(survey.responses(excluded="no")) == []
    assert survey.correct(sent, excluded=False, reason="a guest").body["state"] == "changed"
    assert survey.nps()["histogram"] == survey.nps(segment="plan=pro")["histogram"] == histogram(9)
    history = survey.response(sent)["history"]
    assert [done["action"] for done in history] == ["included", "revised", "excluded"]
    assert len({done["by"] for done in history}) == 1
    assert [done["scores"] for done in history] == [None, [2, 9], None]
    settle(stack)
    types = [event["detail-type"] for event in published.of(survey.id)]
    assert [name for name in types if name in ("ResponseExcluded", "ResponseIncluded")] == [
        "ResponseExcluded",
        "ResponseIncluded",
    ]


def test_an_erased_response_leaves_the_counts_at_once_and_leaves_no_comment_behind(stack: Stack) -> None:
    survey = Survey(stack, segments=[{"name": "plan", "open": True}])
    survey.post_with_key(id=(sent := new_id()), score=2, comment="my name is", person="p", properties={"plan": "pro"})
    survey.recorded(sent)
    assert survey.erase(sent).status == 204
    assert survey.nps()["responses"] == survey.nps(segment="plan=pro")["responses"] == 0
    kept = survey.response(sent)
    assert (kept["state"], kept["score"], kept["comment"], kept["person"]) == ("erased", None, None, None)
    assert kept["properties"] == {}
    assert list(survey.responses()) == []
    assert survey.erase(sent).status == 204


def test_an_erased_response_stays_erased_when_it_is_posted_again(stack: Stack) -> None:
    survey = Survey(stack)
    sent = survey.send(2, id=new_id())
    survey.recorded(sent)
    survey.erase(sent)
    assert survey.post(2, id=sent).status == 202
    survey.batch({"id": sent, "score": 10})
    settle(stack)
    assert survey.counted(0)["nps"] is None
    assert survey.response(sent)["state"] == "erased"
    assert survey.correct(sent, score=9).status == 404


def test_a_response_erased_before_it_arrives_never_counts(stack: Stack, published: Listener) -> None:
    survey = Survey(stack)
    sent = new_id()
    assert survey.erase(sent).status == 204
    assert survey.post(1, id=sent).status == 202
    settle(stack)
    assert survey.counted(0)["nps"] is None
    assert survey.response(sent)["state"] == "erased"
    assert published.of(survey.id) == []


@pytest.mark.parametrize("clock", WRONG_CLOCKS)
def test_a_response_with_a_wrong_clock_counts_today_and_once_under_another_id(stack: Stack, clock: str) -> None:
    survey = Survey(stack)
    sent = WRONG_CLOCKS[clock]()
    for _ in range(3):
        assert survey.send(4, id=sent) == sent
    survey.counted(1)
    settle(stack)
    # Of equal responses the earliest stands: where a queue changed their order, it was written after a later one.
    revision = survey.response(sent)["revision"]
    for _ in range(3):
        assert survey.send(4, id=sent) == sent
    settle(stack)
    today = datetime.now(UTC).date().isoformat()
    assert survey.nps(window="1d")["histogram"] == histogram(4)
    kept = survey.response(sent)
    assert (kept["sent_id"], kept["day"], kept["revision"]) == (sent, today, revision)
    assert kept["id"] != sent
    assert survey.response(kept["id"]) == kept
    assert [response["id"] for response in survey.responses()] == [kept["id"]]


def test_an_id_that_no_widget_makes_is_a_name_and_counts_once(stack: Stack) -> None:
    survey = Survey(stack)
    sent = new_id()[:14] + "1" + new_id()[15:]
    first = survey.send(4, id=sent)
    assert first != sent
    assert {survey.send(4, id=sent) for _ in range(3)} == {first}
    survey.counted(1)
    settle(stack)
    assert len(list(survey.responses())) == 1


def test_a_response_with_a_wrong_clock_is_corrected_and_erased_by_either_id(stack: Stack) -> None:
    survey = Survey(stack)
    sent = survey.send(4, id=new_id(now() - 30 * DAY))
    kept = survey.recorded(sent)["id"]
    assert survey.correct(sent, score=10).body["id"] == kept
    assert survey.correct(kept, score=9).body["sent_id"] == sent
    assert survey.nps()["histogram"] == histogram(9)
    assert survey.erase(sent).status == 204
    survey.send(4, id=sent)
    settle(stack)
    assert survey.counted(0)["nps"] is None


def test_a_response_with_a_wrong_clock_erased_before_it_arrived_never_counts(stack: Stack) -> None:
    survey = Survey(stack)
    sent = new_id(now() - 30 * DAY)
    assert survey.erase(sent).status == 204
    survey.send(4, id=sent)
    settle(stack)
    assert survey.counted(0)["nps"] is None


@pytest.mark.parametrize("lag", [-6 * DAY, 4 * MINUTE])
def test_a_clock_that_can_be_believed_keeps_the_id_and_never_lies_in_the_future(stack: Stack, lag: int) -> None:
    survey = Survey(stack)
    at = now() + lag
    sent = survey.send(4, id=new_id(at))
    kept = survey.recorded(sent)
    responded = datetime.fromisoformat(kept["responded_at"]).timestamp() * 1000
    assert (kept["id"], kept["sent_id"]) == (sent, None)
    assert responded <= now()
    if lag < 0:
        assert abs(responded - at) < 2


def test_quality_flags_are_counted_with_their_responses(stack: Stack) -> None:
    survey = Survey(stack)
    survey.send(9, seconds=0.4)
    for score in (9, 9, 3):
        survey.post_with_key(score=score, person=f"p-{survey.id}", id=new_id())
        survey.recorded(survey.post_with_key(score=8, seconds=20, id=new_id()).body["id"])
    reported = survey.counted(7)
    out = survey.send(2, seconds=0.1)
    survey.recorded(out)
    survey.correct(out, excluded=True, reason="a robot")
    quality = stack.call("GET", f"{survey.path}/quality?window=7d").body
    shares = {name: (quality[name]["count"], quality[name]["of"]) for name in ("speeders", "repeats", "excluded")}
    assert shares == {"speeders": (1, 4), "repeats": (1, 7), "excluded": (1, 8)}
    assert (quality["responses"], quality["nps"]) == (7, reported["nps"])
