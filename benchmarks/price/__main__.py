"""`python -m benchmarks.price`: what Earshot costs a month on AWS, at list prices."""

import argparse
import logging
import sys
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console

from benchmarks.price.bill import Bill
from benchmarks.price.page import PAGE, document, sheets
from benchmarks.price.price_list import PriceList, read_price_list
from benchmarks.price.stack_in_process import UnknownTargetError
from benchmarks.price.stages import STAGES, bills_of, measure_stages
from benchmarks.price.tables import Month, idle_sheet, month_sheet, once_sheets, use_sheets, used_sheet
from benchmarks.price.template import TEMPLATE, TemplateError
from benchmarks.price.work import Work, read_work

WIDTH = 130  # columns, where there is no terminal to ask
MOST = 10**12


def main(arguments: list[str]) -> int:
    """Print the price; 1 if it cannot be computed."""
    options = _read(arguments)
    logging.getLogger("samtranslator").setLevel(logging.ERROR)
    console = Console()
    if not console.is_terminal:
        console.width = WIDTH
    try:
        listed = read_price_list()
        bills = bills_of(options.template, listed, **dict(options.parameter))
        works = _works(options, bills, listed, console)
        _show(console, bills, works, options)
        if options.write:
            PAGE.write_text(document(PAGE.read_text(encoding="utf-8"), sheets(bills, works)), encoding="utf-8")
            console.print(f"Written to {PAGE}")
    except (TemplateError, UnknownTargetError, OSError, ValueError) as exc:
        console.print(f"No price: {exc}", style="red", markup=False)
        return 1
    return 0


def _show(
    console: Console, bills: Mapping[str, Bill], works: Mapping[str, Mapping[str, Work]], options: argparse.Namespace
) -> None:
    bill, month = bills[options.stage], Month(
        options.responses, options.mails, options.page_views, options.signed_views
    )  # fmt: skip
    listed = bill.listed
    console.print(
        f"List prices of {listed.day:%B %Y} in us-east-1, without free tiers, {listed.days:.0f} days a month.\n"
        f"Counted by running the functions; durations and batches are assumed (benchmarks/price/prices.toml).\n"
    )
    monthly = (idle_sheet(bills, works), used_sheet(bills, works), *use_sheets(bill, works[options.stage]))
    for sheet in (*monthly, *once_sheets(bills)):
        sheet.show(console)
        console.print()
    if month != Month():
        month_sheet(bill, works[options.stage], month).show(console)


def _works(
    options: argparse.Namespace, bills: Mapping[str, Bill], listed: PriceList, console: Console
) -> dict[str, dict[str, Work]]:
    if options.work:
        return dict.fromkeys(bills, read_work(options.work))
    with console.status("Running the functions …"):
        return measure_stages(bills, listed)


def _read(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser('make price ARGS="…"', description=__doc__)
    for name, what in (
        ("responses", "responses"),
        ("mails", "mails, reminders included"),
        ("page-views", "page views with the widget"),
        ("signed-views", "page views that ask about a signed person; count them as page views, too"),
    ):
        parser.add_argument(f"--{name}", type=_number, default=0, metavar="N", help=f"{what} in the month")
    parser.add_argument("--stage", choices=STAGES, default=STAGES[0], help="whose month it is (prod)")
    parser.add_argument(
        "--parameter", type=_parameter, action="append", default=[], metavar="NAME=VALUE", help="of the template"
    )
    parser.add_argument("--template", type=Path, default=TEMPLATE, metavar="FILE", help="another template")
    parser.add_argument("--work", type=Path, metavar="FILE", help="work that was written down, in place of running")
    parser.add_argument("--write", action="store_true", help="write the tables into docs/costs.md")
    options = parser.parse_args(arguments)
    if options.write and (options.work or options.parameter or options.template != TEMPLATE):
        parser.error("--write is for the price of this tree, without other options")
    if any(name == "Stage" for name, _ in options.parameter):
        parser.error("both stages are shown; --stage chooses whose month it is")
    return options


def _number(text: str) -> int:
    plain = text.replace(",", "").replace("_", "")
    if not plain.isascii() or not plain.isdecimal() or int(plain) > MOST:
        raise argparse.ArgumentTypeError(f"{text} is no whole number from 0 to {MOST:,}")
    return int(plain)


def _parameter(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not name or not separator:
        raise argparse.ArgumentTypeError(f"{text} is not NAME=VALUE")
    return name, value


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
