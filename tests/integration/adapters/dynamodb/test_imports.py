"""What keeps imports, the fake one and the one in DynamoDB alike, with the ledger that adds to their figures."""

from dataclasses import replace
from typing import Any

import pytest

from earshot.adapters.dynamodb.imports import DynamoDBImports
from earshot.adapters.dynamodb.ledger import DynamoDBLedger
from earshot.adapters.dynamodb.responses import DynamoDBResponses
from earshot.domain.imports import Import
from earshot.domain.merge import merge
from earshot.domain.statement import Statement, StatementKind
from earshot.ports.ledger import Change, Verdict
from earshot.ports.responses import ResponseQuery
from tests.factories import NOON, make_response, uuid7
from tests.fakes.imports import InMemoryImports
from tests.fakes.ledger import InMemoryLedger

BEGUN = Import("demo", "reviews", NOON, "k", "reviews.csv")


@pytest.fixture(params=["fake", "dynamodb"])
def store(request: pytest.FixtureRequest) -> tuple[Any, Any, Any]:
    """Return imports, and the ledger that adds to them with its reader."""
    if request.param == "fake":
        fake = InMemoryLedger()
        return InMemoryImports(fake), fake, fake
    client = request.getfixturevalue("dynamodb")
    return DynamoDBImports(client, "earshot"), DynamoDBLedger(client, "earshot"), DynamoDBResponses(client, "earshot")


def imported(seed: str, **more: Any) -> Any:
    return make_response(9, id=uuid7(seed=seed), import_id="reviews", **more)


def test_an_import_keeps_when_and_by_which_key_it_was_first_declared(store: tuple[Any, Any, Any]) -> None:
    imports, _, _ = store
    assert imports.get("demo", "reviews") is None
    assert imports.declare(BEGUN) == BEGUN
    declared = Import("demo", "reviews", NOON + 1, "other", accepted=5, refused=1)
    assert imports.declare(declared) == replace(BEGUN, accepted=5, refused=1)
    assert imports.get("demo", "reviews") == replace(BEGUN, accepted=5, refused=1)


def test_imports_of_a_survey_are_listed_the_newest_first(store: tuple[Any, Any, Any]) -> None:
    imports, _, _ = store
    for survey, name, started in (("demo", "a", 1), ("demo", "b", 2), ("other", "c", 3)):
        imports.declare(Import(survey, name, started))
    imports.note_known("demo", "a", "part", 1, NOON)
    assert [one.id for one in imports.of_survey("demo")] == ["b", "a"]


def test_what_is_new_is_added_with_the_responses_and_what_is_known_once_a_part(store: tuple[Any, Any, Any]) -> None:
    imports, ledger, responses = store
    imports.declare(BEGUN)
    both = imported("a"), imported("b")
    assert ledger.commit([Change(None, one) for one in (*both, make_response(1, id=uuid7(seed="c")))]) is None
    assert ledger.commit([Change(None, one) for one in both])[0].verdict is Verdict.STALE
    for part in ("p", "p", "q"):
        imports.note_known("demo", "reviews", part, 3, NOON)
    found = imports.get("demo", "reviews")
    assert (found.new, found.known, found.withdrawn) == (2, 6, 0)
    page, _ = responses.page("demo", ResponseQuery(100, import_id="reviews"))
    assert {one.id for one in page} == {one.id for one in both}
    assert ledger.find("demo", both[0].id) == both[0]


def test_an_undone_import_records_nothing_more_and_spoils_no_neighbour(store: tuple[Any, Any, Any]) -> None:
    imports, ledger, _ = store
    imports.declare(BEGUN)
    assert imports.begin_undo("demo", "reviews", NOON + 5).undone_at == NOON + 5
    assert imports.begin_undo("demo", "reviews", NOON + 9).undone_at == NOON + 5
    assert imports.begin_undo("demo", "other", NOON) is None
    neighbour = make_response(1, id=uuid7(seed="b"))
    refusals = ledger.commit([Change(None, imported("a")), Change(None, neighbour)])
    assert [refusal.verdict for refusal in refusals] == [Verdict.UNDONE, Verdict.UNHARMED]
    assert ledger.find("demo", neighbour.id) is None
    assert imports.get("demo", "reviews").new == 0


def test_what_is_withdrawn_is_added_too_and_the_place_of_an_undoing_is_kept(store: tuple[Any, Any, Any]) -> None:
    imports, ledger, _ = store
    imports.declare(BEGUN)
    response = imported("a")
    ledger.commit([Change(None, response)])
    imports.begin_undo("demo", "reviews", NOON)
    withdrawn = merge(response, Statement(StatementKind.WITHDRAWN, NOON, by="k"))
    assert ledger.commit([Change(response, withdrawn)]) is None
    assert ledger.find("demo", response.id) == withdrawn
    assert imports.keep_place("demo", "reviews", "x").below == "x"
    done = imports.finish_undo("demo", "reviews", NOON + 7)
    assert (done.withdrawn, done.below, done.finished_at, done.state) == (1, None, NOON + 7, "undone")
    assert imports.finish_undo("demo", "reviews", NOON + 9).finished_at == NOON + 7


def test_what_an_import_updates_is_added_in_the_same_transaction_until_it_is_undone(
    store: tuple[Any, Any, Any],
) -> None:
    imports, ledger, _ = store
    imports.declare(BEGUN)
    imports.declare(replace(BEGUN, id="again"))
    first, second = imported("a"), imported("b")
    assert ledger.commit([Change(None, first), Change(None, second)]) is None
    statement = Statement(StatementKind.CHANGED_WITH_KEY, NOON, 9, properties={"plan": "pro"}, by="k")
    assert ledger.commit([Change(first, merge(first, statement), updated_by="again")]) is None
    assert (imports.get("demo", "again").updated, imports.get("demo", "reviews").updated) == (1, 0)
    imports.begin_undo("demo", "again", NOON)
    (refusal,) = ledger.commit([Change(second, merge(second, statement), updated_by="again")])
    assert refusal.verdict is Verdict.UNDONE
    assert imports.get("demo", "again").updated == 1
    assert ledger.find("demo", second.id) == second
