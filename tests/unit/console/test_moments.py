"""Times by the visitor's clock."""

from tests.factories import NOON
from tests.unit.console.world import Console


def test_a_time_is_by_the_clock_of_the_visitor(console: Console) -> None:
    console.record(*[9] * 12)
    console.compute()
    assert NOON % 86_400_000 == 12 * 3_600_000
    assert "Computed 12:00" in console.page("/app")
    assert "Computed 21:00" in console.page("/app", console.visitor(timezone="Asia/Tokyo"))
