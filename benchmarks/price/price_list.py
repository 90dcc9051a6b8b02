"""The price list: what AWS charges, and what is assumed where nothing here can be measured."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

FILE = Path(__file__).with_name("prices.toml")


@dataclass(frozen=True)
class PriceList:
    """Prices in dollars, assumptions, and the milliseconds that a run of each function takes."""

    day: date
    days: float
    prices: Mapping[str, float]
    assumptions: Mapping[str, float]
    milliseconds: Mapping[str, float]

    @property
    def minutes(self) -> float:
        """Return the minutes of a month."""
        return self.days * 24 * 60

    def milliseconds_of(self, function: str) -> float:
        """Return how long a run takes; ValueError for a function that the list does not name."""
        if function not in self.milliseconds:
            raise ValueError(f"{FILE.name}: [milliseconds] has no {function}")
        return self.milliseconds[function]


def read_price_list(path: Path = FILE) -> PriceList:
    """Read the list."""
    with path.open("rb") as file:
        read = tomllib.load(file)
    return PriceList(
        day=read["date"],
        days=read["month"]["days"],
        prices={name: given["dollars"] for name, given in read["prices"].items()},
        assumptions={name: given["value"] for name, given in read["assumptions"].items()},
        milliseconds=read["milliseconds"],
    )
