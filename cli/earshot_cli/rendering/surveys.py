"""Surveys as a card and as a table."""

import json
from collections.abc import Sequence
from typing import Any

from rich import box
from rich.table import Table

from earshot.domain.alert_settings import ScoreTarget
from earshot.domain.daily_evaluation import fewest_to_reach
from earshot_cli.rendering.segment_values import segment_names


def survey_card(survey: dict[str, Any]) -> Table:
    """Draw one survey, with the settings of its alerts."""
    card = Table.grid(padding=(0, 2))
    card.add_column(style="dim")
    card.add_column(overflow="fold")
    for field in ("id", "name", "question", "timezone", "state", "kind", "owner", "retention_days", "created_at"):
        card.add_row(field, str(survey.get(field) or ""))
    for segment in segment_names(survey):
        card.add_row("segment", _segment(survey, segment))
    if alerts := survey.get("alerts"):
        card.add_row("alerts", _alerts(alerts))
    if target := survey.get("target"):
        card.add_row("target", _target(target, (alerts or {}).get("minimum", 0)))
    if bands := survey.get("bands"):
        card.add_row("bands", bands if isinstance(bands, str) else _bands(bands))
    _add_cases(card, survey.get("cases") or {})
    for part in ("rules", "brand", "widget"):
        for name, value in survey.get(part, {}).items():
            card.add_row(f"{part}.{name}", value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
    return card


def _add_cases(card: Table, cases: dict[str, Any]) -> None:
    """Add the settings of cases: who owns one, and within which hours of the calendar something is to be done."""
    for name in ("owner_property", "role", "owner", "calendar"):
        if owner := cases.get(name):
            card.add_row(f"cases.{name}", owner)
    for priority, hours in cases.get("targets", {}).items():
        within = f"contact within {hours['contact_hours']:,} h, closed within {hours['close_hours']:,} h"
        card.add_row(f"cases.targets.{priority}", within)


def survey_table(surveys: Sequence[dict[str, Any]]) -> Table:
    """Draw surveys, a line each."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("id", "name", "state", "timezone", "segments"):
        table.add_column(column, overflow="fold")
    for survey in surveys:
        segments = ", ".join(segment_names(survey))
        table.add_row(survey["id"], survey["name"], survey["state"], survey["timezone"], segments)
    return table


def _segment(survey: dict[str, Any], segment: str) -> str:
    values = len(survey.get("values", {}).get(segment, []))
    counting = ", older responses are still being counted" if segment in survey.get("incomplete", []) else ""
    return f"{segment}: {values:,} value{'' if values == 1 else 's'}{counting}"


def _alerts(alerts: dict[str, Any]) -> str:
    compared = f"{alerts['window']} against the {alerts['window']} before, {alerts['minimum']:,} responses each"
    return f"{compared}; a false alert in at most {alerts['level']:.1%} of years without change"


def _target(target: dict[str, Any], minimum: int) -> str:
    """Return the target, and how many responses it takes to decide about it: none are enough for 100."""
    began = "" if target.get("baseline") is None else f", from {target['baseline']}"
    goal = f"{target['score']}{began}, over {target['window']}"
    fewest = fewest_to_reach(ScoreTarget(target["score"]))
    if fewest is None:
        return f"{goal}; it is never reported as reached, since no number of responses can prove 100: set 99 or less"
    return f"{goal}; reported as reached with at least {max(fewest, minimum):,} responses"


def _bands(bands: Sequence[dict[str, Any]]) -> str:
    return ", ".join(f"{band['label']} from {band['from']}" for band in bands)
