"""Destinations, alert rules and deliveries as tables and cards."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table

from earshot_cli.rendering.cards import add as _add
from earshot_cli.rendering.cards import card as _card
from earshot_cli.rendering.cards import table as _table

Shown = Mapping[str, Any]


def destination_table(destinations: Sequence[Shown]) -> Table:
    """Draw destinations, a line each, with what waits and what is parked."""
    table = _table("id", "kind", "name", "state", "breaker", "waiting", "parked")
    for each in destinations:
        health = each["health"]
        counts = f"{health['pending']:,}", f"{health['parked']:,}"
        table.add_row(each["id"], each["kind"], each["name"], each["state"], health["breaker"], *counts)
    return table


def destination_card(destination: Shown) -> Table:
    """Draw one destination, with its health."""
    card = _card()
    for field in ("id", "name", "kind", "state", "reason", "contact"):
        _add(card, field, destination[field])
    for name, value in destination["settings"].items():
        _add(card, name, value)
    _add(card, "may have", destination["include"] or "neither person nor comment")
    if destination["inbound"]:
        _add(card, "calls us", "yes")
    health = destination["health"]
    _add(card, "breaker", health["breaker"])
    waited = health["oldest_seconds"]
    _add(card, "waiting", f"{health['pending']:,}" + ("" if waited is None else f", the oldest for {waited:,} seconds"))
    _add(card, "parked", f"{health['parked']:,}")
    _add(card, "last delivered", health["delivered_at"] or "never")
    _add(card, "revision", destination["revision"])
    return card


def rule_table(rules: Sequence[Shown]) -> Table:
    """Draw alert rules, a line each."""
    table = _table("id", "name", "fires on", "destinations", "case", "muted until")
    for rule in rules:
        case = rule["case_by"] if rule["case"] else ""
        until = rule["muted_until"] or ""
        table.add_row(rule["id"], rule["name"] or "", condition(rule), ", ".join(rule["destinations"]), case, until)
    return table


def rule_card(rule: Shown) -> Table:
    """Draw one alert rule."""
    card = _card()
    for field in ("id", "survey", "name"):
        _add(card, field, rule[field])
    _add(card, "fires on", condition(rule))
    _add(card, "destinations", rule["destinations"])
    _add(card, "case", f"one of the {rule['case_by']}" if rule["case"] else "none")
    for field in ("owner", "role"):
        _add(card, f"case {field}", rule.get(field))
    for field in ("muted_until", "most_per_hour", "revision"):
        _add(card, field.replace("_", " "), rule[field])
    return card


def condition(rule: Shown) -> str:
    """Return what a rule fires on, in a line."""
    parts = [rule["when"].replace("_", " ")]
    if rule["words"]:
        parts.append(f"with {' or '.join(rule['words'])}")
    if rule["at_most"] is not None:
        parts.append(f"{rule['at_most']} or less" if rule["when"] == "score" else f"score {rule['at_most']} or less")
    parts += [f"{name} is {' or '.join(values)}" for name, values in rule["where"]["properties"].items()]
    key_account = rule["where"]["key_account"]
    if key_account is not None:
        parts.append("of a key account" if key_account else "of no key account")
    return ", ".join(parts)


def tried_table(tried: Shown) -> Table:
    """Draw the examples that a rule would have fired on."""
    table = _table("response", "score", "responded")
    for each in tried["examples"]:
        table.add_row(each["response"], str(each["score"]), each["responded_at"])
    return table


def tried_in_words(tried: Shown) -> str:
    """Return on how many responses a rule would have fired."""
    looked_at, matched = tried["looked_at"], tried["matched"]
    end = "" if tried["complete"] else "; there are more than it looked at"
    sentence = f"Of {looked_at:,} responses of the last {tried['days']} days it would have fired on {matched:,}{end}."
    return f"{sentence} It fires for everybody." if looked_at and matched == looked_at else sentence


def delivery_table(deliveries: Sequence[Shown]) -> Table:
    """Draw deliveries, a line each."""
    table = _table("id", "destination", "type", "state", "attempts", "reason")
    for each in deliveries:
        doubled = "perhaps twice" if each["maybe_doubled"] else ""
        reason = "; ".join(filter(None, (each["reason"], doubled)))
        attempts = str(len(each["attempts"]))
        table.add_row(each["id"], each["destination"], each["type"], each["state"], attempts, reason)
    return table


def delivery_card(delivery: Shown) -> Table:
    """Draw one delivery, with its attempts."""
    card = _card()
    about = ("survey", "response", "case", "rule")
    for field in ("id", "destination", *about, "type", "state", "reason", "next_attempt_at"):
        _add(card, field.replace("_", " "), delivery[field])
    for each in delivery["attempts"]:
        status = "" if each["status"] is None else f" ({each['status']})"
        _add(card, "attempt", f"{each['at']} {each['outcome']}{status}")
    if delivery["maybe_doubled"]:
        _add(card, "perhaps twice", "an attempt of unknown outcome was repeated")
    return card
