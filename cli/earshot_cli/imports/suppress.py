"""Addresses that are never written to again, sent to the API by the five hundred."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from earshot_cli.client import Client
from earshot_cli.problems import RefusedError

MOST_AT_ONCE = 500
_EMAIL_FIELD = re.compile(r"suppressions\[(\d+)\]\.email")


class Suppressed(NamedTuple):
    """An address, and why it is gets no mail: unsubscribed, bounced or complained."""

    email: str
    reason: str


def suppress(client: Client, listed: Sequence[Suppressed]) -> tuple[Counter[str], dict[int, str]]:
    """Suppress addresses; return how many had which outcome, and by its place why an address was rejected."""
    outcomes: Counter[str] = Counter()
    refused: dict[int, str] = {}
    for start in range(0, len(listed), MOST_AT_ONCE):
        places = list(range(start, min(start + MOST_AT_ONCE, len(listed))))
        while places:
            body = {"suppressions": [listed[place]._asdict() for place in places]}
            try:
                reply = client.call("POST", "/v1/suppressions", body)
            except RefusedError as error:
                found = {int(match[1]): why for field, why in error.errors if (match := _EMAIL_FIELD.fullmatch(field))}
                faulty = {places[at]: why for at, why in found.items() if at < len(places)}
                if not faulty:
                    raise
                refused |= faulty
                places = [place for place in places if place not in faulty]
            else:
                outcomes.update(str(row["outcome"]) for row in reply["suppressions"])
                break
    return outcomes, dict(sorted(refused.items()))
