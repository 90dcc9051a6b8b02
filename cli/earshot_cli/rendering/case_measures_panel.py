"""The measures of a survey's cases: what is open, how fast somebody helps, how often too late, and what came of it."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from rich.console import RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from earshot.domain.score import FEWEST_DRAWN
from earshot_cli.phrases import counted, span
from earshot_cli.rendering.frame import Frame
from earshot_cli.rendering.share_table import add_share, between, measured_share, share_table

WIDTH = 78
# What a group is called that has no name, by what the groups are.
WITHOUT = {"owner": "nobody", "root_cause": "not closed", "band": "no score"}
HEADS = {"owner": "owner", "root_cause": "root cause", "band": "score"}

Measures = Mapping[str, Any]


def case_measures_panel(found: Measures, ascii_only: bool = False, width: int = WIDTH) -> Panel:
    """Draw a reply of the call on measures for a terminal of that width."""
    frame, everything = Frame(WIDTH, width, ascii_only), found["all"]
    last_day = str(date.fromisoformat(found["to"]) - timedelta(1))
    return frame.around(
        f"{found['survey']}: cases, {found['from']} to {last_day}",
        *map(Text, backlog_in_words(everything)),
        Text(),
        _shares(everything, frame),
        Text(),
        *map(Text, times_in_words(everything)),
        *map(Text, codes_in_words(everything)),
        Text(),
        *_recovery(everything["recovery"]),
        *_groups(found, frame),
    )


def backlog_in_words(found: Measures) -> list[str]:
    """Return how many cases came and went, and what is open now."""
    came = f"{counted(found['opened'], 'case')} opened, {found['closed']:,} closed."
    if not found["open"]:
        return [came, "None is open now."]
    oldest = span(found["oldest_open_hours"] * 3600)
    late = f"{found['overdue']:,} late" if found["overdue"] else "none late"
    return [
        came,
        f"{found['open']:,} open now: {found['unowned']:,} without an owner, {late}, the oldest {oldest} old.",
    ]


def times_in_words(found: Measures) -> list[str]:
    """Return how long it takes until the first contact, and until the closing."""
    return [
        _time_in_words("First contact", found["time_to_contact"]),
        _time_in_words("Closing", found["time_to_close"]),
    ]


def _time_in_words(what: str, time: Measures) -> str:
    if not time["cases"]:
        return f"{what}: no cases."
    half, most, business = time["hours"]["median"], time["hours"]["p90"], time["business_hours"]["median"]
    waiting = f"{time['still_open']:,} to come" if time["still_open"] else "none to come"
    if half is None:
        return f"{what}: in less than half of {counted(time['cases'], 'case')} so far, {waiting}."
    whole = "not yet in nine of ten" if most is None else f"nine of ten after {span(most * 3600)}"
    in_hours = "" if business in (None, half) else f" ({business:,.1f} business hours)"
    return f"{what}: half after {span(half * 3600)}{in_hours}, {whole}; {waiting}."


def codes_in_words(found: Measures) -> Iterator[str]:
    """Yield what came of the closed cases, and what was behind them, the most frequent first."""
    for words, name in (("Outcomes", "outcomes"), ("Root causes", "root_causes")):
        if found[name]:
            codes = sorted(found[name].items(), key=lambda each: (-each[1], each[0]))
            yield f"{words}: {', '.join(f'{code} {count:,}' for code, count in codes)}."


def recovery_in_words(recovery: Measures) -> list[str]:
    """Return how many responded well later, next to those nobody contacted, and whether that is a difference."""
    closed, control, difference = recovery["closed"], recovery["control"], recovery["difference"]
    lines = [_next_in_words("After closing", closed), _next_in_words("Without contact", control)]
    if difference is None:
        return [*lines, f"Fewer than {FEWEST_DRAWN} next responses on one side: counts only."]
    verdict = "more than chance" if difference["significant"] else "not distinguishable from noise"
    points = f"{difference['points']:+.1f} points ({difference['low']:+.1f} to {difference['high']:+.1f}), {verdict}."
    return [*lines, points]


def _next_in_words(what: str, found: Measures) -> str:
    share = "" if found["share"] is None else f", {found['share']:.1%} ({between(found['interval'])})"
    known = f"a next response in {found['responded']:,} of {counted(found['cases'], 'case')}"
    return f"{what}: 7 or more in {found['recovered']:,}{share}; {known}."


def _recovery(recovery: Measures) -> Iterator[RenderableType]:
    yield Text("Recovered: detractors' next responses within 180 days", "bold")
    yield from map(Text, recovery_in_words(recovery))
    yield Text(recovery["note"], "dim")


def _shares(found: Measures, frame: Frame) -> Table:
    table, loop, breaches = share_table(frame), found["closed_loop"], found["breaches"]
    undue = f", {loop['not_due']:,} not due" if loop["not_due"] else ""
    tried = f", {loop['attempted']:,} unreachable" if loop["attempted"] else ""
    rows = (
        ("loop closed", loop, "green", f"of {loop['of']:,} detractors{tried}{undue}"),
        ("contact too late", breaches["contact"], "yellow", f"of {breaches['contact']['of']:,} due"),
        ("closing too late", breaches["close"], "yellow", f"of {breaches['close']['of']:,} due"),
        ("reopened", found["reopened"], "yellow", f"of {found['reopened']['of']:,} closed"),
    )
    for words, share, color, of in rows:
        measured = measured_share(share["share"], share["interval"], color, frame.ascii_only)
        add_share(table, frame, words, measured, of)
    return table


def _groups(found: Measures, frame: Frame) -> Iterator[RenderableType]:
    if not found["groups"]:
        return
    table = Table(box=None, padding=(0, 1 if frame.is_narrow else 2, 0, 0), show_edge=False)
    table.add_column(HEADS[found["by"]])
    for head in ("opened", "closed", "open", "late", "loop closed", *(() if frame.is_narrow else ("contact",))):
        table.add_column(head, justify="right")
    for group in found["groups"]:
        loop, half = group["closed_loop"], group["time_to_contact"]["hours"]["median"]
        cells = [f"{group[name]:,}" for name in ("opened", "closed", "open", "overdue")]
        cells.append(f"{loop['count']:,}/{loop['of']:,}")
        if not frame.is_narrow:
            cells.append("" if half is None else span(half * 3600))
        table.add_row(group["value"] or WITHOUT[found["by"]], *cells)
    yield Text()
    yield table
