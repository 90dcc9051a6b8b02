"""A detractor opens a case on the deployed stack: listed, linked from the webhook, joined, and left by an erasure."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

from tests.e2e.cli_runner import earshot
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


def test_a_case_is_contacted_and_closed_and_of_two_the_slower_one_gets_it_as_it_is_now(stack: Stack) -> None:
    survey = Survey(stack)
    person, member = f"cleo-{survey.id}", survey.id
    staff = {"email": "mia@example.com", "role": "frontline"}
    assert stack.call("PUT", f"/v1/team/{member}", staff).status == 201
    assert stack.call("PATCH", survey.path, {"cases": {"owner": member}}).status == 200
    survey.post_with_key(id=new_id(), score=2, comment="It leaks", person=person)
    case = case_of(survey, 1)
    assert (case["owner"], case["owned_by"], case["priority"]) == (member, "survey", "high")
    contacted = noted(stack, case, {"kind": "contacted", "note": "Rang Cleo."})
    assert (contacted["state"], contacted["breached"]) == ("contacted", False)
    closing = {"kind": "resolved", "outcome": "explained", "root_cause": "product"}
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: fact_on(stack, contacted, closing), range(8)))
    assert sorted(reply.status for reply in replies) == [201, *[409] * 7]
    (closed,) = (reply.body for reply in replies if reply.status == 201)
    assert all(reply.body["current"] == closed for reply in replies if reply.status == 409)
    assert [fact["kind"] for fact in closed["facts"]] == ["opened", "contacted", "resolved"]
    assert cases_of(survey) == []
    listed = stack.call("GET", f"/v1/cases?survey={survey.id}&state=resolved").body["cases"]
    assert [(each["id"], each["outcome"], each["root_cause"]) for each in listed] == [
        (case["id"], "explained", "product")
    ]
    # The next low score opens a case of its own, next to which the first one stays closed.
    survey.post_with_key(id=new_id(), score=1, person=person)
    assert case_of(survey, 1)["id"] != case["id"]
    heard_again = until(
        lambda: stack.call("GET", f"/v1/cases/{case['id']}").body,
        lambda found: found["facts"][-1]["kind"] == "responded_again",
    )
    refused = fact_on(stack, heard_again, {"kind": "reopened"})
    assert (refused.status, "another case is open" in refused.body["detail"]) == (409, True)


def test_a_case_by_hand_is_reopened_and_an_erasure_leaves_its_states_without_words(stack: Stack) -> None:
    survey = Survey(stack)
    person = f"dora-{survey.id}"
    assert stack.call("PUT", f"/v1/people/{person}", {"id": person, "name": "Dora Dunkel"}).status == 201
    made = stack.call("POST", "/v1/cases", {"survey": survey.id, "person": person, "note": "Dora Dunkel rang."})
    assert (made.status, made.body["facts"][0]["note"]) == (201, "Dora Dunkel rang.")
    again = stack.call("POST", "/v1/cases", {"survey": survey.id, "person": person})
    assert (again.status, again.body["current"]["id"]) == (409, made.body["id"])
    facts = (
        {"kind": "contacted", "note": "x" * 1_000},
        {"kind": "waiting"},
        {"kind": "no_action", "outcome": "duplicate", "root_cause": "other"},
        {"kind": "reopened", "note": "Dora Dunkel rang again."},
    )
    case = made.body
    for fact in facts:
        case = noted(stack, case, fact)
    assert (case["state"], case["round"], case["waiting"]) == ("contacted", 2, False)
    erased = stack.call("DELETE", f"/v1/people/{person}?id={person}").body
    assert erased["remaining"] == 0
    left = stack.call("GET", f"/v1/cases/{case['id']}").body
    assert (left["person"], left["state"], left["contacted_at"]) == (None, "contacted", case["contacted_at"])
    assert [fact["kind"] for fact in left["facts"]] == [fact["kind"] for fact in case["facts"]]
    assert {fact["note"] for fact in left["facts"]} == {None}
    assert fact_on(stack, left, {"kind": "note", "note": "Dora rang."}).status == 400
    closed = noted(stack, left, {"kind": "unreachable", "root_cause": "other"})
    assert closed["state"] == "unreachable"


def test_somebody_who_was_helped_shows_as_recovered_next_to_somebody_nobody_contacted(stack: Stack) -> None:
    survey = Survey(stack)
    helped, alone = f"finn-{survey.id}", f"gail-{survey.id}"
    for person in (helped, alone):
        survey.post_with_key(id=new_id(), score=2, person=person)
    found = until(lambda: cases_of(survey), lambda cases: len(cases) == 2)
    whole = [stack.call("GET", f"/v1/cases/{each['id']}").body for each in found]
    (case,) = (each for each in whole if each["person"] == helped)
    case = noted(stack, case, {"kind": "contacted"})
    noted(stack, case, {"kind": "resolved", "outcome": "explained", "root_cause": "product"})
    first = new_id()
    for person, score, response in ((helped, 9, first), (alone, 5, new_id())):
        survey.post_with_key(id=response, score=score, person=person)
    recovery = until(lambda: recovery_of(survey), lambda both: all(each["responded"] for each in both))
    assert [(each["cases"], each["recovered"]) for each in recovery] == [(1, 1), (1, 0)]
    assert [each["share"] for each in recovery] == [None, None]
    shown = stack.call("GET", f"/v1/cases/{case['id']}").body
    assert (shown["responded_again"]["score"], shown["facts"][-1]["kind"]) == (9, "responded_again")
    assert shown["facts"][-1]["response"] is None

    assert survey.erase(first).status == 204
    assert stack.call("DELETE", f"/v1/people/{helped}?id={helped}&unknown=true").status == 200
    settle(stack)
    assert recovery_of(survey) == recovery
    audit = earshot(stack, "audit", survey.id)
    assert audit.returncode == 0, audit.stdout
    assert "figures equal a recount of 2 cases by their facts." in audit.stdout


def recovery_of(survey: Survey) -> list[Any]:
    """Return what is known of the next responses after closing, and without contact."""
    measures = survey.stack.call("GET", f"{survey.path}/case-measures")
    assert measures.status == 200, measures.raw
    recovery = measures.body["all"]["recovery"]
    return [recovery["closed"], recovery["control"]]


def fact_on(stack: Stack, case: Any, fact: dict[str, Any]) -> Any:
    return stack.call("POST", f"/v1/cases/{case['id']}/facts", fact | {"revision": case["revision"]})


def noted(stack: Stack, case: Any, fact: dict[str, Any]) -> Any:
    reply = fact_on(stack, case, fact)
    assert reply.status == 201, reply.raw
    return reply.body
