"""Hashes of ids and addresses under a secret key."""

import pytest

from earshot.domain.keyed_hash import keyed_hash, made_id, mailbox_hash

KEY = b"key"


def test_a_hash_differs_by_key_and_purpose_and_not_by_the_case_of_the_address() -> None:
    assert mailbox_hash("Ann@example.com", KEY) == mailbox_hash("ann@example.com", KEY)
    assert len({mailbox_hash(f"{name}@example.com", key) for name in "ab" for key in (KEY, b"other")}) == 4
    assert keyed_hash(b"k", "suppression", "a") != keyed_hash(b"k", "person-id", "a")


def test_the_id_and_the_hash_of_a_known_address_never_change_between_versions() -> None:
    """Were they to change, nobody who was suppressed would be any more."""
    assert made_id("ann@example.com", b"key") == "p-fb28dda42d39d5c05b219ede"
    hashed = "0f7c2dce6c8d76368f093708bef77e537afb2e7b9ae469de8995fce3871ef27f"
    assert mailbox_hash("ann@example.com", b"key") == hashed


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
