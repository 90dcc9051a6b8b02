"""Cases as a table and as a card, with what happened to them in words."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rich.table import Table

from earshot_cli.rendering.cards import add, card, table

Shown = Mapping[str, Any]
Cell = Callable[[Shown], str]


def case_table(cases: Sequence[Shown]) -> Table:
    """Draw cases, a line each: the account where there are any, and the survey where there are several."""
    columns: dict[str, Cell] = {
        "id": lambda each: each["id"],
        "due (UTC)": due_of,
        "owner": lambda each: each["owner"] or "nobody",
        "score": lambda each: "" if each["score"] is None else str(each["score"]),
    }
    if any(each["account"] for each in cases):
        columns["account"] = lambda each: each["account"] or ""
    if len({each["survey"] for each in cases}) > 1:
        columns["survey"] = lambda each: each["survey"]
    drawn = table(*columns)
    # To be copied into the next command in one piece.
    drawn.columns[0].no_wrap = True
    drawn.columns[1].min_width = len("2026-12-01 21:13")
    for each in cases:
        drawn.add_row(*(value(each) for value in columns.values()))
    return drawn


def state_of(case: Shown) -> str:
    """Return the state of a case in words."""
    return f"{case['state']}, waiting" if case["waiting"] else str(case["state"])


def due_of(case: Shown) -> str:
    """Return by when what is to happen to a case, and whether a clock ran out."""
    late = " (late)" if case["breached"] else ""
    if case["closed_at"]:
        return f"{case['state'].replace('_', ' ')} {minute(case['closed_at'])}{late}"
    if case["contacted_at"] is None:
        return f"contact by {minute(case['contact_due_at'])}{late}"
    return f"waits for the customer{late}" if case["waiting"] else f"close by {minute(case['close_due_at'])}{late}"


def minute(at: str) -> str:
    """Return a time of the API to the minute: `2026-12-01 21:13`."""
    return at[:16].replace("T", " ")


def case_card(case: Shown) -> Table:
    """Draw one case, with its facts and responses, and what of them the key may read."""
    drawn = card()
    lines = {
        "id": case["id"],
        "survey": case["survey"],
        "subject": case["subject"],
        "person": case.get("person"),
        "account": case["account"],
        "state": state_of(case),
        "owner": f"{case['owner']} (by {case['owned_by']})" if case["owner"] else "nobody",
        "due": f"{due_of(case)} UTC" if not case["waiting"] else due_of(case),
        "hours": case["calendar"] or "around the clock",
        "priority": case["priority"],
        "outcome": case["outcome"],
        "root cause": case["root_cause"],
        "round": str(case["round"]),
        "rule": case["rule"],
        "responses": f"{case['response_count']:,}",
    }
    for name, value in lines.items():
        add(drawn, name, value)
    for each in case["responses"]:
        comment = f" {each['comment']}" if each.get("comment") else ""
        add(drawn, "response", f"{each['responded_at']} {each['id']} {each['score']} of 10{comment}")
    for fact in case["facts"]:
        add(drawn, "fact", fact_in_words(fact))
    return drawn


def fact_in_words(fact: Shown) -> str:
    """Return a fact in a line: when, what and by whose hand, with its note."""
    about = ", ".join(fact[name] for name in ("owner", "outcome", "root_cause", "response") if fact[name])
    details = f" ({about})" if about else ""
    words = f": {fact['note']}" if fact.get("note") else ""
    return f"{fact['at']} {fact['kind'].replace('_', ' ')}{details} by {fact['by']}{words}"
