"""The quality of a survey's data: a bar a share, the response rate next to the one before, and the warnings."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from rich.console import RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from earshot_cli.rendering.frame import Frame
from earshot_cli.rendering.share_table import add_share, measured_share, share_table

WIDTH = 78
# Each share with its words, and what it is a share of.
SHARES = (
    ("speeders", "in under 2 seconds", "timed"),
    ("repeats", "repeated", "responses"),
    ("quarantined", "by machines", "clicked"),
    ("excluded", "excluded", "kept"),
    ("cleaned", "with parts removed", "responses"),
    ("clicked", "clicked, not sent", "responses"),
)


def quality_panel(quality: Mapping[str, Any], ascii_only: bool = False, width: int = WIDTH) -> Panel:
    """Draw a reply of the quality call for a terminal of that width."""
    window, frame = quality["window"], Frame(WIDTH, width, ascii_only)
    return frame.around(
        f"{quality['survey']}: quality, {window['from']} to {_last_day(window)}",
        _shares(quality, frame),
        Text(),
        *_rates(quality, frame),
        Text(),
        *_warnings(quality),
        *_retention(quality),
    )


def _retention(quality: Mapping[str, Any]) -> tuple[RenderableType, ...]:
    sentences = {
        "retention_days": "Responses older than {:,} days are anonymised, and still count.",
        "people_retention_days": "People without contact for {:,} days are anonymised.",
    }
    shown = {name: quality.get(name) for name in sentences}
    return tuple(Text(sentences[name].format(days), "dim") for name, days in shown.items() if days is not None)


def _shares(quality: Mapping[str, Any], frame: Frame) -> Table:
    table = share_table(frame)
    for name, words, of in SHARES:
        share = quality[name]
        measured = measured_share(share["share"], share["interval"], "yellow", frame.ascii_only)
        add_share(table, frame, words, measured, f"of {share['of']:,} {of}")
    return table


def _rates(quality: Mapping[str, Any], frame: Frame) -> tuple[RenderableType, ...]:
    table, rate = share_table(frame), quality["response_rate"]
    rows = (("response rate", rate), ("window before", rate["previous"]))
    for words, shown in rows:
        if shown is not None:
            measured = measured_share(shown["rate"], shown["interval"], "cyan", frame.ascii_only)
            add_share(table, frame, words, measured, f"of {shown['asked']:,} mails")
    return table, Text(f"first mails of {rate['from']} to {_last_day(rate)}, and as many days before", "dim")


def _warnings(quality: Mapping[str, Any]) -> Iterator[Text]:
    for warning in quality["warnings"]:
        yield Text(f"! {warning}", "bold yellow")
    if not quality["warnings"]:
        yield Text(f"No problems with these {quality['responses']:,} responses.", "green")


def _last_day(span: Mapping[str, Any]) -> str:
    # The end is exclusive; people name the last day that is in it.
    return str(date.fromisoformat(span["to"]) - timedelta(1))
