"""A person: what a draft makes of them, and hashes that tell nothing."""

import pytest

from earshot.domain.keyed_hash import keyed_hash, person_ids, suppression_hashes
from earshot.domain.person import PersonDraft, revised
from tests.factories import make_person

KEYS = (b"current", b"older")


def test_a_draft_changes_what_it_names_and_leaves_the_rest() -> None:
    old = make_person(last_asked=5)
    new = revised(old, "ann", PersonDraft("ann", {"name": "Ann B.", "account": "ACME"}), whole=False)
    assert (new.name, new.account, new.email, new.last_asked, new.revision) == ("Ann B.", "ACME", old.email, 5, 2)


def test_a_whole_draft_forgets_what_it_leaves_out_but_not_when_the_person_was_asked() -> None:
    new = revised(make_person(last_asked=5), "ann", PersonDraft("ann", {"email": "b@example.com"}), whole=True)
    assert (new.email, new.name, dict(new.properties), new.last_asked) == ("b@example.com", None, {}, 5)


@pytest.mark.parametrize("whole", [True, False])
def test_a_draft_that_says_nothing_new_changes_nothing(whole: bool) -> None:
    old = make_person()
    fields = {"email": old.email, "name": old.name, "properties": {"plan": "pro"}}
    assert revised(old, "ann", PersonDraft("ann", fields), whole=whole) is old


def test_a_hash_differs_by_key_and_purpose_and_not_by_the_case_of_the_address() -> None:
    assert suppression_hashes("Ann@example.com", KEYS) == suppression_hashes("ann@example.com", KEYS)
    assert len({*suppression_hashes("a@example.com", KEYS), *suppression_hashes("b@example.com", KEYS)}) == 4
    assert keyed_hash(b"k", "suppression", "a") != keyed_hash(b"k", "person-id", "a")


def test_a_domain_is_one_with_its_punycode() -> None:
    for unicode, ascii_ in (("Ann@müller.de", "ann@xn--mller-kva.de"), ("a@x.例え.jp", "A@x.xn--r8jz45g.jp")):
        assert suppression_hashes(unicode, KEYS) == suppression_hashes(ascii_, KEYS)
        assert person_ids(unicode, KEYS) == person_ids(ascii_, KEYS)
    assert person_ids("a@xn--\u0131.de", KEYS) != person_ids("a@xn--i.de", KEYS)


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
    assert suppression_hashes(one, KEYS) != suppression_hashes(other, KEYS)
    assert person_ids(one, KEYS) != person_ids(other, KEYS)


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
    assert suppression_hashes(one, KEYS) == suppression_hashes(other, KEYS)
    assert person_ids(one, KEYS) == person_ids(other, KEYS)


def test_the_id_and_the_hash_of_a_known_address_never_change_between_versions() -> None:
    """Were they to change, nobody who was suppressed would be any more."""
    assert person_ids("ann@example.com", [b"key"]) == ["p-fb28dda42d39d5c05b219ede"]
    assert suppression_hashes("ann@example.com", [b"key"]) == [
        "0f7c2dce6c8d76368f093708bef77e537afb2e7b9ae469de8995fce3871ef27f"
    ]
