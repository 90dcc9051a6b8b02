"""The body of `PATCH /v1/surveys/{survey}/responses/{response}`: what is corrected, excluded or included, and why."""

from collections.abc import Mapping
from typing import Any

from earshot.api.answers import COMMENT, score
from earshot.api.fields import Fields, boolean, or_none, text

REASON = 500
FIELDS = ("score", "comment", "excluded")


def read_correction(body: Mapping[str, Any]) -> dict[str, Any]:
    """Read what changes: the score, the comment (null or empty removes it), whether it is excluded; and the reason."""
    fields = Fields(body)
    checks = {
        "score": score,
        "comment": or_none(text(COMMENT)),
        "excluded": boolean,
        "reason": text(REASON, empty=False),
    }
    changes = {name: fields.take(name, check) for name, check in checks.items() if fields.has(name)}
    fields.unknown(lambda _: "only 'score', 'comment' and 'excluded' can be corrected, with a 'reason'")
    if not changes.keys() & set(FIELDS):
        fields.fault("", "nothing is corrected: give 'score', 'comment' or 'excluded'")
    if "excluded" in changes and not fields.faults and not changes.get("reason"):
        fields.fault("reason", f"say in 1 to {REASON} characters why the response is {_done(changes['excluded'])}")
    fields.finish()
    return changes


def _done(excluded: bool) -> str:
    return "excluded" if excluded else "included again"
