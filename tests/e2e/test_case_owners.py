"""Who owns a case on the deployed stack: the first that is named and there, else who stands in, else nobody."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from tests.e2e.conftest import Stack
from tests.e2e.survey_client import Survey, new_id, settle, until


class Team:
    """Members of a test, who leave with it."""

    def __init__(self, stack: Stack) -> None:
        self.stack, self.mark = stack, uuid4().hex[:8]
        self.members: list[str] = []

    def name(self, who: str) -> str:
        return f"{who}-{self.mark}"

    def add(self, who: str, role: str = "frontline", **fields: Any) -> str:
        """Add a member or change them; return their id."""
        name = self.name(who)
        body = {"email": f"{name}@example.com", "role": role, **fields}
        made = self.stack.call("PUT", f"/v1/team/{name}", body)
        assert made.status in (200, 201), made.raw
        self.members.append(name)
        return name

    def remove(self, member: str) -> None:
        assert self.stack.call("DELETE", f"/v1/team/{member}").status == 204


@pytest.fixture
def team(stack: Stack) -> Iterator[Team]:
    made = Team(stack)
    yield made
    for member in dict.fromkeys(made.members):
        made.remove(member)
    settle(stack)


def add_person(survey: Survey, who: str, **fields: Any) -> str:
    person = f"{who}-{survey.id}"
    body = {"id": person, "email": f"{person}@example.com", **fields}
    made = survey.stack.call("PUT", f"/v1/people/{person}", body)
    assert made.status in (200, 201), made.raw
    return person


def opened(survey: Survey, **fields: Any) -> Any:
    """Post a detractor's response; return the case that it opened."""
    known = {case["id"] for case in listed(survey)}
    assert survey.post_with_key(id=new_id(), score=2, **fields).status == 202
    found = until(lambda: [case for case in listed(survey) if case["id"] not in known], lambda cases: len(cases) == 1)
    return read(survey.stack, found[0]["id"])


def listed(survey: Survey, query: str = "") -> list[Any]:
    page = survey.stack.call("GET", f"/v1/cases?survey={survey.id}{query}")
    assert page.status == 200, page.raw
    return list(page.body["cases"])


def read(stack: Stack, case: str) -> Any:
    found = stack.call("GET", f"/v1/cases/{case}")
    assert found.status == 200, found.raw
    return found.body


def test_the_first_that_is_named_owns_the_case_in_their_hours(stack: Stack, team: Team) -> None:
    ann, bea, cy, dan = (team.add(name) for name in ("ann", "bea", "cy", "dan"))
    survey = Survey(stack, cases={"owner": dan, "owner_property": "manager"})
    account = f"acme-{survey.id}"
    saved = stack.call("POST", "/v1/accounts", {"accounts": [{"id": account, "owner": bea}]})
    assert saved.status == 200, saved.raw
    rule = {"when": "score", "at_most": 6, "destinations": ["owner"], "case": True, "owner": cy}
    made = stack.call("POST", f"{survey.path}/alert-rules", rule)
    assert made.status == 201, made.raw

    managed = add_person(survey, "p", properties={"manager": f"{ann}@Example.com"}, account=account)
    case = opened(survey, person=managed)
    assert (case["owner"], case["rule"], case["priority"]) == (ann, made.body["id"], "high")
    of_account = add_person(survey, "q", account=account)
    # What a response claims names nobody.
    assert opened(survey, person=of_account, properties={"manager": ann})["owner"] == bea
    assert opened(survey)["owner"] == cy
    changed = stack.call("PATCH", f"{survey.path}/alert-rules/{made.body['id']}", {"owner": None})
    assert changed.status == 200, changed.raw
    assert opened(survey)["owner"] == dan
    assert {case["owner"] for case in listed(survey, f"&owner={bea}")} == {bea}


def test_members_of_a_role_take_turns(stack: Stack, team: Team) -> None:
    members = {team.add(name, role="executive") for name in ("eve", "fay")}
    survey = Survey(stack, cases={"role": "executive"})
    owners = [opened(survey)["owner"] for _ in range(2)]
    assert set(owners) == members


def test_a_deputy_stands_in_for_a_member_who_is_away_and_gets_the_cases_of_one_who_leaves(
    stack: Stack, team: Team
) -> None:
    bea = team.add("bea")
    ann = team.add("ann", deputy=bea)
    survey = Survey(stack, cases={"owner": ann})
    hers = opened(survey)
    assert hers["owner"] == ann
    team.add("ann", deputy=bea, away={"from": "2020-01-01", "to": "2100-01-01"})
    assert opened(survey)["owner"] == bea

    team.remove(ann)
    handed = until(lambda: read(stack, hers["id"]), lambda case: case["owner"] != ann)
    assert handed["owner"] == bea
    assert [fact["kind"] for fact in handed["facts"]][-1] == "handed_over"
    assert opened(survey)["owner"] == bea

    team.remove(bea)
    until(lambda: {case["owner"] for case in listed(survey)}, lambda owners: owners == {None})
    nobodys = opened(survey)
    assert nobodys["owner"] is None
    found = listed(survey, "&owner=-")
    assert {case["id"] for case in found} >= {hers["id"], nobodys["id"]}
