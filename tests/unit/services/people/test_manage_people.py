"""People created and updated: nobody twice, nobody who was erased, nothing lost to a competitor."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from earshot.domain.accounts import Account
from earshot.domain.errors import BusyError, ConflictError, InvalidError, NotFoundError
from earshot.domain.person import Asked, ErasedPerson, Person, PersonDraft
from earshot.services.people.manage_people import Saved, find_person, replace_person, save
from tests.factories import NOON, make_person
from tests.fakes.fake_time import no_pause
from tests.fakes.keys import hash_key
from tests.fakes.people import InMemoryPeople, InMemorySuppressions
from tests.fakes.team import InMemoryAccounts

ANN = PersonDraft("ann", {"email": "ann@example.com", "name": "Ann"})


@pytest.fixture
def people() -> InMemoryPeople:
    return InMemoryPeople()


@pytest.fixture
def suppressions() -> InMemorySuppressions:
    return InMemorySuppressions()


def run(
    drafts: list[PersonDraft],
    people: InMemoryPeople,
    suppressions: InMemorySuppressions | None = None,
    **more: Any,
) -> list[Saved]:
    ports: dict[str, Any] = {"suppressions": suppressions or InMemorySuppressions(), "hash_key": hash_key}
    ports |= {"accounts": InMemoryAccounts()} | more
    return save(drafts, NOON, people=people, pause=no_pause, **ports)


def outcomes(saved: list[Saved]) -> list[str]:
    return [one.outcome.value for one in saved]


def test_the_same_people_again_change_nothing(people: InMemoryPeople) -> None:
    drafts = [ANN, PersonDraft(None, {"email": "ben@example.com"})]
    assert outcomes(run(drafts, people)) == ["created", "created"]
    assert outcomes(run(drafts, people)) == ["unchanged", "unchanged"]
    assert outcomes(run([replace(ANN, fields={"name": "Ann B."})], people)) == ["updated"]
    assert find_person("ann", people=people).email == "ann@example.com"


def test_that_somebody_stays_as_they_are_is_noted_only_where_it_is_wanted(people: InMemoryPeople) -> None:
    draft, month = PersonDraft("ann", {"name": "Ann"}), 30 * 86_400_000
    ports: Any = {"people": people, "accounts": InMemoryAccounts(), "suppressions": InMemorySuppressions()}
    ports |= {"hash_key": hash_key, "pause": no_pause}
    save([draft], NOON, **ports)
    save([draft], NOON + month, notes=False, **ports)
    assert getattr(people.kept["ann"], "written_at", None) == NOON
    save([draft], NOON + month, **ports)
    assert getattr(people.kept["ann"], "written_at", None) == NOON + month


def test_an_address_makes_the_same_id_whatever_its_case(people: InMemoryPeople) -> None:
    (first,) = run([PersonDraft(None, {"email": "Ann@example.com"})], people)
    (again,) = run([PersonDraft(None, {"email": "ann@example.com"})], people)
    assert first.id == again.id
    assert first.id.startswith("p-")
    assert len(first.id) == 26
    assert "ann" not in first.id


@pytest.mark.parametrize(
    ("second", "field"),
    [
        (ANN, "people[1].id"),
        (PersonDraft(None, {"email": "x@example.com"}), None),
    ],
)
def test_one_person_is_there_once(people: InMemoryPeople, second: PersonDraft, field: str | None) -> None:
    if field is None:
        assert len(run([ANN, second], people)) == 2
        return
    with pytest.raises(InvalidError) as refused:
        run([ANN, second], people)
    assert [fault.field for fault in refused.value.faults] == [field]
    assert people.kept == {}


def test_an_address_twice_is_one_person_twice(people: InMemoryPeople) -> None:
    drafts = [PersonDraft(None, {"email": address}) for address in ("a@example.com", "b@example.com", "A@example.com")]
    with pytest.raises(InvalidError, match=r"people\[2\].email: it is the same person as people\[0\]"):
        run(drafts, people)


def test_five_hundred_people_are_written_by_the_hundred(people: InMemoryPeople) -> None:
    writes: list[str] = []
    people.before = writes.append
    run([PersonDraft(str(number), {"name": "x"}) for number in range(500)], people)
    assert (len(people.kept), writes.count("put")) == (500, 5)


def test_a_hundred_new_addresses_and_their_mailboxes_are_more_than_one_write_takes(people: InMemoryPeople) -> None:
    ids = [str(number) for number in range(100)]
    run([PersonDraft(name, {"email": f"old-{name}@example.com"}) for name in ids], people)
    people.boxes |= {f"hash of old-{name}@example.com": Asked(NOON, None, 1) for name in ids}
    sizes: list[int] = []
    put = people.put

    def count(changes: Any) -> bool:
        sizes.append(len(changes))
        return put(changes)

    people.put = count  # type: ignore[method-assign]
    saved = run([PersonDraft(name, {"email": f"new-{name}@example.com"}) for name in ids], people)
    assert max(sizes) * 3 <= 100
    assert sum(sizes) == 100
    assert [one.id for one in saved] == ids
    asked = [people.get(name) for name in ids]
    assert all(isinstance(who, Person) and who.last_invited_at == NOON for who in asked)


def test_an_address_in_another_case_is_the_same_mailbox(people: InMemoryPeople) -> None:
    run([ANN], people)
    people.boxes["hash of ann@example.com"] = Asked(NOON, "i", 3)
    run([PersonDraft("ann", {"email": "ANN@example.com"})], people)
    assert people.boxes == {"hash of ann@example.com": Asked(NOON, "i", 3)}
    assert find_person("ann", people=people).last_invited_at == NOON


def test_a_new_person_with_a_known_mailbox_was_asked_when_it_was(people: InMemoryPeople) -> None:
    people.boxes["hash of ann@example.com"] = Asked(NOON, "i", 3)
    (saved,) = run([ANN], people)
    assert saved.person is not None
    assert (saved.person.last_invited_at, saved.person.asked_revision) == (NOON, 3)


def test_after_a_conflict_the_person_is_read_again_and_neither_change_is_lost(people: InMemoryPeople) -> None:
    people.kept["ann"] = make_person()
    moves = [make_person(last_invited_at=NOON, revision=2, account="ACME")]

    def move(call: str) -> None:
        if call == "put" and moves:
            people.kept["ann"] = moves.pop()

    people.before = move
    (saved,) = run([PersonDraft("ann", {"name": "Ann B."})], people)
    found = find_person("ann", people=people)
    assert (found.name, found.account, found.last_invited_at, found.revision) == ("Ann B.", "ACME", NOON, 3)
    assert saved.person == found


def test_a_person_who_never_holds_still_is_busy(people: InMemoryPeople) -> None:
    def move(call: str) -> None:
        if call == "put":
            old = people.kept["ann"]
            people.kept["ann"] = replace(old, revision=old.revision + 1)

    people.kept["ann"] = make_person()
    people.before = move
    with pytest.raises(BusyError):
        run([PersonDraft("ann", {"name": "x"})], people)


def test_an_erased_person_stays_so_by_id_and_by_address(
    people: InMemoryPeople, suppressions: InMemorySuppressions
) -> None:
    people.kept["ann"] = ErasedPerson("ann", NOON, subtract=False)
    suppressions.add("ben@example.com", "erased", NOON)
    drafts = [PersonDraft("ann", {"name": "Ann"}), PersonDraft("ben-2", {"email": "Ben@example.com"})]
    assert outcomes(run(drafts, people, suppressions)) == ["erased", "erased"]
    assert set(people.kept) == {"ann"}
    ports: Any = {"people": people, "accounts": InMemoryAccounts(), "suppressions": suppressions}
    with pytest.raises(ConflictError, match="erased"):
        replace_person(ANN, NOON, hash_key=hash_key, pause=no_pause, **ports)
    with pytest.raises(NotFoundError, match="erased"):
        find_person("ann", people=people)


def test_an_unsubscribed_person_may_still_be_kept(people: InMemoryPeople, suppressions: InMemorySuppressions) -> None:
    suppressions.add("ann@example.com", "unsubscribed", NOON)
    assert outcomes(run([ANN], people, suppressions)) == ["created"]


def test_a_replaced_person_keeps_only_when_they_were_asked(people: InMemoryPeople) -> None:
    people.kept["ann"] = make_person(last_invited_at=7)
    ports: dict[str, Any] = {
        "people": people,
        "accounts": InMemoryAccounts(),
        "suppressions": InMemorySuppressions(),
        "hash_key": hash_key,
        "pause": no_pause,
    }
    replaced = replace_person(PersonDraft("ann", {"name": "Ann"}), NOON, **ports)
    assert replaced == (Person("ann", name="Ann", last_invited_at=7, revision=2), False)


class Named(InMemoryAccounts):
    """Accounts, with each list of those that were to be made bare."""

    def __init__(self, *accounts: Account) -> None:
        super().__init__(*accounts)
        self.asked: list[list[str]] = []

    def make_bare(self, accounts: Iterable[str], now: int) -> None:
        self.asked.append(list(accounts))
        super().make_bare(self.asked[-1], now)


def test_an_account_that_a_person_newly_names_is_made_bare_and_no_other_is_looked_at(people: InMemoryPeople) -> None:
    acme = Account("ACME", "Acme Inc.", revision=3)
    accounts = Named(acme)
    drafts = [
        PersonDraft(name, {"account": account}) for name, account in (("ann", "ACME"), ("ben", "B"), ("cid", "B"))
    ]
    run([*drafts, PersonDraft("dan", {})], people, accounts=accounts)
    assert accounts.kept == {"ACME": acme, "B": Account("B", made_at=NOON)}
    assert accounts.asked == [["ACME", "B"]]
    run([*drafts, PersonDraft("dan", {"name": "Dan"})], people, accounts=accounts)
    run([PersonDraft("ann", {"name": "Ann"}), PersonDraft("ben", {"account": None})], people, accounts=accounts)
    assert accounts.asked == [["ACME", "B"]]
    run([PersonDraft("ann", {"account": "C"})], people, accounts=accounts)
    assert accounts.asked == [["ACME", "B"], ["C"]]


def test_an_account_is_there_before_the_person_who_names_it(
    people: InMemoryPeople, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts = InMemoryAccounts()
    monkeypatch.setattr(people, "put", lambda _: False)
    with pytest.raises(BusyError):
        run([PersonDraft("ann", {"account": "ACME"})], people, accounts=accounts)
    assert accounts.get("ACME") is not None


def test_nothing_is_made_of_the_account_of_an_erased_person(people: InMemoryPeople) -> None:
    people.kept["ann"] = ErasedPerson("ann", NOON, subtract=False)
    accounts = Named()
    assert outcomes(run([PersonDraft("ann", {"account": "ACME"})], people, accounts=accounts)) == ["erased"]
    assert accounts.asked == []
