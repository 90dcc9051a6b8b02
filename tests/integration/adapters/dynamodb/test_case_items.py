"""Cases and facts as they are stored: what they lack takes no room, and only what is to come stands in the index."""

from dataclasses import replace

import pytest

from earshot.adapters.dynamodb.case_items import case_item, fact_item
from earshot.adapters.dynamodb.table import marshalled
from earshot.domain.alerts import Alert
from earshot.domain.case_facts import CaseFact, FactKind
from earshot.domain.cases import SubjectKind
from earshot.domain.opened_cases import opened_by
from tests.factories import NOON

CASE = opened_by(Alert("demo", "own", "r1", NOON), SubjectKind.RESPONSE)


def test_a_case_stands_in_the_index_while_a_step_is_to_come() -> None:
    item = case_item(replace(CASE, next_step_at=NOON))
    assert (item["due_shard"], item["due_order"]) == ("DUE#FOLLOW", f"0{NOON}#{CASE.id}")
    assert "due_shard" not in case_item(replace(CASE, next_step_at=None))


def test_what_a_case_lacks_is_not_stored() -> None:
    stored = marshalled(case_item(CASE))
    assert not {"person", "account", "owner", "breached_contact", "steps", "outcome"} & stored.keys()


def test_what_joined_or_an_alert_opened_is_no_fact_of_its_own() -> None:
    with pytest.raises(ValueError, match="without a revision"):
        fact_item(CASE.id, CaseFact(FactKind.JOINED, NOON, "rule:own"))
