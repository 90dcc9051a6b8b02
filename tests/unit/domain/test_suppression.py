"""Of several reasons for a suppression the strongest stands, in whatever order they came."""

from itertools import permutations

import pytest

from earshot.domain.suppression import REASONS, not_replaced_by
from tests.factories import NOON
from tests.fakes.people import InMemorySuppressions


@pytest.mark.parametrize("order", list(permutations(REASONS)))
def test_the_strongest_reason_wins_in_any_order(order: tuple[str, ...]) -> None:
    suppressions = InMemorySuppressions()
    for reason in (*order, *order):
        suppressions.add("ann@example.com", reason, NOON)
    assert suppressions.is_suppressed("ann@example.com") == "erased"


def test_no_reason_replaces_itself_and_none_an_erasure() -> None:
    for reason in (*REASONS, "by hand"):
        assert reason in not_replaced_by(reason)
        assert "erased" in not_replaced_by(reason)


def test_an_unknown_reason_is_the_weakest() -> None:
    assert set(REASONS) < set(not_replaced_by("by hand"))
    assert "by hand" not in not_replaced_by("bounced")
