"""The form of a response: correct its score, exclude it, or include it again; always with a reason."""

from collections.abc import Callable, Mapping
from typing import Any

from earshot.api.corrections import read_correction
from earshot.console.frame import notice
from earshot.console.reply import Reply, redirect
from earshot.console.visit import Visit
from earshot.domain.errors import ConflictError, FieldError, InvalidError

CORRECT, EXCLUDE, INCLUDE = "correct", "exclude", "include"
CONFLICT, UNPROCESSABLE = 409, 422


def change_response_by_form(
    visit: Visit, fields: Mapping[str, str], change: Callable[[dict[str, Any]], object]
) -> Reply:
    """Carry out what a form asks for by the service of the API, and lead back to the response."""
    try:
        change(read_correction(_body(fields)))
    except InvalidError as exc:
        return _refused(visit, "; ".join(str(fault) for fault in exc.faults), UNPROCESSABLE)
    except ConflictError as exc:
        return _refused(visit, exc.detail, CONFLICT)
    return redirect(visit.path)


def _body(fields: Mapping[str, str]) -> dict[str, Any]:
    """Return the fields of a form as the API takes them; InvalidError without a reason, or a score that is one."""
    action, reason = fields.get("action", ""), fields.get("reason", "").strip()
    if not reason:
        raise InvalidError(FieldError("reason", "say why, for who looks at it later"))
    if action in {EXCLUDE, INCLUDE}:
        return {"excluded": action == EXCLUDE, "reason": reason}
    score = fields.get("score", "")
    if action != CORRECT or score not in {str(number) for number in range(11)}:
        raise InvalidError(FieldError("score", "choose a score from 0 to 10"))
    return {"score": int(score), "reason": reason}


def _refused(visit: Visit, reason: str, status: int) -> Reply:
    return notice(visit, visit.texts("response.title"), reason, visit.path, status)
