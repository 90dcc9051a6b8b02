"""The size rules that the benchmarks' units rest on."""

from typing import Any

import pytest

from benchmarks.capacity import item_bytes, read_units, write_units


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ({"S": "é"}, 2),
        ({"N": "0"}, 1),
        ({"N": "7"}, 2),
        ({"N": "1234"}, 3),
        ({"N": "-12345"}, 5),
        ({"BOOL": True}, 1),
        ({"SS": ["a", "bc"]}, 3),
        ({"L": [{"S": "abc"}, {"S": ""}]}, 8),
        ({"M": {"ab": {"N": "10"}}}, 8),
    ],
)
def test_an_item_is_its_names_and_its_values(value: dict[str, Any], size: int) -> None:
    assert item_bytes({"name": value}) == 4 + size


def test_a_type_without_a_rule_is_refused() -> None:
    with pytest.raises(ValueError, match="size rule"):
        item_bytes({"name": {"X": 1}})


@pytest.mark.parametrize(("size", "units"), [(0, 1), (1024, 1), (1025, 2)])
def test_a_write_costs_a_unit_a_kilobyte_begun_and_twice_that_in_a_transaction(size: int, units: int) -> None:
    assert write_units(size, transactional=False) == units
    assert write_units(size, transactional=True) == 2 * units


@pytest.mark.parametrize(("size", "units"), [(0, 1), (4096, 1), (4097, 2)])
def test_a_read_costs_a_unit_for_four_kilobytes_begun_and_half_if_it_may_be_old(size: int, units: int) -> None:
    assert read_units(size, consistent=True) == units
    assert read_units(size, consistent=False) == units / 2
