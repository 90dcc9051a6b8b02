"""The digest of a statement."""

from dataclasses import replace

from earshot.domain.response import Response
from earshot.domain.statement import Rank
from tests.factories import make_statement


def said(response: Response) -> tuple[object, ...]:
    return (
        response.order,
        response.score,
        response.statement.comment,
        response.person,
        response.statement.excluded,
        response.statement.exclusion_reason,
    )


def test_a_statement_of_before_there_were_exclusions_keeps_its_hash() -> None:
    said = make_statement(9, comment="good", properties={"plan": "pro"}, person="ann", channel="mail")
    assert said.digest == "37ff7cdaafd8bfda"
    assert replace(said, person="ben", rank=Rank.KEYED).digest == said.digest
    assert replace(said, reason="typo", by="0f1e2d3c4b5a").digest == said.digest
    assert replace(said, excluded=True).digest != said.digest
