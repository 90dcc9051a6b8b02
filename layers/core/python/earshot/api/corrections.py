"""The body of `PATCH /v1/surveys/{survey}/responses/{response}`: corrections, exclusion, inclusion and the reason."""

from collections.abc import Mapping
from typing import Any

from earshot.api.properties import PROPERTIES_OR_NULL
from earshot.api.response_fields import COMMENT, CONTACT_REQUESTED, SCORE
from earshot.api.schema import BOOLEAN, Found, NoOthers, NullOrEmpty, Object, Optional, Rule, Text

REASON = 500
FIELDS = ("score", "comment", "properties", "contact_requested", "excluded")


def read_correction(body: Mapping[str, Any]) -> dict[str, Any]:
    """Read what changes and why; null or empty removes a comment, and properties are all that shall stand."""
    return CORRECTION.read(body)


def _named(joined: str) -> str:
    *others, last = (repr(name) for name in FIELDS)
    return f"{', '.join(others)} {joined} {last}"


def _check_change(found: Found) -> None:
    if not found.body.keys() & set(FIELDS):
        found.fault("", f"nothing to correct: send {_named('or')}")


def _check_reason(found: Found) -> None:
    given = found.given
    if "excluded" in given and not found.faults and not given.get("reason"):
        done = "excluded" if given["excluded"] else "included again"
        found.fault("reason", f"give a reason of 1 to {REASON} characters why the response is {done}")


CORRECTION = Object(
    Optional("score", SCORE),
    Optional("comment", NullOrEmpty(COMMENT)),
    Optional("properties", PROPERTIES_OR_NULL),
    Optional("contact_requested", CONTACT_REQUESTED),
    Optional("excluded", BOOLEAN),
    Optional("reason", Text(REASON, blank=False)),
    NoOthers(f"only {_named('and')} can be corrected, with a 'reason'"),
    Rule(_check_change, anyOf=[{"required": [name]} for name in FIELDS]),
    Rule(_check_reason, dependentRequired={"excluded": ["reason"]}),
    name="Correction",
)
