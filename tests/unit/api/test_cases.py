"""Cases as they are asked for and shown: person and words only to who may read them."""

from dataclasses import replace

import pytest

from earshot.api.cases import case_view, listed_cases_view, read_cases
from earshot.api.cursors import write_cursor
from earshot.domain.alerts import Alert
from earshot.domain.cases import CaseFigures, SubjectKind
from earshot.domain.errors import InvalidError
from earshot.domain.opened_cases import opened_by
from earshot.services.cases.read_cases import WholeCase
from tests.factories import NOON, make_response

RESPONSE = make_response(2, comment="It is me, Ann", person="ann")
CASE = opened_by(Alert("demo", "own", RESPONSE.id, NOON), SubjectKind.PERSON, "ann")
WHOLE = WholeCase(replace(CASE, responses=3), [RESPONSE])


@pytest.mark.parametrize("with_person", [True, False])
@pytest.mark.parametrize("with_words", [True, False])
def test_person_and_words_are_there_for_who_may_read_them(with_person: bool, with_words: bool) -> None:
    view = case_view(WHOLE, with_person=with_person, with_words=with_words)
    (shown,) = view["responses"]
    assert ("person" in view, "comment" in shown) == (with_person, with_words)
    assert ("ann" in repr(view), "It is me" in repr(view)) == (with_person, with_words)
    assert (view["response_count"], shown["id"], shown["score"]) == (3, RESPONSE.id, 2)
    assert (view["subject"], view["state"], view["opened_at"]) == ("person", "open", "2026-11-21T12:00:00.000Z")


def test_a_list_has_neither_person_nor_responses_and_goes_on_by_a_cursor() -> None:
    place = f"-#{NOON:014d}#{CASE.id}"
    row = CaseFigures(CASE.id, "demo", SubjectKind.ACCOUNT, NOON, NOON, NOON, "own", "acme")
    page = listed_cases_view([row], place)
    assert page["cases"] == [
        {
            "id": CASE.id,
            "survey": "demo",
            "subject": "account",
            "account": "acme",
            "state": "open",
            "opened_at": "2026-11-21T12:00:00.000Z",
            "rule": "own",
        }
    ]
    assert read_cases({"cursor": page["cursor"] or "", "survey": "demo"}) == {"cursor": place, "survey": "demo"}
    assert listed_cases_view([], None) == {"cases": [], "cursor": None}


@pytest.mark.parametrize(
    "query",
    [
        {"state": "closed"},
        {"survey": "No Survey"},
        {"cursor": "nonsense"},
        {"cursor": write_cursor("-#1#x")},
        {"cursor": write_cursor("")},
        {"owner": "ann"},
    ],
)
def test_what_no_list_has_is_refused(query: dict[str, str]) -> None:
    with pytest.raises(InvalidError):
        read_cases(query)
