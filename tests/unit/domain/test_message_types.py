"""The types of messages: dotted, and each about one thing."""

import re
from dataclasses import replace

from earshot.domain.alert_rules import SCORE_EVENTS, When
from earshot.domain.alerts import Alert
from earshot.domain.case_events import case_events
from earshot.domain.cases import CaseState, SubjectKind
from earshot.domain.message_types import (
    MATCHED,
    OF_CASES,
    OF_CATEGORIES,
    OF_THE_SCORE,
    ONLY_IF_NAMED,
    PARKED,
    SUMMARIZED,
    TEST,
    TYPES,
    UPDATED,
    is_about_a_response,
)
from earshot.domain.opened_cases import opened_by
from tests.factories import NOON


def test_every_type_is_dotted_and_there_is_one_of_each() -> None:
    found = [*TYPES, TEST, SUMMARIZED, PARKED]
    assert all(re.fullmatch(r"[a-z]+\.[a-z]+", kind) for kind in found)
    assert len(set(found)) == len(found)


def test_every_condition_on_a_category_or_on_the_score_has_its_type() -> None:
    assert {When(name) for name in OF_CATEGORIES} == {when for when in When if when.is_category}
    assert OF_THE_SCORE.keys() == SCORE_EVENTS.keys()


def test_every_event_about_a_case_has_its_type_which_comes_only_if_it_is_named() -> None:
    case = opened_by(Alert("demo", "own", "r-0", NOON), SubjectKind.PERSON, "ann")
    closed = replace(case, state=CaseState.RESOLVED)
    changes = [(None, case), (case, replace(case, owner="bea")), (case, closed)]
    names = [event.detail_type for old, new in changes for event in case_events(old, new, "")]
    assert names == list(OF_CASES)
    assert {UPDATED, *OF_CASES.values()} == set(ONLY_IF_NAMED)


def test_a_message_is_about_a_response_or_not() -> None:
    about = {*OF_CATEGORIES.values(), MATCHED, UPDATED}
    assert {kind for kind in (*TYPES, TEST, SUMMARIZED, PARKED) if is_about_a_response(kind)} == about
