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
    assert is_missing(Family.VALUE, old, restored)
    assert not is_missing(Family.VALUE, restored, old)
    value = {"pk": {"S": "VALUES#demo"}, "sk": {"S": "plan=pro"}, "status": {"S": "series"}}
    removed = value | {"status": {"S": "removed"}}
    # What was decided since is as restored, like all settings.
    assert (is_missing(Family.VALUE, value, None), is_missing(Family.VALUE, removed, value)) == (True, False)
