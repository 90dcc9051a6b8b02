"""The rows of the bench of planning: what a round read, what is promised of it, and how the table is filled."""

import csv
import gzip
import io
from typing import Any

import pytest

from benchmarks.errors import BenchError
from benchmarks.many_due import HEADER, keys_of, objects, scheduled
from benchmarks.metering import Call
from benchmarks.planning import HOUR, MONTH, NOW, Round, due_later, due_now, growth_row, read, row_of
from earshot.adapters.dynamodb.invitation_items import invitation_item
from earshot.adapters.dynamodb.table import marshalled


def query(items: list[dict[str, Any]], scanned: int | None = None) -> Call:
    count = len(items)
    return Call("Query", {}, {"Items": items, "Count": count, "ScannedCount": count if scanned is None else scanned})


def test_each_query_is_rounded_up_by_itself_and_read_eventually_consistent() -> None:
    entry = {"pk": {"S": "x" * 98}}
    found = read([query([]), query([entry] * 40), query([entry] * 41)], 1.5)
    assert found == Round(3, 81, 8100, 0.5 + 0.5 + 1.0, 1.5)


def test_what_a_query_looked_at_and_did_not_give_is_not_passed_over() -> None:
    with pytest.raises(BenchError, match="Query"):
        read([query([], scanned=9)], 1.0)


def test_a_call_that_is_no_query_is_not_passed_over() -> None:
    with pytest.raises(BenchError, match="Scan"):
        read([Call("Scan", {}, {"Items": [], "Count": 0, "ScannedCount": 0})], 1.0)


@pytest.mark.parametrize(
    ("due", "units", "limit", "met"),
    [(0, 4.0, "≤ 4", True), (0, 4.5, "≤ 4", False), (800, 100.0, "≤ 100", True), (800, 100.5, "≤ 100", False)],
)
def test_a_unit_plans_eight_and_looking_costs_its_floor(due: int, units: float, limit: str, met: bool) -> None:
    row = row_of(1_000, due, Round(8, due, 0, units, 0.1))
    assert (row.target, row.met) == (limit, met)


def test_the_units_of_few_and_of_many_must_be_the_same() -> None:
    few, many = Round(8, 800, 9000, 16.0, 0.1), Round(8, 800, 9000, 16.0, 9.0)
    assert growth_row(800, few, many).cells == (*("1,000,000 over 1,000", "800", "+0", "+0", "+0", "+0.0", "", "90 ×"),)
    assert growth_row(800, few, many).met is True
    assert growth_row(800, few, Round(9, 800, 9000, 16.5, 9.0)).met is False


def test_none_of_those_due_later_is_due_and_all_of_the_others_are() -> None:
    later, now = [each.due_at for each in due_later(1000)], [each.due_at for each in due_now(800)]
    assert NOW + HOUR == min(later) <= max(later) < NOW + HOUR + MONTH
    assert max(now) == NOW
    assert len({each.id for each in (*due_later(1000), *due_now(800))}) == 1800


def test_what_is_loaded_are_the_keys_of_the_real_items() -> None:
    invitation = scheduled(7, NOW)
    item = marshalled(invitation_item(invitation))
    assert keys_of(invitation) == {name: item[name] for name in HEADER}


def test_the_keys_are_cut_into_pieces_and_none_is_lost() -> None:
    invitations = [scheduled(number, NOW + number) for number in range(5)]
    pieces = [gzip.decompress(body).decode() for body in objects(invitations, 2)]
    rows = [list(csv.reader(io.StringIO(piece))) for piece in pieces]
    assert [len(piece) for piece in rows] == [2, 2, 1]
    assert [row for piece in rows for row in piece] == [
        [keys_of(invitation)[name]["S"] for name in HEADER] for invitation in invitations
    ]


def test_no_piece_is_empty() -> None:
    assert len(list(objects([scheduled(1, NOW), scheduled(2, NOW)], 2))) == 1
