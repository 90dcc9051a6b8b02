"""The funnel counter's handler: table images in, counts out."""

from dataclasses import replace

import pytest

from earshot.domain.errors import BusyError
from earshot.domain.funnel import Row
from earshot.domain.invitation import InvitationState
from tests.aws_events import invitation_image, load_event, stream_event
from tests.factories import NOON, make_invitation
from tests.fakes.funnel import InMemoryFunnels
from tests.unit.functions.conftest import World, load

QUIET = {"batchItemFailures": []}  # type: ignore[var-annotated]


@pytest.fixture
def funnels(world: World) -> InMemoryFunnels:
    return world.funnels


def test_a_change_of_an_invitation_is_counted_once_however_often_it_comes(funnels: InMemoryFunnels) -> None:
    waiting = make_invitation()
    claimed = replace(waiting, state=InvitationState.CLAIMED, claimed_at=NOON)
    items = [invitation_image(waiting), invitation_image(claimed)]
    event = stream_event((None, items[0]), (items[0], items[1]))
    for _ in range(3):
        assert load("count_funnel").lambda_handler(event, None) == QUIET
    assert funnels.read("demo").rows == {Row("demo", "email", 1): {"scheduled": 1, "waiting": 0, "claimed": 1}}


def test_garbage_is_named_by_its_place_in_the_stream_and_never_by_its_person(
    funnels: InMemoryFunnels, caplog: pytest.LogCaptureFixture
) -> None:
    assert load("count_funnel").lambda_handler(load_event("count_funnel/garbage_among_good"), None) == QUIET
    assert [len(call) for call in funnels.calls] == [2]
    sent = "".join(repr(record.__dict__) for record in caplog.records if record.name == "earshot")
    assert "100000000000000000007" in sent
    assert "customer-1" not in sent


def test_trouble_fails_the_whole_batch_so_that_it_comes_again(funnels: InMemoryFunnels) -> None:
    funnels.is_contended = lambda: True
    with pytest.raises(BusyError):
        load("count_funnel").lambda_handler(load_event("count_funnel/sent"), None)
