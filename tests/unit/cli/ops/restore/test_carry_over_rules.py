"""What a restore says once more of a response is what stands in it, word for word."""

import pytest

from earshot.domain.anonymization import anonymized
from earshot.domain.merge import merge
from earshot.domain.response import first_response
from earshot.domain.statement import Rank, Statement, StatementKind
from earshot_cli.ops.restore.carry_over_rules import Family, family_of, is_missing
from tests.factories import NOON, make_statement, make_submission, make_survey

SUBMITTED = make_submission(3, comment="bad", person="ann", properties={"plan": "pro"}, seconds=4.5)
FIRST = first_response(SUBMITTED, make_survey().zone)
REVISED = make_statement(
    9, kind=StatementKind.CHANGED_WITH_KEY, received_at=NOON + 1, seconds=4.5, reason="misheard", by="k"
)
OUT = make_statement(
    3, kind=StatementKind.CHANGED_WITH_KEY, received_at=NOON + 1, excluded=True, exclusion_reason="x", by="k"
)


@pytest.mark.parametrize(
    "later",
    [
        SUBMITTED.statement,
        REVISED,
        OUT,
        make_statement(9, rank=Rank.KEYED, by="k"),
        make_statement(None, kind=StatementKind.CHANGED_BY_RESPONDENT, received_at=NOON + 1),
        make_statement(
            9, kind=StatementKind.CHANGED_BY_RESPONDENT, received_at=NOON + 1, comment="bad", comment_score=3
        ),
        anonymized(FIRST, NOON + 1, subtract=False),
        Statement(StatementKind.ERASED, NOON + 1, by="k"),
    ],
    ids=["first said", "revised", "excluded", "a key's", "withdrawn", "another score", "anonymised", "erased"],
)
def test_it_outranks_what_was_there_and_leaves_the_same(later: Statement) -> None:
    stands = merge(FIRST, later)
    again = merge(FIRST, stands.statement)
    assert stands.statement.order == stands.order
    assert (again.statement, again.digest) == (stands.statement, stands.digest)


def test_no_candidate_gets_the_number_of_one_that_came_since() -> None:
    restored = {"pk": {"S": "VALUES#demo"}, "sk": {"S": "PLACES"}, "plan=numbered": {"N": "3"}}
    old = restored | {"plan=numbered": {"N": "5"}}
    assert family_of(old) is Family.VALUE
    assert is_missing(Family.VALUE, old, restored, in_service=True)
    assert not is_missing(Family.VALUE, restored, old, in_service=True)


def test_a_value_that_was_taken_back_does_not_come_back_unless_its_owner_accepted_it_again() -> None:
    value = {"pk": {"S": "VALUES#demo"}, "sk": {"S": "plan=pro"}, "status": {"S": "series"}, "source": {"S": "key"}}
    removed, accepted = {**value, "status": {"S": "removed"}}, {**value, "source": {"S": "owner"}}
    assert is_missing(Family.VALUE, value, None, in_service=True)
    for in_service in (False, True):
        assert is_missing(Family.VALUE, removed, value, in_service=in_service)
        assert not is_missing(Family.VALUE, removed, removed, in_service=in_service)
    assert not is_missing(Family.VALUE, removed, accepted, in_service=True)
    assert not is_missing(Family.VALUE, value, removed, in_service=True)
