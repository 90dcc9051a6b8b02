"""Where the ports of the widget meet their adapters, beside `bootstrap.py`."""

import random
from functools import cache
from typing import TYPE_CHECKING

from earshot.bootstrap import client, secret
from earshot.config import setting

if TYPE_CHECKING:
    from earshot.adapters.by_address import LambdaByAddress
    from earshot.adapters.identities import Identities
    from earshot.adapters.known_people import DynamoDBKnownPeople
    from earshot.adapters.rate_limits import DynamoDBRateLimits
    from earshot.adapters.showings import DynamoDBShowings
    from earshot.services.limit_rate import Memory


def salt() -> str:
    """Return what nobody outside knows of this stack: what is hashed with it cannot be guessed at."""
    return setting("EARSHOT_SALT")


@cache
def rate_limits() -> "DynamoDBRateLimits":
    from earshot.adapters.rate_limits import DynamoDBRateLimits

    return DynamoDBRateLimits(client("dynamodb"), setting("EARSHOT_TABLE"))


@cache
def limits_known() -> "Memory":
    """Return what this container remembers of limits."""
    from earshot.services.limit_rate import Memory

    return Memory()


def draw() -> float:
    """Return a number from 0 to 1, another one each time."""
    return random.random()  # noqa: S311


@cache
def known_people() -> "DynamoDBKnownPeople":
    from earshot.adapters.known_people import DynamoDBKnownPeople

    return DynamoDBKnownPeople(client("dynamodb"), setting("EARSHOT_TABLE"))


@cache
def showings() -> "DynamoDBShowings":
    from earshot.adapters.showings import DynamoDBShowings

    return DynamoDBShowings(client("dynamodb"), setting("EARSHOT_TABLE"))


@cache
def by_address() -> "LambdaByAddress":
    from earshot.adapters.by_address import LambdaByAddress

    return LambdaByAddress(client("lambda"), setting("EARSHOT_ASK_BY_ADDRESS"))


def identities() -> "Identities":
    from earshot.adapters.identities import Identities

    return Identities(secret("EARSHOT_IDENTITY_SECRET").key)
