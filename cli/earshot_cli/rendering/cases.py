"""Cases as a table and as a card, with what happened to them in words."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table

from earshot_cli.rendering.cards import add, card, table

Shown = Mapping[str, Any]


def case_table(cases: Sequence[Shown]) -> Table:
    """Draw cases, a line each."""
    drawn = table("id", "survey", "state", "owner", "due", "score", "subject", "opened")
    for each in cases:
        subject = f"{each['subject']} {each['account']}" if each["account"] else each["subject"]
        owner, score = each["owner"] or "nobody", "" if each["score"] is None else str(each["score"])
        opened = each["opened_at"][:10]
        drawn.add_row(each["id"], each["survey"], state_of(each), owner, due_of(each), score, subject, opened)
    return drawn


def state_of(case: Shown) -> str:
    """Return the state of a case in words."""
    return f"{case['state']}, waiting" if case["waiting"] else str(case["state"])


def due_of(case: Shown) -> str:
    """Return by when what is to happen to a case, and whether a clock ran out."""
    late = " (late)" if case["breached"] else ""
    if case["closed_at"]:
        return f"closed {case['closed_at']}{late}"
    if case["contacted_at"] is None:
        return f"contact by {case['contact_due_at']}{late}"
    return f"waits for the customer{late}" if case["waiting"] else f"close by {case['close_due_at']}{late}"


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
        "due": due_of(case),
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
