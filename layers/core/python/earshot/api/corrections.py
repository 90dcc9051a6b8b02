"""The body of `PATCH /v1/surveys/{survey}/responses/{response}`: what is corrected, excluded or included, and why."""

from collections.abc import Mapping
from typing import Any

from earshot.api.fields import Fields, boolean, or_none, text
from earshot.api.properties import properties_or_none
from earshot.api.responses import comment, score

REASON = 500
FIELDS = ("score", "comment", "properties", "excluded")


def read_correction(body: Mapping[str, Any]) -> dict[str, Any]:
    """Read what changes and why: score, comment (null or empty removes it), properties (all of them), excluded."""
    fields = Fields(body)
    checks = {
        "score": score,
        "comment": or_none(comment),
        "properties": properties_or_none,
        "excluded": boolean,
        "reason": text(REASON, empty=False),
    }
    changes = {name: fields.take(name, check) for name, check in checks.items() if fields.has(name)}
    fields.unknown(lambda _: "only 'score', 'comment', 'properties' and 'excluded' can be corrected, with a 'reason'")
    if not changes.keys() & set(FIELDS):
        fields.fault("", "nothing is corrected: give 'score', 'comment', 'properties' or 'excluded'")
    if "excluded" in changes and not fields.faults and not changes.get("reason"):
        fields.fault("reason", f"say in 1 to {REASON} characters why the response is {_done(changes['excluded'])}")
    fields.finish()
    return changes


def _done(excluded: bool) -> str:
    return "excluded" if excluded else "included again"
