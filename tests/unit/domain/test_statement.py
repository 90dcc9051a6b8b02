"""The digest of a statement."""

from dataclasses import replace

from earshot.domain.statement import Rank
from tests.factories import make_statement


def test_a_statement_of_before_there_were_exclusions_keeps_its_hash() -> None:
    statement = make_statement(9, comment="good", properties={"plan": "pro"}, person="ann", channel="mail")
    assert statement.digest == "37ff7cdaafd8bfda"
    assert replace(statement, person="ben", rank=Rank.KEYED).digest == statement.digest
    assert replace(statement, reason="typo", by="0f1e2d3c4b5a").digest == statement.digest
    assert replace(statement, excluded=True).digest != statement.digest
    assert replace(statement, contact_requested=True).digest != statement.digest
