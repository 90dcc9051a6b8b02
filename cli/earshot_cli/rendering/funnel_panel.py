"""The funnel as bars, a column for each wave, with the response rate and the score."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from earshot_cli.rendering.bars import bar
from earshot_cli.rendering.frame import Frame
from earshot_cli.rendering.phrases import count_in_words, interval_in_words

WIDTH = 78
BARS = 36
# What is shown of a wave, in the order a mail lives through it, each with its words and color.
STAGES = (
    ("declined", "declined", "dim"),
    ("scheduled", "scheduled", "blue"),
    ("sent", "· sent", "cyan"),
    ("waiting", "· waiting", "yellow"),
    ("claimed", "· being sent", "yellow"),
    ("stopped", "· stopped", "dim"),
    ("delivered", "delivered", "cyan"),
    ("soft_bounced", "bounced softly", "yellow"),
    ("bounced", "bounced", "red"),
    ("complained", "complained", "red"),
    ("opened", "opened", "cyan"),
    ("opened_by_machine", "opened (machine)", "dim"),
    ("clicked", "clicked", "cyan"),
    ("clicked_by_machine", "clicked (machine)", "dim"),
    ("clicked_score", "clicked a score", "green"),
    ("responded", "responded", "green"),
    ("commented", "commented", "green"),
    ("unsubscribed", "unsubscribed", "red"),
)

Wave = Mapping[str, Any]


def funnel_panel(funnel: Mapping[str, Any], ascii_only: bool = False, width: int = WIDTH) -> Panel:
    """Return a reply of the funnel call as a panel for a terminal of that width; empty stages are left out."""
    frame, waves = Frame(WIDTH, width, ascii_only), funnel["waves"]
    drawn = (_bars(waves, frame), Text()) if waves else ()
    return frame.around(f"{funnel['survey']} · funnel, all time", *drawn, *map(Text, summary_in_words(funnel)))


def summary_in_words(funnel: Mapping[str, Any]) -> list[str]:
    """Return the response rate and the score, each with its interval."""
    rate, score = funnel["response_rate"], funnel["score"]
    rate_line = "Nobody was invited yet, so there is no response rate."
    if rate["rate"] is not None:
        sure = f"{_level(rate)} interval {rate['interval']['low']:.1%} to {rate['interval']['high']:.1%}"
        rate_line = f"Response rate {rate['rate']:.1%}   {sure}   {rate['responded']:,} of {rate['asked']:,} invited"
    felt = "NPS: no responses yet."
    if score["nps"] is not None:
        felt = f"NPS {score['nps']}   {interval_in_words(score)}   {count_in_words(score['responses'])}"
    return [rate_line, felt]


def _bars(waves: Sequence[Wave], frame: Frame) -> Table:
    """Return a row for each stage and a column for each wave; a narrow terminal has only the numbers."""
    table = Table(box=None, padding=(0, 1 if frame.is_narrow else 2, 0, 0), show_edge=False)
    width = 0 if frame.is_narrow else max(BARS // len(waves) - 6, 3)
    table.add_column("")
    for wave in waves:
        table.add_column(_name(wave))
    full = max(wave[stage] for wave in waves for stage, _, _ in STAGES)
    for stage, words, color in STAGES:
        if any(wave[stage] for wave in waves):
            table.add_row(words, *(_cell(wave[stage], full, width, color, frame.ascii_only) for wave in waves))
    table.add_row("response rate", *(_share(wave) for wave in waves))
    return table


def _name(wave: Wave) -> str:
    name = "invitation" if wave["wave"] == 1 else f"reminder {wave['wave'] - 1}"
    return name if wave["channel"] == "email" else f"{name} ({wave['channel']})"


def _cell(count: int, full: int, width: int, color: str, ascii_only: bool) -> Text:
    drawn = bar(count, full, width, ascii_only) if width else ""
    return Text.assemble((drawn, color), " " if drawn else "", f"{count:,}")


def _share(wave: Wave) -> str:
    rate = wave["response_rate"]["rate"]
    return "" if rate is None else f"{rate:.1%}"


def _level(measured: Mapping[str, Any]) -> str:
    return f"{measured['interval']['level']:.0%}"
