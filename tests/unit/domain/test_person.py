"""A person: what a draft makes of them."""

import pytest

from earshot.domain.keyed_hash import made_id, mailbox_hash
from earshot.domain.person import PersonDraft, revised
from tests.factories import make_person

KEY = b"key"


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


def test_a_domain_is_one_with_its_punycode() -> None:
    for unicode, ascii_ in (("Ann@müller.de", "ann@xn--mller-kva.de"), ("a@x.例え.jp", "A@x.xn--r8jz45g.jp")):
        assert mailbox_hash(unicode, KEY) == mailbox_hash(ascii_, KEY)
        assert made_id(unicode, KEY) == made_id(ascii_, KEY)
    assert made_id("a@xn--\u0131.de", KEY) != made_id("a@xn--i.de", KEY)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ann@xn--strae-oqa.de", "ann@strasse.de"),
        ("ann@straße.de", "ann@strasse.de"),
        ("ann@fa\u00df.example", "ann@fass.example"),
        ("ann@\ufb01rma.example", "ann@firma.example"),
        ("ann+nps@example.com", "ann@example.com"),
        ("an.n@example.com", "ann@example.com"),
    ],
)
def test_addresses_that_are_spelled_alike_belong_to_different_owners(one: str, other: str) -> None:
    assert mailbox_hash(one, KEY) != mailbox_hash(other, KEY)
    assert made_id(one, KEY) != made_id(other, KEY)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ann@STRAßE.de", "ann@xn--strae-oqa.de"),
        ("ann@STRAẞE.de", "ann@straße.de"),
        ("ann@XN--MLLER-KVA.de", "ann@müller.de"),
        ("ann@mu\u0308ller.de", "ann@müller.de"),
        ("ann@ΣΊΓΜΑΣ.gr", "ann@σίγμασ.gr"),
    ],
)
def test_case_and_punycode_make_no_other_mailbox(one: str, other: str) -> None:
    assert mailbox_hash(one, KEY) == mailbox_hash(other, KEY)
    assert made_id(one, KEY) == made_id(other, KEY)
