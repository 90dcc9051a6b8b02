"""A detractor reaches the CRM's real HTTP server, under the same key however often it takes."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.bus_listener import Listener
from tests.e2e.conftest import Crm, Delivery, Stack
from tests.e2e.survey_client import Survey, depth, new_id, physical, settle, until


@pytest.fixture
def soon(stack: Stack, crm: Crm) -> Iterator[None]:
    """Make what the CRM refused come back after two seconds instead of sixty; the CRM is kind again afterwards."""
    sqs, url = stack.client("sqs"), physical(stack, "DeliveryQueue")
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "2"})
    yield
    crm.refuse, crm.stall = None, 0
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "60"})


def of(survey: Survey, deliveries: list[Delivery]) -> list[Delivery]:
    return [delivery for delivery in list(deliveries) if delivery.data["survey"] == survey.id]


def deliveries(survey: Survey, response: str) -> list[Any]:
    """Return what the API shows of a response's deliveries to the CRM."""
    found = survey.stack.call("GET", f"/v1/deliveries?destination=crm&survey={survey.id}").body["deliveries"]
    return [each for each in found if each["response"] == response]


def states(survey: Survey, response: str) -> list[str]:
    return [each["state"] for each in deliveries(survey, response)]


def test_a_detractor_reaches_the_crm_once_with_all_it_takes_to_act(stack: Stack, crm: Crm, published: Listener) -> None:
    survey = Survey(stack)
    sent = new_id()
    survey.post_with_key(
        id=sent, score=3, comment="żal\nand rain", person="p-7", properties={"plan": "pro"}, channel="mail"
    )
    got = crm.wait_for(lambda delivery: delivery.data["response"] == sent)
    event = published.wait_for(survey.id, "DetractorIdentified")
    assert got.headers["idempotency-key"] == got.headers["webhook-id"] == event["detail"]["metadata"]["id"]
    assert got.body["type"] == "response.detractor"
    assert got.headers["content-type"] == "application/json"
    wanted = {
        "survey": survey.id, "response": sent, "revision": 1, "score": 3, "person": {"id": "p-7"},
        "category": "detractor", "comment": "żal\nand rain", "properties": {"plan": "pro"}, "channel": "mail",
    }  # fmt: skip
    assert wanted.items() <= got.data.items()
    settle(stack)
    assert len(of(survey, crm.deliveries)) == 1


def test_only_detractors_reach_the_crm(stack: Stack, crm: Crm) -> None:
    survey = Survey(stack)
    for score in range(11):
        survey.send(score)
    until(lambda: len(of(survey, crm.deliveries)), lambda found: found >= 7)
    settle(stack)
    assert sorted(delivery.data["score"] for delivery in of(survey, crm.deliveries)) == list(range(7))


def test_a_repeated_post_is_not_delivered_again(stack: Stack, crm: Crm) -> None:
    survey = Survey(stack)
    sent = new_id()
    for _ in range(4):
        survey.send(1, id=sent)
    survey.counted(1)
    survey.send(1, id=sent)
    settle(stack)
    until(lambda: len(of(survey, crm.deliveries)), lambda found: found >= 1)
    settle(stack)
    assert len(of(survey, crm.deliveries)) == 1


def test_a_promoter_corrected_to_a_detractor_is_reported(stack: Stack, crm: Crm) -> None:
    survey = Survey(stack)
    sent = survey.send(9)
    survey.recorded(sent)
    survey.correct(sent, score=2, comment="on second thoughts")
    got = crm.wait_for(lambda delivery: delivery.data["response"] == sent)
    assert (got.data["score"], got.data["comment"], got.data["revision"]) == (2, "on second thoughts", 2)


@pytest.mark.parametrize("status", [500, 429])
def test_what_the_crm_cannot_take_now_comes_again_under_the_same_key(
    stack: Stack, crm: Crm, soon: None, status: int
) -> None:
    survey = Survey(stack)
    crm.refuse = status
    survey.send(0)
    until(lambda: len(of(survey, crm.refused)), lambda found: found >= 1, seconds=30)
    crm.refuse = None
    # Without Retry-After a 429 means a minute.
    got = crm.wait_for(lambda delivery: delivery.data["survey"] == survey.id, seconds=100)
    keys = {delivery.headers["idempotency-key"] for delivery in (got, *of(survey, crm.refused))}
    assert keys == {got.headers["webhook-id"]}


@pytest.mark.parametrize("status", [302, 404])
def test_what_the_crm_refuses_is_parked_until_somebody_asks_for_it(
    stack: Stack, crm: Crm, soon: None, status: int
) -> None:
    survey = Survey(stack)
    crm.refuse = status
    sent = survey.send(0)
    until(lambda: states(survey, sent), lambda found: found == ["parked"])
    parked = deliveries(survey, sent)
    assert [attempt["status"] for attempt in parked[0]["attempts"]] == [status]
    settle(stack)
    assert len(of(survey, crm.refused)) == 1
    crm.refuse = None
    assert stack.call("POST", "/v1/destinations/crm/redrive").body["deliveries"] >= 1
    got = crm.wait_for(lambda delivery: delivery.data["survey"] == survey.id, seconds=30)
    assert got.headers["webhook-id"] == parked[0]["id"] == of(survey, crm.refused)[0].headers["webhook-id"]
    until(lambda: states(survey, sent), lambda found: found == ["delivered"])


def test_the_comment_is_read_at_delivery_so_nothing_erased_or_outdated_is_sent(
    stack: Stack, crm: Crm, soon: None
) -> None:
    survey = Survey(stack)
    crm.refuse = 503
    changed, erased, happy = (survey.send(0, comment="at first") for _ in range(3))
    until(lambda: len({d.data["response"] for d in of(survey, crm.refused)}), lambda found: found == 3, seconds=30)
    survey.correct(changed, comment="at last")
    survey.correct(happy, score=10)
    survey.erase(erased)
    crm.refuse = None
    got = crm.wait_for(lambda delivery: delivery.data["response"] == changed, seconds=30)
    assert got.data["comment"] == "at last"
    # The queue has messages of other tests, too: what counts is what became of these three.
    listing = f"/v1/deliveries?destination=crm&survey={survey.id}"
    until(
        lambda: sorted(each["state"] for each in stack.call("GET", listing).body["deliveries"]),
        lambda found: found == ["delivered", "withdrawn", "withdrawn"],
        seconds=30,
    )
    assert {delivery.data["response"] for delivery in of(survey, crm.deliveries)} == {changed}


def test_a_crm_that_times_out_is_called_again_with_the_same_key(stack: Stack, crm: Crm, soon: None) -> None:
    survey = Survey(stack)
    crm.stall = 8
    sent = survey.send(0)
    until(lambda: len(of(survey, crm.deliveries)), lambda found: found >= 2, seconds=30)
    crm.stall = 0
    # The third attempt comes within a minute. Messages of other tests may be under way at the same time.
    until(lambda: states(survey, sent), lambda found: found == ["delivered"], seconds=90)
    assert len({delivery.headers["idempotency-key"] for delivery in of(survey, crm.deliveries)}) == 1
    assert depth(stack, "DeliveryDeadLetters") == 0
