"""What cases cost the table, counted with the real adapters as the benches count it."""

from collections.abc import Iterator
from typing import Any

import pytest

from benchmarks import case_units
from earshot import bootstrap
from tests.e2e.fault_injection import clear_ports


@pytest.fixture
def _aws_of_the_functions(dynamodb: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(bootstrap, "client", {"dynamodb": dynamodb}.__getitem__)
    monkeypatch.setenv("EARSHOT_TABLE", "earshot")
    clear_ports()
    yield
    clear_ports()


@pytest.mark.usefixtures("_aws_of_the_functions")
def test_facts_and_a_page_of_the_board_cost_no_more_units_than_promised() -> None:
    rows = case_units.counted()
    assert [row.cells for row in rows if not row.met] == []
