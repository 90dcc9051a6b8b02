"""What a day of a flood costs: the worst request of each route without a key, at the route's limit, at list prices.

`SECURITY.md` shows the tables that this module writes (`python -m benchmarks.floods`); `tests/integration/floods`
measures every figure of them that can be measured here, and holds them to the limits of the template.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from earshot_cli.template_source import read_source

TEMPLATE = Path(__file__).parents[1] / "template.yaml"
DAY = 86_400
# List prices of us-east-1 in dollars, December 2026.
REQUEST = 1.00e-6  # HTTP API, each 512 KB begun
RUN = 0.20e-6  # Lambda, a request
GB_SECOND = 1.33334e-5  # Lambda, arm64
READ, WRITE = 0.125e-6, 0.625e-6  # DynamoDB on demand, a unit
MESSAGE = 0.40e-6  # SQS, each 64 KB begun
EVENT = 1.00e-6  # EventBridge, each 64 KB begun
OUT = 0.09e-9  # a byte to the internet
LOGGED = 0.50e-9  # a byte into CloudWatch Logs
AN_EVENT_MORE = 26  # bytes that CloudWatch charges for each line on top of its own
HEADERS_MORE = 200  # bytes of the gateway's own headers and of TLS, reckoned
MEMORY_GB = 0.5

# Reckoned, as nothing here is Lambda: what a function does at 0.29 of a processor (512 MB), a call of the table, and
# one of a queue or of another function.
OWN_MS, LARGE_BODY_MS, TABLE_MS, MESSAGE_MS = 4, 12, 5, 8
# Bytes of the line that a function writes of a refusal; what goes well has its line in the access log only.
A_REFUSAL = 200


@dataclass(frozen=True)
class Worst:
    """The dearest request of a route: units of the table, calls, bytes out, and bytes of the function's own lines.

    `messages` are calls of a queue or of another function; `own_ms` is what the function needs without its calls.
    """

    what: str
    reads: int = 0
    writes: int = 0
    calls: int = 0
    messages: int = 0
    out: int = 350
    logged: int = 0
    own_ms: int = OWN_MS

    @property
    def milliseconds(self) -> int:
        """Return how long the function runs."""
        return self.own_ms + TABLE_MS * self.calls + MESSAGE_MS * self.messages

    def dollars(self, access_line: int) -> float:
        """Return what one costs, with its line in the access log."""
        return (
            REQUEST
            + RUN
            + self.milliseconds / 1000 * MEMORY_GB * GB_SECOND
            + self.reads * READ
            + self.writes * WRITE
            + self.messages * MESSAGE
            + (self.out + HEADERS_MORE) * OUT
            + (self.logged + access_line + AN_EVENT_MORE) * LOGGED
        )


@dataclass(frozen=True)
class Behind:
    """What is done for each response that a route takes: it is recorded, announced, scored and sent to the CRM."""

    what: str
    a_day: int
    reads: int
    writes: int

    def dollars(self) -> float:
        """Return what one costs; all but the units is reckoned.

        Messages are those of the response, of the score and of the CRM, each sent, received and deleted; events are the
        response and its detractor; runs are of recorder (1 GB, 40 ms), publisher (10 ms) and CRM (300 ms, for its
        answer); 1 KB of lines and 2 KB to the CRM.
        """
        seconds = 1.0 * 0.040 + 0.5 * (0.010 + 0.300)
        runs = 3 * RUN + seconds * GB_SECOND
        moved = 3 * 3 * MESSAGE + 2 * EVENT + 1000 * LOGGED + 2000 * OUT
        return runs + moved + self.reads * READ + self.writes * WRITE


INTAKE = "POST /v1/surveys/{survey}/responses"
CAP_OF_AN_HOUR = 20_000
LINKS, SUBMISSIONS = 1000, 30

ROUTES: Mapping[str, Worst] = {
    INTAKE: Worst("64 KB, refused or beyond the cap", 1, 0, 1, out=600, own_ms=LARGE_BODY_MS, logged=A_REFUSAL),
    "OPTIONS /v1/surveys/{survey}/responses": Worst("any", out=350),
    "GET /v1/surveys/{survey}/widget": Worst("the longest words", 1, 0, 1, out=5000),
    "POST /v1/surveys/{survey}/widget": Worst("a good token", 5, 1, 5, 1, out=550, logged=A_REFUSAL),
    "OPTIONS /v1/surveys/{survey}/widget": Worst("any", out=350),
    "GET /widget.js": Worst("without gzip", out=18_000),
    "GET /widget/{version}": Worst("without gzip", out=18_000),
    "GET /s/{token}": Worst("a good link, again", 3, 0, 3, out=13_000),
    "HEAD /s/{token}": Worst("a good link", 3, 0, 3, out=550),
    "POST /s/{token}": Worst(
        "a good link that takes no more", 3, 0, 3, out=6500, own_ms=LARGE_BODY_MS, logged=A_REFUSAL
    ),
    "GET /u/{token}": Worst("a good link", 4, 0, 4, out=7000),
    "HEAD /u/{token}": Worst("a good link", 4, 0, 4, out=450),
    "POST /u/{token}": Worst("a good link, to and fro", 5, 3, 6, out=7000),
    "POST /v1/inbound/{destination}": Worst("a signed call under a new id", 2, 1, 3, 1, out=550, logged=A_REFUSAL + 50),
    "GET /app": Worst("the cookie of no session", 2, 0, 1, out=600),
    "HEAD /app": Worst("the cookie of no session", 2, 0, 1, out=600),
    "GET /app/{proxy+}": Worst("the style sheet without gzip; the cookie of no session", 2, 0, 1, out=12_000),
    "POST /app/cases/{case}": Worst("the cookie of no session", 2, 0, 1, out=600),
    "POST /app/s/{survey}/responses/{response}": Worst("the cookie of no session", 2, 0, 1, out=600),
    "POST /app/settings": Worst("the cookie of no session", 2, 0, 1, out=600),
    "POST /app/person": Worst("the cookie of no session", 2, 0, 1, out=600),
    "HEAD /app/{proxy+}": Worst("the cookie of no session", 2, 0, 1, out=900),
    "GET /app/sign-in": Worst("any", out=2200),
    "HEAD /app/sign-in": Worst("any", out=600),
    "POST /app/sign-in": Worst("an address, through the CDN", 0, 4, 4, 1, out=1800, logged=A_REFUSAL),
    "GET /app/sign-in/code": Worst("any", out=1900),
    # Its hash is slow on purpose.
    "POST /app/sign-in/code": Worst("a wrong code", 0, 2, 2, out=2000, logged=A_REFUSAL, own_ms=170),
    "GET /app/sign-in/{token}": Worst("a good link", 1, 0, 1, out=1400),
    "POST /app/sign-in/{token}": Worst("another browser", 1, 0, 1, out=1600, logged=A_REFUSAL),
    "GET /app/invitation/{token}": Worst("a good link", 2, 0, 2, out=1500),
    "POST /app/invitation/{token}": Worst("one that is over", 1, 0, 1, out=1500, logged=A_REFUSAL),
    "POST /app/sign-out": Worst("the cookie of no session", 2, 0, 1, out=300),
    "GET /v1/openapi.json": Worst("without gzip", out=400_000),
    "HEAD /v1/openapi.json": Worst("any", out=350),
    "$default": Worst("any path and method", out=450, logged=A_REFUSAL),
}
TAKEN: Mapping[str, Behind] = {
    INTAKE: Behind("20,000 an hour in one survey, 10 segments, 2 KB each", 24 * CAP_OF_AN_HOUR, 12, 28),
    # Measured at the page are 8 read and 10 write units; the rest is what the recorder needs for a change.
    "POST /s/{token}": Behind("30 responses by each of 1,000 links, each a change", LINKS * SUBMISSIONS, 13, 40),
}
# A route that wants a key, called without one or with one that is none.
KEYED = Worst("no key, or none there is", 1, 0, 1, out=450, logged=A_REFUSAL + 20)


@dataclass(frozen=True)
class Limits:
    """The template's limits: requests a second of each route, of any other one, and the line of the access log."""

    limits: Mapping[str, float]
    default: float
    access_log: str

    def access_line(self, route: str) -> int:
        """Return how long the line is that API Gateway writes of a request."""
        context = {"requestId": "JKJaXmPLvHcESHA=", "routeKey": route, "status": "202", "responseLatency": "12345"}
        return len(re.sub(r"\$context\.(\w+)", lambda found: context[found[1]], self.access_log))


def read_template() -> Limits:
    """Read the limits of the template."""
    api = read_source(TEMPLATE.read_text(encoding="utf-8"))["Resources"]["Api"]["Properties"]
    limits = {route: settings["ThrottlingRateLimit"] for route, settings in api["RouteSettings"].items()}
    return Limits(limits, api["DefaultRouteSettings"]["ThrottlingRateLimit"], api["AccessLogSettings"]["Format"])


def days(template: Limits) -> Iterator[tuple[str, float]]:
    """Return what a day of each route costs at its limit, with what is done behind it."""
    for route, worst in ROUTES.items():
        behind = TAKEN[route].a_day * TAKEN[route].dollars() if route in TAKEN else 0
        yield route, template.limits[route] * DAY * worst.dollars(template.access_line(route)) + behind


def table(template: Limits) -> list[str]:
    """Write the table of SECURITY.md."""
    costs = dict(days(template))
    head = ("route", "a second", "worst request", "read", "write", "ms", "bytes out", "logged", "a day")
    rows = [
        (
            f"`{route}`", f"{template.limits[route]:g}", worst.what, worst.reads, worst.writes, worst.milliseconds,
            f"{worst.out:,}", worst.logged + template.access_line(route) + AN_EVENT_MORE, f"${costs[route]:.2f}",
        )
        for route, worst in ROUTES.items()
    ]  # fmt: skip
    return [*_lines(head, rows), f"| **all** | | | | | | | | **${sum(costs.values()):.2f}** |"]


def table_behind() -> list[str]:
    """Write the table of what is done for responses that are taken; it is part of the other table's dollars."""
    head = ("behind", "responses taken in a day", "read", "write", "a day")
    rows = [
        (f"`{route}`", f"{each.a_day:,}: {each.what}", each.reads, each.writes, f"${each.a_day * each.dollars():.2f}")
        for route, each in TAKEN.items()
    ]
    return _lines(head, rows)


def _lines(head: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> list[str]:
    ruler = "|".join(" ---: " if name not in ("route", "behind", "worst request") else " --- " for name in head)
    return [
        f"| {' | '.join(head)} |",
        f"|{ruler}|",
        *(f"| {' | '.join(str(cell) for cell in row)} |" for row in rows),
    ]


if __name__ == "__main__":
    print("\n".join((*table(read_template()), "", *table_behind())))
