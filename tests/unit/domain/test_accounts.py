"""Accounts: what a draft makes of one."""

from earshot.domain.accounts import Account, AccountDraft, described


def test_a_draft_makes_a_new_account() -> None:
    draft = AccountDraft("ACME", {"name": "Acme Inc.", "owner": "ann", "properties": {"plan": "pro"}})
    assert described(None, draft, 7) == Account("ACME", "Acme Inc.", "ann", {"plan": "pro"}, made_at=7)


def test_fields_that_are_left_out_stay_and_none_removes_one() -> None:
    old = Account("ACME", "Acme Inc.", "ann", {"plan": "pro"}, made_at=7, revision=2)
    new = described(old, AccountDraft("ACME", {"owner": None}), 9)
    assert new == Account("ACME", "Acme Inc.", None, {"plan": "pro"}, made_at=7, revision=3)


def test_a_draft_that_changes_nothing_leaves_the_account_as_it_is() -> None:
    old = Account("ACME", "Acme Inc.")
    assert described(old, AccountDraft("ACME", {"name": "Acme Inc."}), 9) is old
    assert described(old, AccountDraft("ACME", {}), 9) is old
