"""What a channel gets of a digest: as it is at the attempt, and nothing if the digest is not for it any more."""

from dataclasses import replace
from typing import Any

import pytest

from earshot.domain.deliveries import Delivery
from earshot.domain.destinations import DestinationState
from earshot.domain.digest_contents import DigestContents
from earshot.services.digests.digest_messages import DigestMessages
from tests.factories import NOON, make_survey
from tests.unit.services.digests.digest_world import SLACK, TUESDAY, DigestWorld


def delivery(part: str = "") -> Delivery:
    subject = f"daily/{TUESDAY.name}{part}"
    return Delivery("d1", SLACK, "", "", "", subject, "survey.digest", NOON)


def messages(world: DigestWorld) -> DigestMessages:
    def write(_: Any, __: Any, contents: DigestContents) -> dict[str, Any]:
        return {"title": contents.period.name}

    deps = world.deps()
    return DigestMessages(
        digests=world.digests, surveys=world.surveys, addresses=world.addresses(), contents=deps.contents, write=write
    )


@pytest.mark.parametrize("part", ["", "/1f0e9d8c7b6a"])
def test_a_channel_gets_what_stands_in_the_digest_now(part: str) -> None:
    message = messages(DigestWorld(to=(SLACK,)))(delivery(part))
    assert message is not None
    assert (message.id, message.type, message.data) == ("d1", "survey.digest", {"title": TUESDAY.name})
    assert message.timestamp == "2026-11-21T12:00:00.000Z"


def disable(world: DigestWorld) -> None:
    known = world.destinations.kept[SLACK]
    world.destinations.kept[SLACK] = replace(known, state=DestinationState.DISABLED)


@pytest.mark.parametrize(
    "change",
    [
        lambda world: world.digests.kept.clear(),
        lambda world: world.change(to=("mia",)),
        lambda world: world.surveys.surveys.clear(),
        lambda world: world.surveys.surveys.update(demo=make_survey(kind="employee")),
        lambda world: world.change(segment=("plan", "pro")),
        disable,
    ],
)
def test_it_gets_nothing_once_the_digest_is_not_for_it(change: Any) -> None:
    world = DigestWorld(to=(SLACK,))
    change(world)
    assert messages(world)(delivery()) is None
