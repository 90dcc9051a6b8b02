"""The identity secret of a survey over HTTP: what it is, and a request for the next one."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from earshot.api.schema import NO_SUCH_FIELD, Integer, NoOthers, Object, Optional, Required
from earshot.domain.events import iso
from earshot.domain.survey import Survey

if TYPE_CHECKING:
    from typing import TypedDict

    from earshot.api.json_types import Positive, Time

    class IdentitySecretView(TypedDict):
        """What the customer's server signs identities with."""

        survey: str
        secret: str
        generation: Positive
        former_good_until: Time | None


WEEK, LONGEST = 7 * 24, 31 * 24  # hours


TURN = Object(
    Required("generation", Integer(1, 1_000_000)),
    Optional("former_good_for_hours", Integer(0, LONGEST), WEEK),
    NoOthers(NO_SUCH_FIELD),
    name="TurnIdentitySecret",
)


def read_turn(body: Mapping[str, Any]) -> tuple[int, int]:
    """Read the generation to turn from, and the hours for which its secret is good afterwards."""
    given = TURN.read(body)
    return given["generation"], given["former_good_for_hours"]


def identity_secret_view(survey: Survey, secret: str, now: int) -> "IdentitySecretView":
    """Show the current secret, its generation, and until when the former one is good (null: there is none)."""
    former = survey.token_rules.former(now)
    return {
        "survey": survey.id,
        "secret": secret,
        "generation": survey.token_rules.generation,
        "former_good_until": None if former is None else iso(former),
    }
