"""How often each score was given, by series and local day."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

# (series, day): the one key of both sides of an audit.
Place = tuple[str, str]


class Difference(NamedTuple):
    """A count that is not what a recount gives."""

    series: str
    day: str
    score: int
    counted: int
    recounted: int


def _zeros() -> list[int]:
    return [0] * 11


@dataclass(slots=True)
class Histograms:
    """Eleven numbers for each series and day, and nothing else, however many responses there are."""

    places: defaultdict[Place, list[int]] = field(default_factory=lambda: defaultdict(_zeros))
    responses: int = 0

    def count(self, responses: Iterable[dict[str, Any]]) -> None:
        """Count responses in the series and on the day they carry; what is erased or excluded carries none."""
        for response in responses:
            if response["state"] == "erased" or not response["series"]:
                continue
            self.responses += 1
            for series in response["series"]:
                self.places[series, response["day"]][response["score"]] += 1

    def at(self, place: Place) -> list[int]:
        """The histogram of one series and day."""
        return self.places.get(place) or _zeros()


def differing(counted: Histograms, recounted: Histograms) -> list[Place]:
    """The places where both sides are not the same."""
    places = counted.places.keys() | recounted.places.keys()
    return sorted(place for place in places if counted.at(place) != recounted.at(place))


def differences(counted: Histograms, recounted: Histograms) -> list[Difference]:
    """Every number that is not the same on both sides."""
    return [
        Difference(*place, score, there, here)
        for place in differing(counted, recounted)
        for score, (there, here) in enumerate(zip(counted.at(place), recounted.at(place), strict=True))
        if there != here
    ]
