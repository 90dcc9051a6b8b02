"""The price of the tree's template and functions, measured once a session."""

from collections.abc import Mapping
from functools import cache

import pytest

from benchmarks.price.bill import MILLION, Bill, total
from benchmarks.price.price_list import PriceList, read_price_list
from benchmarks.price.stages import of_this_tree
from benchmarks.price.work import Work

Works = Mapping[str, Mapping[str, Work]]


@cache
def priced() -> tuple[dict[str, Bill], Works]:
    """Return the bill and the work of each stage."""
    return of_this_tree(read_price_list())


@pytest.fixture(scope="session")
def listed() -> PriceList:
    return read_price_list()


@pytest.fixture(scope="session")
def bills() -> dict[str, Bill]:
    return priced()[0]


@pytest.fixture(scope="session")
def works() -> Works:
    return priced()[1]


@pytest.fixture(scope="session")
def prod(bills: dict[str, Bill]) -> Bill:
    return bills["prod"]


@pytest.fixture(scope="session")
def uses(works: Works) -> Mapping[str, Work]:
    return works["prod"]


@pytest.fixture(scope="session")
def dollars(prod: Bill, uses: Mapping[str, Work]) -> dict[str, float]:
    """Return what a million of each use costs, mails without SES."""
    free_of_ses = {name: total(prod.of_work(work * MILLION)) for name, work in uses.items() if name != "idle"}
    return {name: each - uses[name].mails * MILLION * prod.listed.prices["mail"] for name, each in free_of_ses.items()}
