"""The values of a segment as a card."""

from typing import Any

from rich.table import Table

SOURCES = {"owner": "yours", "key": "by key", "signed": "by a signed person", "open": "by anybody"}


def values_card(known: dict[str, Any]) -> Table:
    """Draw the values of a segment, a line each kind, and a line for each candidate."""
    card = Table.grid(padding=(0, 2))
    card.add_column(style="dim")
    card.add_column(overflow="fold")
    card.add_row("segment", f"{known['segment']} of {known['survey']}")
    card.add_row("series", f"{len(known['values']):,} of {known['places']:,}")
    for source, words in SOURCES.items():
        if names := [one["value"] for one in known["values"] if one["source"] == source]:
            card.add_row(f"  {words}", ", ".join(names))
    card.add_row("candidates", f"{len(known['candidates']):,} of {known['candidate_places']:,}")
    for one in known["candidates"]:
        responses = one["responses"]
        card.add_row("", f"{one['value']}: {responses:,} response{'' if responses == 1 else 's'} in (other)")
    for name, names in _decisions(known).items():
        if names:
            card.add_row(name, ", ".join(names))
    if known["open"]:
        card.add_row("open", f"values of unsigned responses get a series, too, at most {known['open_places']:,}")
    if not known["complete"]:
        card.add_row("", "responses are still being moved to their series")
    return card


def _decisions(known: dict[str, Any]) -> dict[str, list[str]]:
    merged = [f"{one['value']} into {one['into']}" for one in known["merged"]]
    return {"ignored": known["ignored"], "removed": known["removed"], "merged": merged}


def decided(known: dict[str, Any]) -> str:
    """Return how many values have a series now, and whether responses are still being moved."""
    series = f"{known['segment']} has {len(known['values']):,} value{'' if len(known['values']) == 1 else 's'}"
    moving = "" if known["complete"] else " Responses are being moved to their series; until then it is incomplete."
    return f"{series} with a score, and {len(known['candidates']):,} await your decision.{moving}"


def segment_names(survey: dict[str, Any]) -> list[str]:
    """Return the names of the segments that a survey tracks."""
    return [each if isinstance(each, str) else each["name"] for each in survey.get("segments", [])]
