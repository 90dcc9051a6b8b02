"""From a widget's POST to the score: counted at once, counted once, whatever comes twice, late or broken."""

import time

import pytest

from tests.e2e.bus_listener import SCHEMAS, Listener, faults_of
from tests.e2e.conftest import Stack
from tests.e2e.survey_client import Survey, depth, histogram, message, new_id, now, physical, settle, until


def test_a_score_is_in_the_nps_within_two_seconds_of_its_post(stack: Stack) -> None:
    survey = Survey(stack)
    survey.send(9)
    survey.counted(1)
    posted = time.monotonic()
    survey.send(3)
    until(survey.nps, lambda result: result["responses"] == 2, seconds=10)
    assert time.monotonic() - posted < 2
    assert survey.nps()["histogram"] == histogram(9, 3)


def test_every_score_from_0_to_10_is_taken_and_lies_in_its_camp(stack: Stack) -> None:
    survey = Survey(stack)
    ids = {score: survey.send(score) for score in range(11)}
    reported = survey.counted(11)
    assert reported["histogram"] == [1] * 11
    assert (reported["promoters"], reported["passives"], reported["detractors"], reported["nps"]) == (2, 2, 7, -45)
    assert survey.response(ids[6])["category"] == "detractor"
    assert survey.response(ids[7])["category"] == "passive"
    assert survey.response(ids[9])["category"] == "promoter"


def test_a_beacon_with_json_as_plain_text_is_taken(stack: Stack) -> None:
    survey = Survey(stack)
    sent = new_id()
    body = f'{{"id": "{sent}", "score": 7, "comment": "żółć 🙂"}}'.encode()
    reply = stack.call(
        "POST", f"{survey.path}/responses", raw=body, key=False, **{"content-type": "text/plain;charset=UTF-8"}
    )
    assert (reply.status, reply.body) == (202, {"id": sent, "ignored": []})
    assert survey.recorded(sent)["comment"] == "żółć 🙂"


def test_everything_sent_with_a_response_is_kept_with_it(stack: Stack) -> None:
    survey = Survey(stack, segments=[{"name": "plan", "open": True}])
    sent = new_id()
    fields = {"comment": "so\nso", "properties": {"plan": "pro", "seats": 3, "beta": True, "gone": ""}}
    survey.send(8, id=sent.upper(), channel="widget", **fields)
    kept = survey.recorded(sent)
    assert kept["properties"] == {"plan": "pro", "seats": "3", "beta": "true"}
    assert (kept["comment"], kept["channel"], kept["state"], kept["revision"]) == ("so\nso", "widget", "final", 1)
    assert kept["series"] == ["all", "plan=pro"]
    assert survey.nps(segment="plan=pro")["histogram"] == histogram(8)


def test_the_202_has_the_id_as_it_was_sent_or_one_that_was_made(stack: Stack) -> None:
    survey = Survey(stack)
    sent = new_id().upper()
    assert survey.send(5, id=sent) == sent
    made = survey.send(5)
    assert survey.recorded(made)["score"] == 5


def test_the_same_id_again_before_and_after_it_was_recorded_is_counted_once(stack: Stack) -> None:
    survey = Survey(stack)
    sent = new_id()
    for _ in range(5):
        assert survey.post(4, id=sent).status == 202
    survey.counted(1)
    settle(stack)
    # Of equal responses the earliest stands: where a queue changed their order, it was written after a later one.
    before = survey.response(sent)
    for _ in range(5):
        assert survey.post(4, id=sent).status == 202
    settle(stack)
    assert survey.counted(1)["histogram"] == histogram(4)
    assert survey.response(sent) == before


def test_of_different_scores_under_one_public_id_the_earliest_final_response_wins(stack: Stack) -> None:
    survey = Survey(stack)
    sent = new_id()
    survey.send(2, id=sent)
    survey.recorded(sent)
    assert survey.post(10, id=sent).status == 202
    settle(stack)
    assert survey.counted(1)["histogram"] == histogram(2)


def test_the_earliest_final_response_wins_even_if_the_later_arrived_first(stack: Stack) -> None:
    survey = Survey(stack)
    sent = new_id()
    early, late = (
        survey.submission("final", score, sent, received=now() + lag) for score, lag in ((3, -5000), (10, 0))
    )
    survey.queue(message(late))
    survey.recorded(sent, score=10)
    survey.queue(message(early))
    survey.recorded(sent, score=3)
    assert survey.counted(1)["histogram"] == histogram(3)


def test_a_partial_response_is_held_back_and_the_final_one_is_counted_first(stack: Stack) -> None:
    survey = Survey(stack)
    sent, held = new_id(), depth(stack, "ResponseQueue", "ApproximateNumberOfMessagesDelayed")
    survey.send(1, id=sent, final=False)
    settle(stack)
    assert depth(stack, "ResponseQueue", "ApproximateNumberOfMessagesDelayed") == held + 1
    assert survey.nps()["responses"] == 0
    survey.send(9, id=sent)
    assert survey.counted(1)["histogram"] == histogram(9)


def test_a_partial_response_counts_until_the_final_one_replaces_it(stack: Stack, published: Listener) -> None:
    survey = Survey(stack)
    sent = new_id()
    survey.queue(message(survey.submission("partial", 8, sent)))
    survey.recorded(sent, state="partial", score=8)
    survey.send(10, id=sent)
    survey.recorded(sent, state="final", score=10, revision=2)
    survey.queue(message(survey.submission("partial", 0, sent)))
    assert survey.counted(1)["histogram"] == histogram(10)
    types = sorted(event["detail-type"] for event in published.of(survey.id) if "Response" in event["detail-type"])
    assert types == ["ResponseRecorded", "ResponseRevised"]


def test_a_poison_message_dies_alone_and_its_neighbours_are_recorded(stack: Stack) -> None:
    survey = Survey(stack)
    dead = depth(stack, "ResponseDeadLetters")
    poison = [
        "not json at all",
        '{"version": 1}',
        message({"survey": survey.id, "id": "no id", "kind": "final", "received": 1, "score": 3}),
        message(survey.submission("final", 11, new_id())),
        message(survey.submission("final", 9, new_id(), comment="half a \ud800 character")),
    ]
    good = [message(survey.submission("final", 6, new_id())) for _ in range(5)]
    survey.queue(*(body for pair in zip(good, poison, strict=True) for body in pair))
    survey.counted(len(good), seconds=10)
    until(lambda: depth(stack, "ResponseDeadLetters"), lambda found: found >= dead + len(poison), seconds=30)
    bodies = _dead_letters(stack)
    assert all(body in bodies for body in poison)
    assert not any(body in bodies for body in good)
    assert survey.counted(5)["histogram"] == histogram(6, 6, 6, 6, 6)


def test_a_response_for_a_deleted_survey_does_not_hold_up_its_neighbours(stack: Stack) -> None:
    survey = Survey(stack)
    orphan = {**survey.submission("final", 3, new_id()), "survey": f"{survey.id}-never-was"}
    survey.queue(message(orphan), message(survey.submission("final", 9, new_id())))
    assert survey.counted(1)["histogram"] == histogram(9)


def test_every_event_so_far_is_valid_and_has_an_id_of_its_own(stack: Stack, published: Listener) -> None:
    if not SCHEMAS.is_dir():
        pytest.skip("there are no schemas under events/schemas")
    survey = Survey(stack, segments=[{"name": "plan", "open": True}])
    sent = survey.send(2, properties={"plan": "pro"}, channel="mail")
    published.wait_for(survey.id, "DetractorIdentified")
    survey.correct(sent, score=9)
    published.wait_for(survey.id, "ResponseRevised")
    survey.erase(sent)
    published.wait_for(survey.id, "ResponseErased")
    heard = published.all()
    assert [fault for event in heard for fault in faults_of(event)] == []
    assert {event["source"] for event in heard} == {"earshot"}
    ids = [event["detail"]["metadata"]["id"] for event in published.of(survey.id)]
    assert len(ids) == len(set(ids))


def test_no_event_holds_a_comment_or_a_person(stack: Stack, published: Listener) -> None:
    survey = Survey(stack)
    survey.post_with_key(score=0, comment="my secret words", person="who-i-am@example.com")
    published.wait_for(survey.id, "DetractorIdentified")
    sent = str(published.of(survey.id))
    assert "secret" not in sent
    assert "who-i-am" not in sent


def _dead_letters(stack: Stack) -> list[str]:
    """What lies in the recorder's dead-letter queue, which stays there."""
    sqs, url = stack.client("sqs"), physical(stack, "ResponseDeadLetters")
    found: list[str] = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=20).get("Messages"):
        found += [entry["Body"] for entry in messages]
    return found
