"""One response as a card, and all that was done to it as a line in time."""

from collections.abc import Mapping
from typing import Any

from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from earshot_cli.rendering.frame import Frame

WIDTH = 78
COLORS = {"promoter": "green", "passive": "yellow", "detractor": "red"}
# What is done to a response, in words and color.
ACTIONS = {
    "revised": "cyan",
    "excluded": "yellow",
    "included": "green",
    "withdrawn": "red",
    "anonymised": "magenta",
    "erased": "red",
}
BY = {"respondent": "by the respondent", "person-erased": "as its person was erased", None: "by an unknown key"}
SHOWN = ("comment", "person", "channel", "responded_at", "sent_id")


def response_card(response: Mapping[str, Any], ascii_only: bool = False, width: int = WIDTH) -> Panel:
    """Return a reply of the response call as a card for a terminal of that width."""
    dot, line = ("*", "|") if ascii_only else ("●", "│")
    frame = Frame(WIDTH, width, ascii_only)
    title = f"{response['survey']} · {response['id']}"
    return frame.around(title, _facts(response), Text(), _history(response, dot, line))


def _facts(response: Mapping[str, Any]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    if response["score"] is not None:
        shown_score = f"{response['score']}  {response['category']}"
        table.add_row(
            "score", Text(shown_score, "dim strike" if response["excluded"] else COLORS[response["category"]])
        )
    table.add_row("state", f"{response['state']}, revision {response['revision']}")
    if response["excluded"]:
        table.add_row("excluded", response["exclusion_reason"] or "the reason was erased with the person")
    for name in SHOWN:
        if response[name]:
            table.add_row(name.replace("_", " "), response[name])
        if name == "comment" and response[name] and response["comment_score"] is not None:
            table.add_row("", Text(f"written with the score {response['comment_score']}", "dim"))
    if response["contact_requested"]:
        table.add_row("contact", "requested")
    for name, value in response["properties"].items():
        table.add_row("property", f"{name}: {value}")
    table.add_row("counts in", ", ".join(response["series"]) or "nothing")
    return table


def _history(response: Mapping[str, Any], dot: str, line: str) -> Table:
    """Draw the corrections, the newest at the top, along a line."""
    table = Table.grid(padding=(0, 1))
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    for place, correction in enumerate(response["history"]):
        if place:
            table.add_row(line, "")
        color = ACTIONS.get(correction["action"], "")
        table.add_row(Text(dot, color), f"{_moment(correction['corrected_at'])}  {_done(correction)}")
        if correction["reason"]:
            table.add_row(line, f"“{correction['reason']}”")
    if left_out := response["history_left_out"]:
        table.add_row(line, Text(f"and {left_out:,} older changes, which are no longer kept", "dim"))
    if not response["history"]:
        table.add_row("", Text("It was never changed.", "dim"))
    return table


def _done(correction: Mapping[str, Any]) -> str:
    by = correction["by"]
    done = f"{correction['action']} {BY.get(by) or f'with the key {by}'}"
    changes = [name.replace("_", " ") for name in correction["changed"] if name not in ("excluded", "score")]
    if scores := correction["scores"]:
        changes.insert(0, f"score {' to '.join('none' if score is None else str(score) for score in scores)}")
    if changes:
        return f"{done}: {', '.join(changes)}"
    return f"{done}, as it was" if correction["action"] == "revised" else done


def _moment(iso: str) -> str:
    return f"{iso[:16].replace('T', ' ')} UTC"
