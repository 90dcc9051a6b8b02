"""The pages of the console: read units at a thousand responses a survey and at a million, and what a browser loads."""

import base64
import random
import time
from collections import Counter
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from benchmarks.errors import BenchError
from benchmarks.in_process import TABLE, Handler, handler_of, prepare
from benchmarks.lab import Lab
from benchmarks.metering import metered
from benchmarks.report import Row, Section
from benchmarks.submissions import WEIGHTS, Crowd
from earshot import bootstrap
from earshot.adapters.dynamodb import table_keys
from earshot.api.visitor import COOKIE
from earshot.console.assets import PATH, files
from earshot.domain.access import Access, Role
from earshot.domain.iso_time import day_of
from earshot.domain.members import Member
from earshot.domain.response import ALL
from earshot.domain.sessions import Session, hash_of, value_of
from earshot.domain.survey import Survey
from earshot.services.responses.record_responses import record
from earshot.services.scores.recompute_scores import Ask, recompute

UNITS = "Console: read units and bytes of a page"
UNITS_HOW = (
    "The real `serve_console` handler shows each page in this process, to an owner who is signed in. Five surveys have "
    "a year of count items each, put there directly with responses spread evenly over the days, and scores that the "
    "real service computed; of one of them the newest fifty responses are there, with comments. The units are the "
    "documented size rule over what each call gave, the session and the member included. The bytes are those of the "
    "reply, as it is compressed for a browser. It does not show DynamoDB's latency."
)
UNITS_COLUMNS = ("page", "responses a survey", "calls", "units", "HTML, bytes gzip")
ASSETS = "Console: what a browser loads with the first page"
ASSETS_HOW = "Each file as the same handler compresses it. A browser keeps them for a year, by names with their hashes."
ASSETS_COLUMNS = ("files", "bytes gzip")
MEMBER, MADE, HOUR = "bench-console", "2026-11-21T00:00:00.000Z", 3_600_000
VOLUMES = (1_000, 1_000_000)
SURVEYS, DAYS, NEWEST = 5, 365, 50
MOST_UNITS, MOST_HTML, MOST_CSS, MOST_JS = 20, 30_000, 12_000, 15_000


def measure(lab: Lab) -> list[Section]:
    """Show each page at each volume, and load the files that the first page names."""
    lab.steps.begin("console", 1 + len(VOLUMES))
    client = prepare(lab.stack.endpoint)
    now = time.time_ns() // 1_000_000
    handler = handler_of("serve_console")
    rows: list[Row] = []
    for volume in VOLUMES:
        lab.steps.step(f"{volume:,} responses a survey")
        member = f"{MEMBER}-{volume}"
        surveys = tuple(f"console-{volume}-{number}" for number in range(SURVEYS))
        _sign_in(member, surveys, now)
        for survey in surveys:
            _seed(client, survey, volume, now)
        _record(surveys[0], now)
        for survey in surveys:
            _compute(survey, now)
        rows += [_row(handler, client, member, name, path, volume) for name, path in _pages(surveys[0]).items()]
    return [
        Section(UNITS, UNITS_COLUMNS, rows, UNITS_HOW),
        Section(ASSETS, ASSETS_COLUMNS, _assets(handler), ASSETS_HOW),
    ]


def _pages(survey: str) -> dict[str, str]:
    return {
        f"Home, {SURVEYS} surveys": "/app",
        "Score": f"/app/s/{survey}",
        "Trend": f"/app/s/{survey}/trend",
        "Responses": f"/app/s/{survey}/responses",
        "Cases": "/app/cases",
    }


def _row(handler: Handler, client: Any, member: str, name: str, path: str, volume: int) -> Row:
    with metered(client) as meter:
        reply = handler(_request(path, member), None)
    if reply["statusCode"] != 200:
        raise BenchError(f"{path}: {reply}")
    if meter.writes:
        raise BenchError(f"{path}: something was written")
    units, size = sum(call.read_units for call in meter.reads), len(_body(reply))
    cells = (name, f"{volume:,}", f"{len(meter.reads)}", f"{units:.1f}", f"{size:,}")
    limit = f"≤ {MOST_UNITS} units; ≤ {MOST_HTML:,} bytes"
    return Row(cells, limit, units <= MOST_UNITS and size <= MOST_HTML)


def _assets(handler: Handler) -> list[Row]:
    """Load the stylesheet, and all scripts whichever page names them."""
    sizes = {".css": 0, ".js": 0}
    for name in files():
        if (suffix := name[name.rindex(".") :]) in sizes:
            sizes[suffix] += len(_body(handler(_request(PATH + name, None), None)))
    return [_asset_row("styles", sizes[".css"], MOST_CSS), _asset_row("all scripts", sizes[".js"], MOST_JS)]


def _asset_row(name: str, size: int, most: int) -> Row:
    return Row((name, f"{size:,}"), f"≤ {most:,} bytes", size <= most)


def _body(reply: dict[str, Any]) -> bytes:
    return base64.b64decode(reply["body"]) if reply.get("isBase64Encoded") else reply["body"].encode()


def _sign_in(member: str, surveys: tuple[str, ...], now: int) -> None:
    """Make a member who reads these surveys alone, and a session."""
    access = Access(surveys=surveys)
    made = Member(member, f"{member}@example.com", "Kim Bench", Role.OWNER, access=access, made_at=now)
    bootstrap.members().put(made, None)
    bootstrap.sessions().start(Session(hash_of(_token(member)), member, now, now))


def _token(member: str) -> str:
    return f"token-of-{member}"


def _seed(client: Any, survey: str, volume: int, now: int) -> None:
    """Put the count items of so many responses in a year, as the recorder leaves them, and compute the scores."""
    bootstrap.surveys().put(Survey(survey, survey.title(), created_at=MADE, updated_at=MADE), None)
    dice, today = random.Random(survey), date.fromisoformat(day_of(now, ZoneInfo("UTC")))
    drawn = Counter(zip(dice.choices(range(DAYS), k=volume), dice.choices(range(11), WEIGHTS, k=volume), strict=True))
    items: dict[int, dict[str, Any]] = {}
    for (ago, score), count in drawn.items():
        zeros = {f"h{each}": {"N": "0"} for each in range(11)}
        day = (today - timedelta(ago)).isoformat()
        item = items.setdefault(ago, {"pk": {"S": table_keys.counts(survey, ALL)}, "sk": {"S": day}, **zeros})
        item[f"h{score}"] = {"N": str(count)}
    puts = [{"PutRequest": {"Item": item}} for item in items.values()]
    for start in range(0, len(puts), 25):
        client.batch_write_item(RequestItems={TABLE: puts[start : start + 25]})


def _record(survey: str, now: int) -> None:
    """Record the newest responses as the recorder does."""
    newest = list(Crowd(survey).submissions(now - HOUR, 0, NEWEST))
    lost = record(
        newest,
        surveys=bootstrap.surveys(),
        ledger=bootstrap.ledger(),
        people=bootstrap.people(),
        pause=lambda _: None,
    )
    if lost:
        raise BenchError(f"{survey}: {len(lost)} responses were not recorded")


def _compute(survey: str, now: int) -> None:
    recompute(
        Ask(survey, None, now),
        now,
        surveys=bootstrap.surveys(),
        counts=bootstrap.counts(),
        scores=bootstrap.scores(),
        evaluations=bootstrap.daily_evaluations(),
    )


def _request(path: str, member: str | None) -> dict[str, Any]:
    """Return the request of a browser, of a member who is signed in."""
    cookie = bootstrap.site().cookie_name(COOKIE)
    return {
        "routeKey": "GET /app" if path == "/app" else "GET /app/{proxy+}",
        "rawQueryString": "",
        "cookies": [f"{cookie}={value_of(member, _token(member))}"] if member else [],
        "headers": {"accept-encoding": "gzip", "accept-language": "en"},
        "requestContext": {"requestId": "bench", "http": {"method": "GET", "path": path}},
    }
