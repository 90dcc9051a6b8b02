"""Holm's method: where several differences are tested, some look sure by chance, so their p-values are adjusted."""

from collections.abc import Hashable, Mapping
from typing import TypeVar

Tested = TypeVar("Tested", bound=Hashable)


def adjusted_by_holm(p_values: Mapping[Tested, float]) -> dict[Tested, float]:
    """Return the adjusted p-value of each difference that was tested."""
    adjusted: dict[Tested, float] = {}
    highest = 0.0
    for place, (tested, p_value) in enumerate(sorted(p_values.items(), key=lambda each: each[1])):
        highest = max(highest, min(1.0, p_value * (len(p_values) - place)))
        adjusted[tested] = highest
    return adjusted
