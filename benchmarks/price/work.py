"""The work that something makes for AWS: a month without visitors, a response, a page view, a mail."""

import tomllib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Work:
    """What AWS does and charges for; all of it is counted for one unit of use, or for a month."""

    requests: float = 0
    bytes_out: float = 0
    cdn_requests: float = 0
    cdn_runs: float = 0  # of a function at the CDN's edge
    cdn_bytes_out: float = 0
    runs: Mapping[str, float] = field(default_factory=dict)
    milliseconds: Mapping[str, float] = field(default_factory=dict)
    reads: float = 0
    writes: float = 0
    cap_writes: float = 0  # those of `writes` that count submissions for the limits
    sqs_requests: float = 0
    events: float = 0
    scheduled: float = 0
    logged: float = 0  # bytes of our own lines and of the access log
    mails: float = 0
    metrics: frozenset[str] = frozenset()  # their names

    def __add__(self, other: "Work") -> "Work":
        return self._joined(other, lambda left, right: left + right)

    def __sub__(self, other: "Work") -> "Work":
        """Return what is left of this work without another; no less than nothing, but for rounding."""
        return self._joined(other, lambda left, right: max(0.0, left - right))

    def __mul__(self, times: float) -> "Work":
        return replace(self, **{name: _scaled(getattr(self, name), times) for name in NUMBERS})

    def _joined(self, other: "Work", join: Callable[[float, float], float]) -> "Work":
        joined = {name: _both(getattr(self, name), getattr(other, name), join) for name in NUMBERS}
        return replace(self, **joined, metrics=self.metrics | other.metrics)


NUMBERS = tuple(each.name for each in fields(Work) if each.name != "metrics")


def read_work(path: Path) -> dict[str, Work]:
    """Read work that was written down by hand; ValueError for a name that there is not."""
    try:
        read = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as exc:
        raise ValueError(f"{path} is no TOML: {exc}") from exc
    return {name: _work(path, name, given) for name, given in read.items() if isinstance(given, dict)}


def _work(path: Path, name: str, given: Mapping[str, Any]) -> Work:
    known = {each.name for each in fields(Work)}
    if unknown := given.keys() - known:
        raise ValueError(f"{path}: [{name}] has {', '.join(sorted(unknown))}; known are {', '.join(sorted(known))}")
    return Work(**{**given, "metrics": frozenset(given.get("metrics", ()))})


def _scaled(value: Any, times: float) -> Any:
    return {name: times * each for name, each in value.items()} if isinstance(value, Mapping) else times * value


def _both(left: Any, right: Any, join: Callable[[float, float], float]) -> Any:
    if not isinstance(left, Mapping):
        return join(left, right)
    one, other = Counter(left), Counter(right)
    return {name: join(one[name], other[name]) for name in dict.fromkeys((*left, *right))}
