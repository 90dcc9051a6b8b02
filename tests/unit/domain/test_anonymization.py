"""A response of an anonymized person keeps what counts, or nothing."""

from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from earshot.domain.anonymization import anonymized, expired, without_person
from earshot.domain.counting import Cell, difference
from earshot.domain.merge import merge
from earshot.domain.statement import Statement, StatementKind
from tests.factories import NOON, changed, make_response, make_statement
from tests.unit.domain.test_merge import statements

ANNS = make_response(
    3,
    comment="bad",
    person="ann",
    properties={"plan": "pro"},
    series=("plan=pro",),
    channel="mail",
    contact_requested=True,
)


def test_an_anonymised_response_counts_as_before_and_holds_nothing_of_the_person() -> None:
    left = merge(ANNS, anonymized(ANNS, NOON + 9, subtract=False))
    assert difference(ANNS, left) == {}
    assert (left.kind.state, left.score, left.statement.channel, left.series) == (
        "anonymised",
        3,
        "mail",
        ("plan=pro",),
    )
    assert (left.statement.comment, left.person, dict(left.statement.properties)) == (None, None, {})
    assert not left.statement.contact_requested
    assert left.digest != ANNS.digest


def test_a_subtracted_response_counts_no_more() -> None:
    gone = merge(ANNS, anonymized(ANNS, NOON + 9, subtract=True))
    assert (gone.kind, gone.score, gone.person) == (StatementKind.ERASED, None, None)
    assert difference(ANNS, gone) == {Cell("all", ANNS.day): {3: -1}, Cell("plan=pro", ANNS.day): {3: -1}}


@given(st.lists(statements, max_size=6))
def test_whatever_comes_after_it_an_anonymised_response_stands_until_it_is_erased(later: list[Statement]) -> None:
    left = merge(ANNS, anonymized(ANNS, NOON, subtract=False))
    end = reduce(merge, later, left)
    assert end is left or end.kind is StatementKind.ERASED


def test_of_a_statement_of_an_erased_person_only_the_score_is_kept() -> None:
    statement = make_statement(
        3, comment="bad", person="ann", properties={"plan": "pro"}, channel="mail", contact_requested=True
    )
    assert without_person(statement, subtract=False) == make_statement(3, channel="mail")
    assert without_person(statement, subtract=True) == make_statement(
        None, kind=StatementKind.ERASED, by="person-erased"
    )


def test_an_exclusion_survives_anonymization_and_its_reason_does_not() -> None:
    out = changed(ANNS, kind=StatementKind.CHANGED_WITH_KEY, excluded=True, exclusion_reason="Ann is one of us")
    left = merge(out, anonymized(out, NOON + 9, subtract=False))
    assert (left.state, left.statement.excluded, left.statement.exclusion_reason, left.score) == (
        "anonymised",
        True,
        None,
        3,
    )
    assert difference(out, left) == {}


def test_who_wants_to_be_contacted_is_not_kept_beyond_the_retention_even_where_nothing_else_is_known() -> None:
    nobodys = make_response(3, contact_requested=True)
    left = expired(nobodys, NOON + 9)
    assert left is not None
    assert not merge(nobodys, left).statement.contact_requested
    assert expired(make_response(3), NOON + 9) is None
