"""A person: what a draft makes of them."""

import pytest

from earshot.domain.person import PersonDraft, revised
from tests.factories import make_person


def test_a_draft_changes_what_it_names_and_leaves_the_rest() -> None:
    old = make_person(last_invited_at=5)
    new = revised(old, "ann", PersonDraft("ann", {"name": "Ann B.", "account": "ACME"}), whole=False)
    assert (new.name, new.account, new.email, new.last_invited_at, new.revision) == ("Ann B.", "ACME", old.email, 5, 2)


def test_a_whole_draft_drops_what_it_leaves_out_but_not_when_the_person_was_asked() -> None:
    new = revised(make_person(last_invited_at=5), "ann", PersonDraft("ann", {"email": "b@example.com"}), whole=True)
    assert (new.email, new.name, dict(new.properties), new.last_invited_at) == ("b@example.com", None, {}, 5)


@pytest.mark.parametrize("whole", [True, False])
def test_a_draft_without_a_difference_changes_nothing(whole: bool) -> None:
    old = make_person()
    fields = {"email": old.email, "name": old.name, "properties": {"plan": "pro"}}
    assert revised(old, "ann", PersonDraft("ann", fields), whole=whole) is old
