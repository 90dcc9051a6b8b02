"""docs/costs.md: the tables of the price, and what each change saved."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.price.bill import MILLION, Bill, total
from benchmarks.price.tables import Month, Sheet, dollars, idle_sheet, month_total, use_sheets, used_sheet
from benchmarks.price.work import Work

PAGE = Path(__file__).parents[2] / "docs/costs.md"
LEVERS = Path(__file__).with_name("levers.toml")
# What each figure of a lever is of.
FIGURES = {
    "idle_prod": "an idle month, prod",
    "idle_dev": "an idle month, dev",
    "response": "a million responses, ten together",
    "response_alone": "a million responses, each alone",
    "page_view": "a million page views",
    "page_view_cdn": "a million page views, by CloudFront",
    "signed_view": "a million requests of signed page views",
    "mail": "a million mails, many together",
    "mail_alone": "a million mails, each alone",
}
EXAMPLES = (1_000, 100_000, 1_000_000)
VIEWS_A_RESPONSE, MAILS_A_RESPONSE = 20, 8.5


def figures(bills: Mapping[str, Bill], works: Mapping[str, Mapping[str, Work]]) -> dict[str, float]:
    """Return the sums that levers change, in dollars and cents."""
    found = {f"idle_{stage}": total(bill.idle(works[stage]["idle"])) for stage, bill in bills.items()}
    bill, uses = bills["prod"], works["prod"]
    for name, work in uses.items():
        if name in FIGURES:
            found[name] = total(bill.of_work(work * MILLION)) - work.mails * MILLION * bill.listed.prices["mail"]
    return {name: round(value, 2) for name, value in found.items()}


def example_sheet(bill: Bill, works: Mapping[str, Work]) -> Sheet:
    """Show months of some responses, each with its page views and mails; SES apart."""
    rows = []
    for responses in EXAMPLES:
        mails = int(responses * MAILS_A_RESPONSE)
        month = Month(responses=responses, mails=mails, page_views=responses * VIEWS_A_RESPONSE)
        low, high = month_total(bill, works, month)
        ses = mails * bill.listed.prices["mail"]
        cells = (f"{responses:,}", f"{month.page_views:,}", f"{mails:,}", dollars(low - ses), dollars(high - ses))
        rows.append((*cells, dollars(ses), f"{100 * ses / high:.0f}–{100 * ses / low:.0f} %"))
    heads = ("responses", "page views", "mails", "all but SES, together", "each alone", "SES", "SES's share")
    return Sheet("Examples", tuple((head, True) for head in heads), rows, has_sum=False)


def lever_sheet(path: Path = LEVERS) -> Sheet:
    """Show what each change saved; ValueError for a figure that there is not."""
    rows: list[tuple[str, ...]] = []
    latest = ""
    for what, name, before, after in _changes(path):
        shown, latest = ("" if what == latest else what), what
        rows.append((shown, FIGURES[name], dollars(before), dollars(after), f"{after - before:+.2f}"))
    heads = (("change", False), ("of", False), ("before", True), ("after", True), ("", True))
    return Sheet("What each change saved", heads, rows, has_sum=False)


def lever_figures(path: Path = LEVERS) -> dict[str, float]:
    """Return the figures after the last change of each."""
    start, _ = _read(path)
    last = {name: value for name, value in start.items() if name in FIGURES}
    return last | {name: after for _, name, _, after in _changes(path)}


def sheets(bills: Mapping[str, Bill], works: Mapping[str, Mapping[str, Work]]) -> list[Sheet]:
    """Return the tables of the page."""
    bill, uses = bills["prod"], works["prod"]
    return [
        idle_sheet(bills, works),
        used_sheet(bills, works),
        *use_sheets(bill, uses),
        example_sheet(bill, uses),
        lever_sheet(),
    ]


def document(text: str, tables: Sequence[Sheet]) -> str:
    """Put each table below the heading of its title, in place of the one that is there; ValueError without heading."""
    for sheet in tables:
        place = re.search(rf"^##+ {re.escape(sheet.title)}$", text, re.MULTILINE)
        if place is None:
            raise ValueError(f"{PAGE.name} has no heading {sheet.title!r}")
        end = re.compile(r"^##+ ", re.MULTILINE).search(text, place.end())
        section = text[place.end() : end.start() if end else len(text)]
        table = "\n".join(sheet.markdown()) + "\n"
        old = re.search(r"(?:^\|.*\n)+", section, re.MULTILINE)
        if old is None:
            raise ValueError(f"{PAGE.name} has no table below {sheet.title!r}")
        section = section[: old.start()] + table + section[old.end() :]
        text = text[: place.end()] + section + (text[end.start() :] if end else "")
    return text


def _changes(path: Path) -> Iterator[tuple[str, str, float, float]]:
    """Yield each change with the figure that it changed, before and after."""
    start, levers = _read(path)
    known = {name: value for name, value in start.items() if name in FIGURES}
    for lever in levers:
        what = lever.pop("what")
        if unknown := lever.keys() - FIGURES.keys():
            raise ValueError(f"{path.name}: {what} changes {', '.join(sorted(unknown))}, which is no figure")
        for name, after in lever.items():
            yield what, name, known.get(name, 0.0), after
        known |= lever


def _read(path: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    read = tomllib.loads(path.read_text(encoding="utf-8"))
    return read["start"], read.get("levers", [])
