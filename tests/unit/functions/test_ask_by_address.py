"""What public functions ask about somebody known by an address: one bit, and only for a token that is good."""

from typing import Any

import jwt
import pytest

from earshot import bootstrap
from earshot.domain.keyed_hash import made_id
from earshot.domain.person import Person
from tests.aws_events import load_event, samples
from tests.factories import NOON, uuid7
from tests.fakes.keys import hash_key
from tests.unit.functions.conftest import World, load

ADDRESS = "ann@example.com"
DAY = 86_400_000
ID = uuid7()


def ask(world: World, survey: str = "demo", secret: str | None = None, event: str | None = None, **claims: Any) -> Any:
    sent = {"sub": ADDRESS, "exp": NOON // 1000 + 3600} | claims
    token = jwt.encode(sent, secret or world.identities.secret(survey))
    asked = {"survey": survey, "token": token, "event": event, "id": ID}
    return load("ask_by_address").lambda_handler(asked, None)


def test_who_was_mailed_a_short_time_ago_is_not_asked(world: World) -> None:
    assert ask(world) == {"is_so": True}
    made = made_id(ADDRESS, hash_key())
    world.people.kept[made] = Person(made, email=ADDRESS, last_invited_at=NOON - 29 * DAY)
    assert ask(world) == {"is_so": False}


def test_what_was_shown_is_noted_under_the_id_made_of_the_address(world: World) -> None:
    assert ask(world, event="shown") == {"is_so": False}
    assert [person for _, person in world.showings.noted] == [made_id(ADDRESS, hash_key())]
    assert ask(world) == {"is_so": False}


@pytest.mark.parametrize("claims", [{"exp": NOON // 1000 - 61}, {"secret": "guessed" * 8}, {"survey": "gone"}])
def test_an_address_that_nobody_signed_is_not_looked_up(world: World, claims: dict[str, Any]) -> None:
    seen: list[str] = []
    world.people.before = seen.append
    assert ask(world, event="shown", **claims) == ask(world, **claims) == {"is_so": False}
    assert (seen, world.showings.noted) == ([], {})


def test_a_closed_survey_asks_nobody(world: World) -> None:
    assert ask(world, "closed") == ask(world, "closed", event="shown") == {"is_so": False}
    assert world.showings.noted == {}


@pytest.mark.parametrize("sample", samples("ask_by_address"))
def test_a_sample_without_a_good_token_asks_nobody(world: World, sample: str) -> None:
    assert load("ask_by_address").lambda_handler(load_event(sample), None) == {"is_so": False}


@pytest.mark.parametrize(("sent", "late", "is_so"), [(ID, 2, True), (uuid7(seed="other"), 2, False), (ID, 8, False)])
def test_what_was_shown_in_time_is_found_for_a_week(
    world: World, monkeypatch: pytest.MonkeyPatch, sent: str, late: int, is_so: bool
) -> None:
    ask(world, event="shown")
    monkeypatch.setattr(bootstrap, "now", lambda: NOON + late * DAY)
    token = jwt.encode({"sub": ADDRESS, "exp": NOON // 1000 + 3600}, world.identities.secret("demo"))
    asked = {"survey": "demo", "token": token, "response": sent}
    assert load("ask_by_address").lambda_handler(asked, None) == {"is_so": is_so}
