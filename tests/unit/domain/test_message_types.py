"""The types of messages: dotted, and each about one thing."""

import re

from earshot.domain.alert_rules import SCORE_EVENTS, When
from earshot.domain.message_types import (
    MATCHED,
    OF_CATEGORIES,
    OF_THE_SCORE,
    PARKED,
    SUMMARIZED,
    TEST,
    TYPES,
    UPDATED,
    is_about_a_response,
)


def test_every_type_is_dotted_and_there_is_one_of_each() -> None:
    found = [*TYPES, TEST, SUMMARIZED, PARKED]
    assert all(re.fullmatch(r"[a-z]+\.[a-z]+", kind) for kind in found)
    assert len(set(found)) == len(found)


def test_every_condition_on_a_category_or_on_the_score_has_its_type() -> None:
    assert {When(name) for name in OF_CATEGORIES} == {when for when in When if when.is_category}
    assert OF_THE_SCORE.keys() == SCORE_EVENTS.keys()


def test_a_message_is_about_a_response_or_not() -> None:
    about = {*OF_CATEGORIES.values(), MATCHED, UPDATED}
    assert {kind for kind in (*TYPES, TEST, SUMMARIZED, PARKED) if is_about_a_response(kind)} == about
