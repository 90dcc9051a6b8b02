"""The forms of a case: each notes a fact by the same service as the API, and leads back, or shows what is wrong."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from earshot.api.cases import read_fact
from earshot.console.pages.case import Typed, case_page
from earshot.console.reply import Reply, redirect
from earshot.console.visit import Visit
from earshot.domain.case_facts import CaseChange, FactKind
from earshot.domain.cases import Case
from earshot.domain.errors import ChangedError, ConflictError, FieldError, InvalidError, NotFoundError
from earshot.services.access.rows import check_case

# Where a form may lead back to: a list of cases with its filters.
_LIST = re.compile(r"/app/cases(\?[\w.~%=&+-]*)?", re.ASCII)
BACK = "back"
CONFLICT, UNPROCESSABLE = 409, 422

Change = Callable[[int, CaseChange], Case]


def change_by_form(visit: Visit, fields: Mapping[str, str], change: Change) -> Reply:
    """Carry out what a form asks for; the page shows it as typed if that cannot be done, or not any more."""
    _check_access(visit)
    typed = {name: value.strip() for name, value in fields.items() if value.strip()}
    back = typed.pop(BACK, "")
    try:
        revision, wanted = read_fact(_body(typed))
        case = change(revision, wanted)
    except InvalidError as exc:
        return _again(visit, Typed(typed, exc.faults, status=UNPROCESSABLE))
    except ChangedError:
        return _again(visit, Typed(typed, reason=visit.texts("case.changed"), status=CONFLICT))
    except ConflictError as exc:
        return _again(visit, Typed(typed, reason=exc.detail, status=CONFLICT))
    leads_to_list = _LIST.fullmatch(back) is not None
    return redirect(back if leads_to_list else f"/app/cases/{case.id}")


def _body(typed: Mapping[str, str]) -> dict[str, object]:
    """Return the fields of a form as the API takes them; InvalidError if the revision is no number."""
    if typed.get("kind") not in {kind.value for kind in FactKind}:
        raise InvalidError(FieldError("kind", "choose what is to be done"))
    revision = typed.get("revision", "")
    if not re.fullmatch(r"[0-9]{1,9}", revision, re.ASCII):
        raise InvalidError(FieldError("revision", "open the case again"))
    return {**typed, "revision": int(revision)}


def _check_access(visit: Visit) -> None:
    """Raise NotFoundError for a case that is not there, OutsideAccessError for one outside of the visitor's access."""
    case = visit.deps.cases().get(visit.parts["case"].lower())
    if case is None:
        raise NotFoundError(visit.texts("case.no_such"))
    check_case(visit.caller, case, visit.deps.cases(), visit.deps.accounts)


def _again(visit: Visit, typed: Typed) -> Reply:
    return case_page(replace(visit, form="html"), typed)
