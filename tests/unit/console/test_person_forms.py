"""The forms of a person: what is carried out, and what is refused in words."""

import pytest

from earshot.console.filters import read_filters
from earshot.console.person_forms import change_person_by_form
from earshot.console.visit import Visit
from earshot.domain.access import Access, Role
from earshot.domain.errors import ConflictError, EarshotError, ForbiddenError, NotFoundError, OutsideAccessError
from earshot.languages.console_texts import console_texts_for
from tests.factories import NOON, make_person
from tests.unit.console.world import Console, request


class Sent:
    """A form that is sent, and what it leads to."""

    def __init__(self, console: Console, role: Role = Role.OWNER, access: Access | None = None) -> None:
        console.people.kept["ann"] = make_person()
        visitor = console.visitor(role, access or Access())
        texts, filters = console_texts_for("en"), read_filters({})
        asked = request("/app/person")
        self.visit = Visit(asked, visitor, filters, texts, console.deps, NOON, "/app/person", {})
        self.lifted: list[str] = []
        self.erased: list[str] = []
        self.is_done = True
        self.conflict: EarshotError | None = None

    def send(self, **fields: str) -> tuple[int, str]:
        """Return the status, and where it leads or what it says."""
        reply = change_person_by_form(self.visit, fields, self._lift, self._erase)
        return reply.status, reply.headers.get("location", reply.body.decode())

    def _lift(self, person: str) -> None:
        if self.conflict is not None:
            raise self.conflict
        self.lifted.append(person)

    def _erase(self, person: str) -> bool:
        self.erased.append(person)
        return self.is_done


def test_a_person_is_written_to_again(console: Console) -> None:
    form = Sent(console)
    assert form.send(id="ann", action="resubscribe") == (303, "/app/person?id=ann")
    assert form.lifted == ["ann"]


def test_an_address_that_stays_suppressed_says_why(console: Console) -> None:
    form = Sent(console)
    form.conflict = ConflictError("the address stays suppressed")
    status, html = form.send(id="ann", action="resubscribe")
    assert status == 409
    assert "the address stays suppressed" in html
    assert 'href="/app/person?id=ann"' in html


@pytest.mark.parametrize("typed", ["", "Ann", "anne"])
def test_nobody_is_erased_by_a_slip(console: Console, typed: str) -> None:
    form = Sent(console)
    status, html = form.send(id="ann", action="erase", confirm=typed)
    assert status == 422
    assert "Nothing was erased: type ann to confirm." in html
    assert form.erased == []


def test_a_person_is_erased_once_their_id_is_typed(console: Console) -> None:
    form = Sent(console)
    assert form.send(id="ann", action="erase", confirm=" ann ") == (303, "/app")
    form.is_done = False
    assert form.send(id="ann", action="erase", confirm="ann")[0] == 409
    assert form.erased == ["ann", "ann"]


@pytest.mark.parametrize(
    ("role", "access", "fields", "error"),
    [
        (Role.MANAGER, None, {"id": "ann", "action": "erase", "confirm": "ann"}, ForbiddenError),
        (Role.OWNER, Access(surveys=("demo",)), {"id": "ann", "action": "erase", "confirm": "ann"}, ForbiddenError),
        (Role.OWNER, Access(own_accounts=True), {"id": "ann", "action": "resubscribe"}, OutsideAccessError),
        (Role.OWNER, None, {"id": "nobody", "action": "resubscribe"}, NotFoundError),
        (Role.OWNER, None, {"action": "resubscribe"}, NotFoundError),
    ],
)
def test_what_the_visitor_may_not_do_is_not_done(
    console: Console, role: Role, access: Access | None, fields: dict[str, str], error: type[EarshotError]
) -> None:
    form = Sent(console, role, access)
    with pytest.raises(error):
        form.send(**fields)
    assert (form.lifted, form.erased) == ([], [])


def test_a_form_that_asks_for_nothing_says_so(console: Console) -> None:
    assert Sent(console).send(id="ann", action="dance")[0] == 422
