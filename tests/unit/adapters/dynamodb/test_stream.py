"""What a change of the table says of a person who responds again."""

from dataclasses import replace

import pytest

from earshot.adapters.dynamodb.stream import read_responded_again
from earshot.domain.alerts import RespondedAgain
from earshot.domain.response import Response
from earshot.domain.supersession import superseded_by
from tests.aws_events import invitation_image, stored, stream_record
from tests.factories import DAY, NOON, make_invitation, make_response

ANN = make_response(2, person="ann")
NEXT = make_response(9, person="ann", responded_at=NOON + DAY)
FOLLOWED = superseded_by(ANN, NEXT)


def again(old: Response | None, new: Response | None) -> RespondedAgain | None:
    return read_responded_again(stream_record(old=stored(old) if old else None, new=stored(new) if new else None))


def test_a_response_says_once_that_its_person_has_responded_again() -> None:
    assert again(ANN, FOLLOWED) == RespondedAgain("demo", ANN.id, "ann")
    assert again(None, FOLLOWED) == RespondedAgain("demo", ANN.id, "ann")
    assert again(FOLLOWED, replace(FOLLOWED, revision=9)) is None
    assert again(FOLLOWED, ANN) is None


def test_a_first_response_and_one_of_nobody_known_say_nothing() -> None:
    nobody = make_response(2)
    assert again(None, ANN) is None
    assert again(None, nobody) is None
    assert again(nobody, replace(nobody, superseded_on="2026-11-22")) is None


@pytest.mark.parametrize(("score", "expected"), [(3, RespondedAgain("demo", ANN.id, "ann")), (2, None)])
def test_another_score_may_be_that_of_a_next_response(score: int, expected: RespondedAgain | None) -> None:
    assert again(ANN, replace(ANN, statement=replace(ANN.statement, score=score, comment="oh"))) == expected


def test_what_is_deleted_or_no_response_says_nothing() -> None:
    assert again(FOLLOWED, None) is None
    assert read_responded_again(stream_record(new=invitation_image(make_invitation()))) is None
