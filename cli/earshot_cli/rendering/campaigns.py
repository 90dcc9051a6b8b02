"""How far a campaign has come, in a line, and how it was asked for."""

from typing import Any

from earshot_cli.rendering.invitation_history import REASONS

WAITS = {
    "daily-budget": "the daily budget is used up",
    "next-day": "everyone due was invited",
    "sending-hours": "it is outside the survey's sending hours",
}


def campaign_in_words(campaign: dict[str, Any]) -> str:
    """Return how far a campaign has come, what it waits for or why it is over, and what it decided."""
    return f"{campaign['id']}: {_state(campaign)}; {_counts(campaign)}."


def count_in_words(campaign: dict[str, Any]) -> str:
    """Return how many people a campaign would ask, of how many."""
    segment = campaign.get("segment")
    audience = f"the {campaign['matched']:,} people with {segment}" if segment else f"{campaign['matched']:,} people"
    hint = "" if campaign["matched"] or not segment else " A segment of people is one of their own properties."
    return f"This will invite {campaign['asked']:,} of {audience} ({campaign['seen']:,} people are known).{hint}"


def plan_in_words(campaign: dict[str, Any]) -> str:
    """Return who a campaign asks, and how often or how many a day."""
    audience = f"everyone with {campaign['segment']}" if campaign.get("segment") else "everyone"
    days, budget = campaign.get("every_days"), campaign.get("daily_budget")
    often = f"every {days} days" if days else "once"
    return f"{audience}, {often}{f', at most {budget:,} a day' if budget else ''}"


def refusals_in_words(campaign: dict[str, Any]) -> list[str]:
    """Return how many were not asked for which reason, the most frequent first."""
    declined = sorted(campaign.get("declined", {}).items(), key=lambda pair: (-pair[1], pair[0]))
    return [f"{number:,} not invited: {REASONS.get(reason, reason)} ({reason})" for reason, number in declined]


def _state(campaign: dict[str, Any]) -> str:
    note = f", {campaign['note']}" if campaign.get("note") else ""
    if campaign["state"] == "counting":
        return "being counted, no invitations are sent"
    if campaign["state"] != "running":
        return f"{campaign['state']} {_moment(campaign['ended_at'])}{note}"
    if not (waits := campaign.get("waiting_for")):
        return "at work"
    return f"{WAITS.get(waits, waits)}, continues {_moment(campaign['resumes_at'])}"


def _counts(campaign: dict[str, Any]) -> str:
    declined = sum(campaign.get("declined", {}).values())
    if campaign["state"] in ("counting", "counted"):
        return f"{campaign['asked']:,} would be invited, {declined:,} not, of {campaign['matched']:,} matching people"
    return f"{campaign['asked']:,} invited, {declined:,} not invited, of {campaign['matched']:,} matching people"


def _moment(iso: Any) -> str:
    """Show a time of the API to the minute; all of them are in UTC."""
    return f"{str(iso)[:16].replace('T', ' ')} UTC"
