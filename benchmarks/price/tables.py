"""The tables of a price: for the terminal and for docs/costs.md."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from benchmarks.price.bill import MILLION, Bill, Line, total
from benchmarks.price.work import Work

# What a table of uses compares, and what stands above its columns.
COLUMNS = (
    (
        "A million responses",
        (("response", "ten together"), ("response_alone", "each alone"), ("response_cdn", "ten, by CloudFront")),
    ),
    ("A million page views", (("page_view", "by the API"), ("page_view_cdn", "by CloudFront"))),
    (
        "A million requests of signed page views",
        (("signed_view", "by the API"), ("signed_view_cdn", "by CloudFront")),
    ),
    ("A million mails", (("mail", "many together"), ("mail_alone", "each alone"))),
)
# The lines of a bill under the heading of their column.
Lines = Mapping[str, Sequence[Line]]


@dataclass(frozen=True)
class Sheet:
    """A table: its title, columns with their alignment, and rows, the last of which may be a sum."""

    title: str
    columns: tuple[tuple[str, bool], ...]
    rows: Sequence[tuple[str, ...]]
    has_sum: bool = True

    def show(self, console: Console) -> None:
        """Print the table."""
        table = Table(title=self.title, title_justify="left", title_style="bold")
        for name, is_number in self.columns:
            table.add_column(name, justify="right" if is_number else "left", overflow="fold", no_wrap=is_number)
        for place, row in enumerate(self.rows):
            left = len(self.rows) - 1 - place if self.has_sum else -1
            table.add_row(*row, style="bold" if left == 0 else "", end_section=left == 1)
        console.print(table)

    def markdown(self) -> list[str]:
        """Write the table for a page."""
        ruler = "|".join(" ---: " if is_number else " --- " for _, is_number in self.columns)
        rows = [*self.rows[:-1], tuple(f"**{cell}**" if cell else "" for cell in self.rows[-1])]
        lines = [self._line(tuple(name for name, _ in self.columns)), f"|{ruler}|"]
        return [*lines, *(self._line(row) for row in (rows if self.has_sum else self.rows))]

    def _line(self, cells: Sequence[str]) -> str:
        return f"| {' | '.join(cells)} |".replace("\n", "<br>").replace("|  |", "| |")


def idle_sheet(bills: Mapping[str, Bill], works: Mapping[str, Mapping[str, Work]]) -> Sheet:
    """Compare an idle month of each stage; the explanation is of the first stage that has the line."""
    lines = {stage: bill.idle(works[stage]["idle"]) for stage, bill in bills.items()}
    return _sheet("An idle month", lines)


def used_sheet(bills: Mapping[str, Bill], works: Mapping[str, Mapping[str, Work]]) -> Sheet:
    """Compare what a month costs more in each stage once it is used at all."""
    lines = {
        stage: bill.used(works[stage]["idle"], [work for name, work in works[stage].items() if name != "idle"])
        for stage, bill in bills.items()
    }
    return _sheet("More in a month that is used, however little", lines)


def once_sheets(bills: Mapping[str, Bill]) -> list[Sheet]:
    """Show what is charged once in each stage, if anything is."""
    lines = {stage: bill.once() for stage, bill in bills.items()}
    return [_sheet("Charged once", lines)] if any(lines.values()) else []


def use_sheets(bill: Bill, works: Mapping[str, Work]) -> list[Sheet]:
    """Show what a million of each use costs; the explanation is of one, in the order of the columns."""
    sheets = []
    for title, columns in COLUMNS:
        lines = {heading: bill.of_work(works[name] * MILLION) for name, heading in columns if name in works}
        each = {heading: bill.of_work(works[name]) for name, heading in columns if name in works}
        if lines:
            sheets.append(_sheet(title, lines, each))
    return sheets


@dataclass(frozen=True)
class Month:
    """How much a month is used."""

    responses: int = 0
    mails: int = 0
    page_views: int = 0
    signed_views: int = 0


def month_sheet(bill: Bill, works: Mapping[str, Work], month: Month) -> Sheet:
    """Show what a month of some use costs, from the cheapest case to the dearest: together, or each alone."""
    rows = _month_rows(bill, works, month)
    rows.append(("all", "", *month_total(bill, works, month)))
    cells = [(what, number, dollars(low), dollars(high)) for what, number, low, high in rows]
    return Sheet("This month", (("", False), ("number", True), ("together", True), ("each alone", True)), cells)


def month_total(bill: Bill, works: Mapping[str, Work], month: Month) -> tuple[float, float]:
    """Return what a month costs at least and at most."""
    rows = _month_rows(bill, works, month)
    return sum(row[2] for row in rows), sum(row[3] for row in rows)


def _month_rows(bill: Bill, works: Mapping[str, Work], month: Month) -> list[tuple[str, str, float, float]]:
    idle, used = total(bill.idle(works["idle"])), total(_used_by(bill, works, month))
    rows = [("idle", "", idle, idle), ("own metrics, once used", "", used, used)]
    uses = (
        ("responses", month.responses, "response", "response_alone"),
        ("page views", month.page_views, "page_view", "page_view"),
        ("requests of signed page views", month.signed_views, "signed_view", "signed_view"),
        ("mails, without SES", month.mails, "mail", "mail_alone"),
    )
    for what, number, *names in uses:
        if number:
            low, high = (number * _without_ses(bill, works, name) for name in names)
            rows.append((what, f"{number:,}", low, high))
    if month.mails:
        ses = month.mails * bill.listed.prices["mail"]
        rows.append(("SES", f"{month.mails:,}", ses, ses))
    return rows


def _used_by(bill: Bill, works: Mapping[str, Work], month: Month) -> list[Line]:
    asked = {
        "response": month.responses, "page_view": month.page_views, "signed_view": month.signed_views,
        "mail": month.mails,
    }  # fmt: skip
    return bill.used(works["idle"], [works[name] for name, number in asked.items() if number and name in works])


def _without_ses(bill: Bill, works: Mapping[str, Work], name: str) -> float:
    """Return what one of a use costs without its mails; ValueError if it was not measured."""
    if name not in works:
        raise ValueError(f"there is no work of {name}, only of {', '.join(works)}")
    return total(bill.of_work(works[name])) - works[name].mails * bill.listed.prices["mail"]


def _sheet(title: str, lines: Lines, explained: Lines | None = None) -> Sheet:
    by_name = {heading: {line.what: line for line in found} for heading, found in lines.items()}
    hows: dict[str, dict[str, str]] = {}
    for heading, found in (explained or lines).items():
        for line in found:
            hows.setdefault(line.what, {})[heading] = line.how
    rows = [(what, _how(how), *(_cell(found.get(what)) for found in by_name.values())) for what, how in hows.items()]
    rows.append(("all", "", *(dollars(total(found)) for found in lines.values())))
    columns = (("", False), ("how it comes about", False), *((heading, True) for heading in lines))
    return Sheet(title, columns, rows)


def _how(texts: Mapping[str, str]) -> str:
    """Write an explanation; one for each column if they differ."""
    if len(set(texts.values())) == 1:
        return next(iter(texts.values()))
    return "\n".join(f"{heading}: {text}" for heading, text in texts.items())


def _cell(line: Line | None) -> str:
    return dollars(line.dollars) if line else ""


def dollars(value: float) -> str:
    """Write dollars and cents."""
    return f"${value:,.2f}"
