"""Which networks an address belongs to, and as how many responses a statement counts."""

import pytest

from earshot.domain.statement import Statement, StatementKind
from earshot.domain.submission_policy import networks_of, weight_of
from tests.factories import NOON


@pytest.mark.parametrize(
    ("address", "networks"),
    [
        ("192.0.2.77", ("192.0.2", "192.0")),
        ("::ffff:192.0.2.77", ("192.0.2", "192.0")),
        ("2001:db8:7:ff11::1", ("20010db80007ff/56", "20010db80007/48", "20010db8/32")),
        ("2001:db8:7:ffee:1::%eth0", ("20010db80007ff/56", "20010db80007/48", "20010db8/32")),
        ("::1", ("0/56", "0/48", "0/32")),
        ("", ("",)),
        ("unknown", ("unknown",)),
        ("1.2.3.4.5", ("1.2.3.4.5",)),
        ("no:address", ("no:address",)),
    ],
)
def test_an_address_belongs_to_its_networks(address: str, networks: tuple[str, ...]) -> None:
    assert networks_of(address) == networks


def statement(**words: object) -> Statement:
    return Statement(kind=StatementKind.FINAL, received_at=NOON, score=9, **words)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "weight"),
    [
        ({}, 1),
        ({"comment": "x" * 2048}, 1),
        ({"comment": "x" * 2049}, 2),
        ({"comment": "\N{GRINNING FACE}" * 10_000}, 20),
        ({"properties": {f"name-{number}": "x" * 250 for number in range(20)}}, 3),
        ({"comment": "x" * 2000, "unverified_email": "a" * 40 + "@example.com"}, 2),
        ({"properties": {"seats": 12, "trial": True}}, 1),
    ],
)
def test_each_begun_2_kb_of_text_counts_as_one(words: dict[str, object], weight: int) -> None:
    assert weight_of(statement(**words)) == weight
