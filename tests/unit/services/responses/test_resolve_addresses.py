"""An address that is given as a person means the id made of it, and no key is read while none comes."""

from typing import NoReturn

from earshot.domain.keyed_hash import made_id, mailbox_hash
from earshot.services.responses.resolve_addresses import resolve
from tests.factories import make_submission
from tests.fakes.keys import hash_key

KEY = hash_key()
MADE = made_id("nina@example.com", KEY)


def no_key() -> NoReturn:
    raise AssertionError("the key was asked for")


def test_an_address_in_any_notation_is_one_person() -> None:
    submissions = [
        make_submission(2, person=name) for name in ("nina@example.com", "Nina@EXAMPLE.com", " nina@example.com ")
    ]
    assert {each.statement.person for each in resolve(submissions, hash_key=hash_key)} == {MADE}


def test_ids_of_any_other_form_stay_and_no_key_is_read() -> None:
    submissions = [make_submission(2, person=name) for name in ("c-1", "a.b c@d", "@handle", "x@y", None)]
    assert resolve(submissions, hash_key=no_key) == submissions


def test_an_unverified_address_gets_its_mailbox_and_stays_nobodys() -> None:
    label = make_submission(2, unverified_email="Nina@example.com")
    (found,) = resolve([label], hash_key=hash_key)
    assert (found.statement.person, found.statement.email_hash) == (None, mailbox_hash("nina@example.com", KEY))
    assert found.statement.digest == label.statement.digest
    assert found.statement.order == label.statement.order
