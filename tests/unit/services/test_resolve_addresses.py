"""An address that is given as a person means the id made of it, and no key is read while none comes."""

from typing import NoReturn

from earshot.domain.keyed_hash import mailbox_hash, person_ids
from earshot.people_ports import Secrets
from earshot.services.resolve_addresses import resolve
from tests.factories import make_person, make_submission
from tests.fakes.keys import FixedSecrets
from tests.fakes.people import InMemoryPeople

KEYS = FixedSecrets().keys()
MADE = person_ids("nina@example.com", KEYS)[0]


def no_secrets() -> Secrets:
    def refuse() -> NoReturn:
        raise AssertionError("the secret was asked for")

    return refuse()


def test_an_address_in_any_notation_is_one_person() -> None:
    said = [make_submission(2, person=name) for name in ("nina@example.com", "Nina@EXAMPLE.com", " nina@example.com ")]
    assert {each.statement.person for each in resolve(said, secrets=FixedSecrets, people=InMemoryPeople())} == {MADE}


def test_ids_of_any_other_form_stay_and_no_key_is_read() -> None:
    said = [make_submission(2, person=name) for name in ("c-1", "a.b c@d", "@handle", "x@y", None)]
    assert resolve(said, secrets=no_secrets, people=InMemoryPeople()) == said


def test_an_unverified_address_gets_its_mailbox_and_stays_nobodys() -> None:
    label = make_submission(2, unverified_email="Nina@example.com")
    (found,) = resolve([label], secrets=FixedSecrets, people=InMemoryPeople())
    assert (found.statement.person, found.statement.email_hash) == (None, mailbox_hash("nina@example.com", KEYS))
    assert found.statement.digest == label.statement.digest
    assert found.statement.order == label.statement.order


def test_who_is_known_under_an_older_key_keeps_their_id() -> None:
    people, secrets = InMemoryPeople(), FixedSecrets(b"new", b"old")
    older = person_ids("nina@example.com", secrets.keys())[1]
    people.kept[older] = make_person(id=older, email="nina@example.com")
    said = [make_submission(2, person="Nina@example.com"), make_submission(3, person="other@example.com")]
    nina, other = resolve(said, secrets=lambda: secrets, people=people)
    assert nina.statement.person == older
    assert other.statement.person == person_ids("other@example.com", secrets.keys())[0]
