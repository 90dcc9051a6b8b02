"""Surveys as a card and as a table."""

from collections.abc import Sequence
from typing import Any

from rich import box
from rich.table import Table


def survey_card(survey: dict[str, Any]) -> Table:
    """Draw one survey, with what is told of its scores."""
    card = Table.grid(padding=(0, 2))
    card.add_column(style="dim")
    card.add_column(overflow="fold")
    for field in ("id", "name", "question", "timezone", "state", "kind", "created"):
        card.add_row(field, str(survey.get(field) or ""))
    for segment in survey.get("segments", []):
        card.add_row("segment", _segment(survey, segment))
    if alerts := survey.get("alerts"):
        card.add_row("alerts", _alerts(alerts))
    if target := survey.get("target"):
        began = "" if target.get("baseline") is None else f", from {target['baseline']}"
        card.add_row("target", f"{target['score']}{began}, over {target['window']}")
    if bands := survey.get("bands"):
        card.add_row("bands", bands if isinstance(bands, str) else _bands(bands))
    return card


def survey_table(surveys: Sequence[dict[str, Any]]) -> Table:
    """Draw surveys, a line each."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("id", "name", "state", "timezone", "segments"):
        table.add_column(column, overflow="fold")
    for survey in surveys:
        segments = ", ".join(survey.get("segments", []))
        table.add_row(survey["id"], survey["name"], survey["state"], survey["timezone"], segments)
    return table


def _segment(survey: dict[str, Any], segment: str) -> str:
    values = len(survey.get("values", {}).get(segment, []))
    counting = ", older responses are still being counted" if segment in survey.get("incomplete", []) else ""
    return f"{segment}: {values:,} value{'' if values == 1 else 's'}{counting}"


def _alerts(alerts: dict[str, Any]) -> str:
    compared = f"{alerts['window']} against the {alerts['window']} before, {alerts['minimum']:,} responses each"
    return f"{compared}; at most {alerts['level']:.1%} of quiet years hold a false one"


def _bands(bands: Sequence[dict[str, Any]]) -> str:
    return ", ".join(f"{band['label']} from {band['from']}" for band in bands)
