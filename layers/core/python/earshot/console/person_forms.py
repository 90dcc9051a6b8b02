"""The forms of a person: write to them again, or erase them."""

from collections.abc import Callable, Mapping
from urllib.parse import quote

from earshot.console.frame import notice
from earshot.console.reply import Reply, redirect
from earshot.console.visit import Visit
from earshot.domain.errors import ConflictError, ForbiddenError, NotFoundError
from earshot.domain.person import Person
from earshot.services.access.rows import check_person

RESUBSCRIBE, ERASE = "resubscribe", "erase"
CONFLICT, UNPROCESSABLE = 409, 422


def change_person_by_form(
    visit: Visit, fields: Mapping[str, str], lift: Callable[[str], None], erase: Callable[[str], bool]
) -> Reply:
    """Carry out what a form asks for: `lift` ends a suppression, `erase` returns whether nothing is left to erase."""
    person_id, action = fields.get("id", ""), fields.get("action", "")
    person = visit.deps.people().get(person_id) if person_id else None
    if not isinstance(person, Person):
        raise NotFoundError(visit.texts("person.no_such"))
    check_person(visit.caller, person, visit.deps.accounts)
    if action == ERASE:
        return _erased(visit, person, fields.get("confirm", ""), erase)
    if action != RESUBSCRIBE:
        return _refused(visit, person, visit.texts("person.choose"), UNPROCESSABLE)
    try:
        lift(person.id)
    except ConflictError as exc:
        return _refused(visit, person, exc.detail, CONFLICT)
    return redirect(_address(person))


def _erased(visit: Visit, person: Person, confirmed: str, erase: Callable[[str], bool]) -> Reply:
    """Erase a person whose id was typed to confirm it; what cannot be undone is not done by a slip."""
    visit.require("erasure")
    if not visit.caller.access.is_whole:
        raise ForbiddenError(visit.texts("not_allowed.page"))
    if confirmed.strip() != person.id:
        return _refused(visit, person, visit.texts("person.confirm_again", id=person.id), UNPROCESSABLE)
    if not erase(person.id):
        return _refused(visit, person, visit.texts("person.erasing"), CONFLICT)
    return redirect("/app")


def _refused(visit: Visit, person: Person, reason: str, status: int) -> Reply:
    return notice(visit, person.name or person.id, reason, _address(person), status)


def _address(person: Person) -> str:
    return f"/app/person?id={quote(person.id)}"
