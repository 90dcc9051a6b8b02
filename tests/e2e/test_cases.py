"""A detractor opens a case on the deployed stack: listed, linked from the webhook, joined, and left by an erasure."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

from tests.e2e.conftest import Crm, Stack
from tests.e2e.survey_client import Survey, new_id, settle, until


def cases_of(survey: Survey) -> list[Any]:
    page = survey.stack.call("GET", f"/v1/cases?survey={survey.id}&state=open")
    assert page.status == 200, page.raw
    return list(page.body["cases"])


def case_of(survey: Survey, responses: int) -> Any:
    """Return the only case of a survey, once it has so many responses."""

    def read() -> Any:
        return [survey.stack.call("GET", f"/v1/cases/{each['id']}").body for each in cases_of(survey)]

    (case,) = until(read, lambda found: [each["response_count"] for each in found] == [responses])
    return case


def test_a_detractor_opens_a_case_that_the_webhook_leads_to_and_the_next_one_joins_it(
    stack: Stack, other_crm: Crm
) -> None:
    survey, first, second = Survey(stack), new_id(), new_id()
    person = f"ann-{survey.id}"
    hook = {"kind": "webhook", "name": "Desk", "settings": {"url": other_crm.url}}
    made = stack.call("POST", "/v1/destinations", hook).body
    rule = {"when": "score", "at_most": 6, "destinations": [made["id"]], "case": True}
    assert stack.call("POST", f"{survey.path}/alert-rules", rule).status == 201
    survey.post_with_key(id=first, score=2, comment="It rains in", person=person)
    got = other_crm.wait_for(lambda delivery: delivery.data["response"] == first)
    linked = stack.call("GET", urlsplit(got.data["links"]["case"]).path)
    case = case_of(survey, 1)
    assert (linked.status, linked.body, got.data["case"]) == (200, case, case["id"])
    assert (case["subject"], case["person"], case["state"]) == ("person", person, "open")
    assert [(each["id"], each["score"], each["comment"]) for each in case["responses"]] == [(first, 2, "It rains in")]

    survey.post_with_key(id=second, score=1, comment="It still rains in", person=person)
    joined = other_crm.wait_for(lambda delivery: delivery.data["response"] == second)
    assert joined.data["case"] == case["id"]
    assert {each["id"] for each in case_of(survey, 2)["responses"]} == {first, second}

    erased = stack.call("DELETE", f"/v1/people/{person}?id={person}&unknown=true").body
    assert erased["remaining"] == 0
    left = case_of(survey, 2)
    assert (left["person"], left["responses"], left["opened_at"]) == (None, [], case["opened_at"])


def test_many_responses_at_once_make_one_case_of_their_person_and_one_of_each_that_is_anonymous(stack: Stack) -> None:
    survey = Survey(stack)
    person = f"bob-{survey.id}"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: survey.post_with_key(id=new_id(), score=3, person=person), range(8)))
    settle(stack)
    assert case_of(survey, 8)["person"] == person
    for _ in range(2):
        survey.send(0)
    settle(stack)
    found = until(lambda: cases_of(survey), lambda cases: len(cases) == 3)
    assert sorted(each["subject"] for each in found) == ["person", "response", "response"]
