"""Hashes of ids and addresses under a secret key."""

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
