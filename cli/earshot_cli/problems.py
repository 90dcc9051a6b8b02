"""A refusal of the API (RFC 9457), turned into sentences."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from earshot_cli.errors import CommandError

ADVICE = {
    401: "check EARSHOT_API_KEY or --api-key; `earshot key create` creates another",
    403: "use a key with that scope; `earshot key create NAME --scope SCOPE` creates one",
    405: "is EARSHOT_URL the URL that `make run` or the stack printed?",
    413: "send less at once",
    429: "wait a little and run the command again",
    503: "wait a little and run the command again",
}
# What API Gateway itself replies, as a `message`: no function was asked, or none replied in time.
OF_THE_GATEWAY = frozenset({400, 413, 429, 431, 500, 503})


class FieldFault(NamedTuple):
    """What is wrong with one field of a request."""

    field: str
    reason: str


class RefusedError(CommandError):
    """The API answered with a problem."""

    def __init__(self, url: str, status: int, body: bytes) -> None:
        problem = _problem(body)
        self.status = status
        # What there is now, where a change rests on an old revision.
        self.current: dict[str, Any] | None = problem.get("current")
        if status == 400:
            self.exit_code = 2  # what was typed cannot work
        self.errors = [
            FieldFault(str(e.get("field", "")), str(e.get("reason", ""))) for e in problem.get("errors") or []
        ]
        self._problem = url, problem
        super().__init__(self.sentences())

    def sentences(self, shown: Callable[[str], str] = str) -> str:
        """Return the refusal for a person; `shown` names a field of the API as they know it."""
        url, problem = self._problem
        return _sentences(url, self.status, problem, self.errors, shown)


def _problem(body: bytes) -> dict[str, Any]:
    try:
        problem = json.loads(body)
    except ValueError:
        return {}
    return problem if isinstance(problem, dict) else {}


def _sentences(
    url: str, status: int, problem: dict[str, Any], errors: list[FieldFault], shown: Callable[[str], str]
) -> str:
    if status in OF_THE_GATEWAY and (message := problem.get("message")):
        problem = {"title": message}
    if not problem.get("title"):
        return f"{url} replied {status} without a reason: is EARSHOT_URL the address of an Earshot?"
    if status == 400 and errors:
        return "\n".join(f"{shown(field)}: {reason}" if field else reason for field, reason in errors)
    reason = str(problem.get("detail") or problem["title"]).rstrip(".")
    advice = ADVICE.get(status)
    return f"{reason} ({status} from {url})" + (f": {advice}." if advice else ".")
