"""Merging statements: whatever the order, the same one stands, and no person is taken off."""

from dataclasses import replace
from functools import reduce
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.domain.counting import Cell, difference
from earshot.domain.merge import merge
from earshot.domain.response import Correction, Placement, Response
from earshot.domain.statement import Rank, Statement, StatementKind
from tests.factories import DAY, NOON, make_response, make_statement

statements = st.builds(
    Statement,
    kind=st.sampled_from([kind for kind in StatementKind if kind < StatementKind.ANONYMISED]),
    rank=st.sampled_from(Rank),
    person=st.sampled_from([None, "ann"]),
    received_at=st.integers(NOON, NOON + 3),
    score=st.integers(0, 10),
    comment=st.sampled_from([None, "good", "bad"]),
    exclusion_reason=st.sampled_from([None, "a test"]),
).map(lambda statement: replace(statement, excluded=statement.exclusion_reason is not None)) | st.builds(
    Statement, kind=st.just(StatementKind.ERASED), received_at=st.integers(NOON, NOON + 3)
)


def first(statement: Statement) -> Response:
    person = statement.person if statement.kind.has_person else None
    return make_response(statement=replace(statement, person=person), digest=statement.digest)


def values_of(response: Response) -> tuple[object, ...]:
    return (
        response.order,
        response.score,
        response.statement.comment,
        response.person,
        response.statement.excluded,
        response.statement.exclusion_reason,
    )


@given(st.lists(statements, min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_whatever_the_order_and_however_often_the_same_statement_wins(history: list[Statement], chance) -> None:  # type: ignore[no-untyped-def]
    other = history + chance.sample(history, chance.randint(0, len(history)))
    chance.shuffle(other)
    once = reduce(merge, history[1:], first(history[0]))
    again = reduce(merge, other[1:], first(other[0]))
    assert values_of(once) == values_of(again)


@pytest.mark.parametrize(
    ("stands", "statements"),
    [
        (
            make_statement(None, kind=StatementKind.ERASED),
            make_statement(9, kind=StatementKind.ANONYMISED, received_at=NOON + 9),
        ),
        (
            make_statement(9, kind=StatementKind.ANONYMISED),
            make_statement(3, kind=StatementKind.CHANGED_WITH_KEY, received_at=NOON + 9),
        ),
        (
            make_statement(9, kind=StatementKind.ERASED),
            make_statement(3, kind=StatementKind.CHANGED_WITH_KEY, received_at=NOON + 9),
        ),
        (
            make_statement(9, kind=StatementKind.CHANGED_WITH_KEY),
            make_statement(3, kind=StatementKind.CHANGED_BY_RESPONDENT),
        ),
        (make_statement(9, kind=StatementKind.CHANGED_BY_RESPONDENT), make_statement(3)),
        (make_statement(9), make_statement(3, kind=StatementKind.PARTIAL, received_at=NOON + 9)),
        (make_statement(9), make_statement(3, received_at=NOON + 1)),
        (
            make_statement(9, kind=StatementKind.PARTIAL, received_at=NOON + 1),
            make_statement(3, kind=StatementKind.PARTIAL),
        ),
        (make_statement(9, received_at=NOON + 9, rank=Rank.KEYED), make_statement(3, rank=Rank.SIGNED)),
        (make_statement(9, received_at=NOON + 9, rank=Rank.SIGNED), make_statement(3)),
        (make_statement(9, received_at=NOON + 9), make_statement(3, kind=StatementKind.PARTIAL, rank=Rank.KEYED)),
        (
            make_statement(9, kind=StatementKind.PARTIAL, rank=Rank.KEYED),
            make_statement(3, kind=StatementKind.PARTIAL, received_at=NOON + 9),
        ),
        (
            make_statement(9, kind=StatementKind.CHANGED_BY_RESPONDENT, received_at=NOON + 1),
            make_statement(3, kind=StatementKind.CHANGED_BY_RESPONDENT, rank=Rank.KEYED),
        ),
    ],
    ids=[
        "erased for good",
        "anonymised",
        "erased",
        "changed with a key",
        "changed by the respondent",
        "final",
        "earliest final",
        "latest partial",
        "a key's final",
        "a signed final",
        "a final of nobody before a key's partial",
        "a key's partial",
        "the latest change, of any author",
    ],
)
def test_the_greater_statement_stands(stands: Statement, statements: Statement) -> None:
    response = first(stands)
    assert merge(response, statements) is response
    assert merge(first(statements), stands).order == stands.order


def test_a_tie_is_broken_the_same_way_from_both_sides() -> None:
    one, other = make_statement(3), make_statement(9)
    assert values_of(merge(first(one), other)) == values_of(merge(first(other), one))


def test_the_day_stays_and_the_series_follow_the_statement_that_stands() -> None:
    partial = make_response(3, kind=StatementKind.PARTIAL, series=("plan=free",))
    merged = merge(partial, make_statement(9, received_at=NOON + DAY), placement=Placement(("plan=pro",)))
    assert (merged.day, merged.series, merged.score) == (partial.day, ("plan=pro",), 9)
    assert difference(partial, merged) == {
        Cell("all", partial.day): {9: 1, 3: -1},
        Cell("plan=free", partial.day): {3: -1},
        Cell("plan=pro", partial.day): {9: 1},
    }
    assert merge(merged, make_statement(0, received_at=NOON + 2 * DAY), placement=Placement(("plan=free",))) is merged


def test_an_anonymized_person_leaves_the_series_as_they_are() -> None:
    response = make_response(3, series=("plan=free",))
    merged = merge(response, make_statement(3, kind=StatementKind.ANONYMISED), placement=Placement())
    assert merged.series == ("plan=free",)


def test_a_lesser_statement_still_names_the_person_of_the_response() -> None:
    final = make_response(9)
    merged = merge(final, make_statement(3, kind=StatementKind.PARTIAL, rank=Rank.SIGNED, person="ann"))
    assert (merged.score, merged.kind, merged.person, merged.revision) == (9, StatementKind.FINAL, "ann", 2)
    assert merged.last_event == final.last_event


@pytest.mark.parametrize("person", [None, "ben"])
def test_a_person_is_never_taken_off_nor_replaced(person: str | None) -> None:
    partial = make_response(3, kind=StatementKind.PARTIAL, person="ann")
    assert merge(partial, make_statement(9, person=person)).person == "ann"


@pytest.mark.parametrize("kind", [StatementKind.ANONYMISED, StatementKind.ERASED])
def test_an_anonymized_person_is_not_joined_again(kind: StatementKind) -> None:
    gone = merge(make_response(3, person="ann"), make_statement(None, kind=kind))
    assert gone.person is None
    assert merge(gone, make_statement(9, person="ann")) is gone


def test_a_keys_final_in_place_of_another_is_in_the_history() -> None:
    merged = merge(make_response(3), make_statement(9, received_at=NOON + 5, rank=Rank.KEYED, by="0f1e2d3c4b5a"))
    assert merged.history.corrections == (
        Correction("revised", NOON + 5, "0f1e2d3c4b5a", changed=("score",), scores=(3, 9)),
    )


@pytest.mark.parametrize(
    ("old", "rank"),
    [({"kind": StatementKind.PARTIAL}, Rank.KEYED), ({}, Rank.SIGNED), ({"rank": Rank.KEYED}, Rank.KEYED)],
)
def test_completing_a_response_is_not_in_the_history(old: dict[str, Any], rank: Rank) -> None:
    merged = merge(make_response(3, **old), make_statement(9, received_at=NOON - 5, rank=rank))
    assert (merged.score, merged.history.corrections) == (9, ())
