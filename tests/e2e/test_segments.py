"""A survey's settings: closing, its zone, and the segments whose values have a score of their own."""

from time import sleep
from typing import Any

import pytest

from earshot.services.responses.submit_responses import LONGEST_AGE
from tests.e2e.conftest import Stack
from tests.e2e.survey_client import Survey, histogram, new_id, physical, settle, until


def test_a_closed_survey_takes_no_responses_until_it_is_open_again(stack: Stack) -> None:
    survey = Survey(stack)
    sent = survey.send(9, id=new_id())
    survey.counted(1)
    assert survey.change(state="closed").body["state"] == "closed"
    assert survey.post_with_key(responses=[{"score": 3}]).status == 409
    sleep(LONGEST_AGE / 1000)
    assert survey.post(3).status == 409
    assert survey.post(9, id=sent).status == 409
    assert survey.nps()["responses"] == 1
    assert survey.change(state="open").status == 200
    survey.send(3)
    assert survey.counted(2)["histogram"] == histogram(9, 3)


def test_the_zone_may_change_only_until_the_first_response(stack: Stack) -> None:
    survey = Survey(stack, timezone="Europe/Berlin")
    assert survey.change(timezone="Pacific/Auckland").body["timezone"] == "Pacific/Auckland"
    sent = survey.send(9)
    survey.counted(1)
    for method in ("PATCH", "PUT"):
        refused = survey.change(method, name="x", timezone="Europe/Berlin")
        assert (refused.status, refused.headers["content-type"]) == (409, "application/problem+json")
    assert survey.change(timezone="Pacific/Auckland", name="Renamed").status == 200
    survey.erase(sent)
    assert survey.change(timezone="Europe/Berlin").status == 409
    assert survey.read()["timezone"] == "Pacific/Auckland"


def test_settings_that_are_not_given_stay_under_patch(stack: Stack) -> None:
    survey = Survey(stack, segments=["plan"], question="Would you?", kind="employee")
    survey.change(name="Renamed")
    settings = survey.read()
    assert (settings["name"], settings["segments"], settings["question"], settings["kind"]) == (
        "Renamed", ["plan"], "Would you?", "employee",
    )  # fmt: skip


def test_a_segment_tracked_later_counts_earlier_responses_and_shows_when_it_is_complete(stack: Stack) -> None:
    survey = Survey(stack)
    rows = [
        {"score": score, "properties": {"cabin": "Economy" if score < 9 else "First"}} for score in (1, 5, 8, 9, 10)
    ]
    survey.batch(*rows, {"score": 3})
    erased = survey.send(0, properties={"cabin": "Economy"})
    survey.counted(7)
    survey.erase(erased)
    assert survey.ask_nps(segment="cabin=First").status == 400
    tracked = survey.change(segments=[{"name": "cabin", "values": ["Economy", "First"]}])
    assert tracked.body["incomplete"] == ["cabin"]
    assert survey.nps(segment="cabin=First")["complete"] is False
    survey.send(0, properties={"cabin": "Economy"})
    report = until(lambda: survey.nps(segment="cabin=Economy"), lambda result: result["responses"] == 4)
    assert report["histogram"] == histogram(1, 5, 8, 0)
    assert survey.nps(segment="cabin=First")["histogram"] == histogram(9, 10)
    until(survey.read, lambda result: result["incomplete"] == [], seconds=90)
    assert survey.nps(segment="cabin=Economy")["complete"] is True
    assert survey.nps(segment="cabin=Economy")["histogram"] == histogram(1, 5, 8, 0)
    assert survey.nps(segment="cabin=First")["histogram"] == histogram(9, 10)
    assert survey.read()["values"] == {"cabin": ["Economy", "First"]}
    assert survey.counted(7)["responses"] == 7


def test_after_200_values_the_rest_share_other_and_the_results_show_it(stack: Stack) -> None:
    survey = Survey(stack, segments=["city"])
    survey.batch(*({"score": 9, "properties": {"city": f"c{n:03}"}} for n in range(200)))
    survey.counted(200, seconds=40)
    survey.batch(*({"score": 2, "properties": {"city": f"late{n}"}} for n in range(5)))
    survey.send(7, properties={"city": "c007"})
    survey.counted(206)
    score = survey.nps(segment="city=late3")
    assert (score["responses"], score["counted_as"], score["nps"]) == (5, "city=(other)", -100)
    assert survey.nps(segment="city=(other)")["responses"] == 5
    own = survey.nps(segment="city=c007")
    assert own["histogram"] == histogram(9, 7)
    assert "counted_as" not in own
    assert len(survey.read()["values"]["city"]) == 200
    broken = stack.call("GET", f"{survey.path}/breakdown?by=city").body
    rows = [(row["value"], row["responses"], row["other"]) for row in broken["rows"]]
    assert rows[:3] == [("(other)", 5, True), ("c007", 2, False), ("c000", 1, False)]
    assert (len(rows), broken["total"]["responses"]) == (201, 206)


@pytest.mark.parametrize("value", ["a=b", "a&b=c d", "100 %", "ż/ł#?", "(other)", "all", "x" * 256])
def test_a_value_of_any_characters_has_its_own_score(stack: Stack, value: str) -> None:
    survey = Survey(stack, segments=["plan"])
    survey.batch(*({"score": score, "properties": {"plan": plan}} for score, plan in ((9, value), (1, "another"))))
    survey.counted(2)
    assert survey.nps(segment=f"plan={value}")["histogram"] == histogram(9)
    assert [r["score"] for r in survey.responses(segment=f"plan={value}")] == [9]


def test_a_response_without_the_property_counts_in_all_only(stack: Stack) -> None:
    survey = Survey(stack, segments=["plan", "seat"])
    survey.batch({"score": 9, "properties": {"plan": ""}}, {"score": 9, "properties": {"seat": "12A"}})
    survey.counted(2)
    settle(stack)
    assert survey.read()["values"] == {"plan": [], "seat": ["12A"]}


def test_two_hundred_strangers_displace_no_value_of_the_owner_or_of_a_key(stack: Stack) -> None:
    survey = Survey(stack, segments=[{"name": "plan", "values": ["enterprise"]}], widget={"rate": 1000})
    for number in range(200):
        survey.send(0, properties={"plan": f"{number} " + "\N{GRINNING FACE}" * 50})
    survey.counted(200, seconds=60)
    survey.send(9, properties={"plan": "enterprise"})
    survey.post_with_key(score=10, properties={"plan": "team"})
    survey.counted(202)
    own = survey.nps(segment="plan=enterprise")
    assert (own["histogram"], "counted_as" in own) == (histogram(9), False)
    until(lambda: survey.nps(segment="plan=team")["histogram"], lambda found: found == histogram(10), seconds=60)
    assert survey.read()["values"] == {"plan": ["enterprise", "team"]}
    listed = values_of(survey, "plan")
    assert (len(listed["candidates"]), listed["open"]) == (100, False)
    assert survey.nps(segment="plan=(other)")["responses"] == 200
    # What a page reads of the survey is as small as it was.
    key = {"pk": {"S": f"SURVEY#{survey.id}"}, "sk": {"S": "META"}}
    table = physical(stack, "Table")
    item = stack.client("dynamodb").get_item(TableName=table, Key=key, ConsistentRead=True)["Item"]
    assert len(str(item)) < 4096


def test_the_owner_accepts_merges_removes_and_ignores_values_and_their_responses_follow(stack: Stack) -> None:
    survey = Survey(stack, segments=["plan"])
    for score, plan in ((9, "gold"), (8, "gold"), (1, "Gold"), (0, "asdf")):
        survey.send(score, properties={"plan": plan})
    survey.counted(4)
    listed = values_of(survey, "plan")
    assert listed["candidates"] == [
        {"value": "gold", "responses": 2}, {"value": "Gold", "responses": 1}, {"value": "asdf", "responses": 1},
    ]  # fmt: skip
    decided = decide(survey, accept=["gold"], ignore=["asdf"], merge=[{"value": "Gold", "into": "gold"}])
    assert (decided["complete"], decided["candidates"], decided["ignored"]) == (False, [], ["asdf"])
    until(survey.read, lambda result: result["incomplete"] == [], seconds=90)
    assert survey.nps(segment="plan=gold")["histogram"] == histogram(9, 8, 1)
    assert survey.nps(segment="plan=Gold")["counted_as"] == "plan=gold"
    assert survey.nps(segment="plan=(other)")["histogram"] == histogram(0)
    assert decide(survey, remove=["gold"])["removed"] == ["Gold", "gold"]
    until(survey.read, lambda result: result["incomplete"] == [], seconds=90)
    assert survey.nps(segment="plan=(other)")["responses"] == survey.counted(4)["responses"]
    refused = stack.call("PATCH", f"{survey.path}/values", {"segment": "plan", "remove": ["asdf"]})
    assert refused.status == 409


def values_of(survey: Survey, segment: str) -> dict[str, Any]:
    reply = survey.stack.call("GET", f"{survey.path}/values?segment={segment}")
    assert reply.status == 200, reply.raw
    return dict(reply.body)


def decide(survey: Survey, **decisions: Any) -> dict[str, Any]:
    reply = survey.stack.call("PATCH", f"{survey.path}/values", {"segment": "plan", **decisions})
    assert reply.status == 200, reply.raw
    return dict(reply.body)
