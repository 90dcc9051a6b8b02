"""What public functions ask about somebody known by an address: one bit, and only for a token that is good."""

from typing import Any

import jwt
import pytest

from earshot.domain.keyed_hash import made_id
from earshot.domain.person import Person
from tests.aws_events import load_event, samples
from tests.factories import NOON
from tests.fakes.keys import hash_key
from tests.unit.functions.conftest import World, load

ADDRESS = "ann@example.com"
DAY = 86_400_000


def ask(world: World, survey: str = "demo", secret: str | None = None, event: str | None = None, **claims: Any) -> Any:
    said = {"sub": ADDRESS, "exp": NOON // 1000 + 3600} | claims
    token = jwt.encode(said, secret or world.identities.secret(survey))
    return load("ask_by_address").lambda_handler({"survey": survey, "token": token, "event": event}, None)


def test_who_was_mailed_a_short_time_ago_is_not_asked(world: World) -> None:
    assert ask(world) == {"ask": True}
    made = made_id(ADDRESS, hash_key())
    world.people.kept[made] = Person(made, email=ADDRESS, last_asked=NOON - 29 * DAY)
    assert ask(world) == {"ask": False}


def test_what_was_shown_is_noted_under_the_id_made_of_the_address(world: World) -> None:
    assert ask(world, event="shown") == {"ask": False}
    assert [person for _, person in world.showings.noted] == [made_id(ADDRESS, hash_key())]
    assert ask(world) == {"ask": False}


@pytest.mark.parametrize("claims", [{"exp": NOON // 1000 - 61}, {"secret": "guessed" * 8}, {"survey": "gone"}])
def test_an_address_that_nobody_signed_is_not_looked_up(world: World, claims: dict[str, Any]) -> None:
    seen: list[str] = []
    world.people.before = seen.append
    assert ask(world, event="shown", **claims) == ask(world, **claims) == {"ask": False}
    assert (seen, world.showings.noted) == ([], {})


def test_a_closed_survey_asks_nobody(world: World) -> None:
    assert ask(world, "closed") == ask(world, "closed", event="shown") == {"ask": False}
    assert world.showings.noted == {}


@pytest.mark.parametrize("sample", samples("ask_by_address"))
def test_a_sample_without_a_good_token_asks_nobody(world: World, sample: str) -> None:
    assert load("ask_by_address").lambda_handler(load_event(sample), None) == {"ask": False}
