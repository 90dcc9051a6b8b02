"""How many requests a second each route takes: the limits of the template, counted as API Gateway counts them."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from earshot.api.paths import route_key


@dataclass(frozen=True)
class Limit:
    """A bucket of tokens: a request takes one, `rate` come back each second, and it holds `burst`."""

    rate: float
    burst: float

    @classmethod
    def read(cls, settings: Mapping[str, Any]) -> Self:
        """Read the settings of a route."""
        return cls(settings["ThrottlingRateLimit"], settings["ThrottlingBurstLimit"])


class RouteLimits:
    """The buckets of an API's routes; a route without settings of its own has the default's, in a bucket of its own."""

    def __init__(
        self, default: Limit, routes: Mapping[str, Limit], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._default, self._routes, self._clock = default, routes, clock
        self._buckets: dict[str, tuple[float, float]] = {}

    @classmethod
    def of_template(cls, template: Mapping[str, Any]) -> Self:
        """Read the limits of the API in the template."""
        settings = template["Resources"]["Api"]["Properties"]
        routes = {key: Limit.read(each) for key, each in settings["RouteSettings"].items()}
        return cls(Limit.read(settings["DefaultRouteSettings"]), routes)

    def admit(self, method: str, path: str) -> bool:
        """Take a token for a request; False if its route has none left."""
        key, now = route_key(method, path), self._clock()
        limit = self._routes.get(key, self._default)
        tokens, since = self._buckets.get(key, (limit.burst, now))
        tokens = min(limit.burst, tokens + (now - since) * limit.rate)
        admitted = tokens >= 1
        self._buckets[key] = (tokens - admitted, now)
        return admitted
