"""Looking for what is left of somebody: whatever leads back to them is found, and nobody else's data is theirs."""

from dataclasses import replace
from typing import Any

import pytest

from earshot_cli.ops.erasure_check.traces import Person, Search, person_of

ANN = Person(
    "c-1042",
    frozenset({"ann@example.com", "Ann Smith"}),
    frozenset({"It is me, Ann of the third floor", "Bad"}),
    frozenset({"019a9c4e-0000-7000-8000-00000000000a", "invitation-7", "message-7"}),
)
TOMBSTONE: dict[str, Any] = {"erased_at": {"N": "1"}, "subtract": {"BOOL": False}, "v": {"N": "2"}}
LEFT: dict[str, Any] = {
    "type": {"S": "invitation"},
    "survey": {"S": "demo"},
    "channel": {"S": "email"},
    "stages": {"SS": ["sent#1"]},
}


def found(pk: str, sk: str, of: Person = ANN, **attributes: Any) -> list[tuple[str, str]]:
    search = Search((of,))
    search.look([{"pk": {"S": pk}, "sk": {"S": sk}, **attributes}])
    return [(trace.attribute, trace.what) for trace in search.found]


def test_a_tombstone_and_what_the_funnel_counts_are_no_traces() -> None:
    assert found("P#c-1042", "META", **TOMBSTONE) == []
    assert found("P#c-1042", "I#invitation-7", **LEFT, day={"S": "2026-11-21"}, columns={"SS": ["asked"]}) == []
    assert found("R#demo#1", "019a9c4e-0000-7000-8000-00000000000a", score={"N": "9"}) == []


@pytest.mark.parametrize(
    ("pk", "sk", "attributes", "where"),
    [
        ("P#c-1042", "META", {**TOMBSTONE, "left": {"S": "hash"}}, "left"),
        ("P#c-1042", "META", {"email": {"S": "ann@example.com"}}, "email"),
        ("P#c-1042", "I#invitation-7", {**LEFT, "response": {"S": "r"}}, "response"),
        ("P#c-1042", "I#invitation-7", {**LEFT, "submissions": {"L": []}}, "submissions"),
        ("P#c-1042", "R#demo#1#r", {"response": {"S": "r"}}, "response"),
        ("PC#c-1042", "invitation-7#0f1e", {"text": {"S": "something else"}}, "text"),
        ("M#hash", "META", {"last_invitation": {"S": "invitation-7"}}, "last_invitation"),
        ("M#hash", "R#demo#1#019a9c4e-0000-7000-8000-00000000000a", {}, "sk"),
        ("R#demo#1", "019a9c4e-0000-7000-8000-00000000000b", {"comment": {"S": "it is ME, ann of the third floor!"}},
         "comment"),
        ("R#demo#1", "019a9c4e-0000-7000-8000-00000000000b", {"comment": {"S": "bad"}}, "comment"),
        ("R#demo#1", "019a9c4e-0000-7000-8000-00000000000a", {"person": {"S": "c-1042"}}, "person"),
        ("R#demo#1", "019a9c4e-0000-7000-8000-00000000000b", {"properties": {"M": {"to": {"S": "ANN SMITH"}}}},
         "properties"),
        ("R#demo#1", "019a9c4e-0000-7000-8000-00000000000b", {"unverified_email": {"S": "Ann@example.com"}},
         "unverified_email"),
        ("SURVEY#demo", "VALUES#who", {"vals": {"SS": ["Ann Smith"]}}, "vals"),
        ("ZZ#new", "c-1042", {}, "sk"),
    ],
)  # fmt: skip
def test_whatever_leads_back_is_found(pk: str, sk: str, attributes: dict[str, Any], where: str) -> None:
    assert where in {attribute for attribute, _ in found(pk, sk, **attributes)}


@pytest.mark.parametrize(
    ("pk", "sk", "attributes", "where"),
    [
        ("P#made-of-ann", "R#demo#1#r", {"response": {"S": "r"}}, "response"),
        ("PC#made-of-ann", "i#0f1e", {"text": {"S": "something else"}}, "text"),
        ("R#demo#1", "019a9c4e-0000-7000-8000-00000000000a", {"person": {"S": "made-of-ann"}}, "person"),
    ],
)
def test_what_stands_under_an_id_made_of_their_address_is_found(
    pk: str, sk: str, attributes: dict[str, Any], where: str
) -> None:
    ann = replace(ANN, made=frozenset({"made-of-ann"}))
    assert where in {attribute for attribute, _ in found(pk, sk, ann, **attributes)}
    assert found("P#made-of-ann", "META", ann, **TOMBSTONE) == []


@pytest.mark.parametrize(
    ("pk", "sk", "attributes"),
    [
        ("P#c-2", "META", {"email": {"S": "ann@example.com"}, "name": {"S": "Ann Smith"}}),
        ("R#demo#1", "019a9c4e-0000-7000-8000-00000000000b", {"person": {"S": "c-2"}, "comment": {"S": "bad"}}),
        ("R#demo#1", "019a9c4e-0000-7000-8000-00000000000b", {"comment": {"S": "Too bad, Joann Smithers"}}),
        ("C#demo#all", "2026-11-21", {"h9": {"N": "1"}}),
    ],
)
def test_what_is_somebody_elses_is_no_trace(pk: str, sk: str, attributes: dict[str, Any]) -> None:
    assert found(pk, sk, **attributes) == []


def test_a_number_as_an_id_is_looked_for_as_a_whole() -> None:
    one = Person("1")
    assert found("R#demo#1", "2026-11-21#1", of=one) == []
    assert found("R#demo#1", "019a9c4e-0000-7000-8000-00000000000b", of=one, x={"S": "1"}) == [("x", "id")]


def test_the_contents_of_an_export_are_searched_for() -> None:
    attempt = {"comment": "pressed", "score": 3}
    exported = {
        "id": "c-1042",
        "person": {"email": "ann@example.com", "name": None},
        "responses": [{"id": "r-1", "person": "made", "unverified_email": "other@example.com", "comment": "said"}],
        "invitations": [
            {"id": "i-1", "person": "c-1042", "response": "r-1", "message_id": "m-2", "mails": [{"message_id": "m-1"}],
             "submissions": [attempt], "clicks": []},
        ],
    }  # fmt: skip
    assert person_of(exported) == Person(
        "c-1042",
        frozenset({"ann@example.com", "other@example.com"}),
        frozenset({"pressed", "said"}),
        frozenset({"r-1", "i-1", "m-1", "m-2"}),
        frozenset({"made"}),
    )
