"""docs/costs.md shows what the command prints, and each change that made it so."""

from pathlib import Path

import pytest

from benchmarks.price.bill import Bill
from benchmarks.price.page import FIGURES, PAGE, document, figures, lever_figures, lever_sheet, sheets
from benchmarks.price.price_list import PriceList
from benchmarks.price.tables import Sheet
from tests.integration.price.conftest import Works

TEXT = PAGE.read_text(encoding="utf-8")
WRITE = "make price ARGS=--write"
SHEET = Sheet("One", (("", False), ("dollars", True)), [("a", "$1.00"), ("all", "$1.00")])


def test_the_tables_of_the_page_are_those_of_the_command(bills: dict[str, Bill], works: Works) -> None:
    assert document(TEXT, sheets(bills, works)) == TEXT, f"{WRITE} writes them"


def test_the_last_change_of_each_figure_led_to_what_it_is_today(bills: dict[str, Bill], works: Works) -> None:
    today = figures(bills, works)

    assert lever_figures() == {name: today[name] for name in FIGURES if name in today}, (
        "add what changed it to benchmarks/price/levers.toml"
    )


def test_what_a_poller_costs_is_what_the_page_says(listed: PriceList) -> None:
    assumed = listed.assumptions
    poller = assumed["polls_a_minute"] * listed.minutes * listed.prices["sqs_request"]
    capped, free = assumed["pollers_with_maximum_concurrency"] * poller, assumed["pollers"] * poller

    assert f"${capped - free:.2f} less for each queue" in TEXT
    assert f"would save ${2 * capped:.2f}" in TEXT


def test_a_table_is_replaced_below_its_heading_and_nowhere_else() -> None:
    page = "# Page\n\n## One\nText.\n\n| old |\n|---|\n\nMore.\n\n## Two\n| other |\n"

    written = document(page, [SHEET])

    table = "| | dollars |\n| --- | ---: |\n| a | $1.00 |\n| **all** | **$1.00** |\n"
    assert written == page.replace("| old |\n|---|\n", table)
    assert document(written, [SHEET]) == written


@pytest.mark.parametrize(
    ("page", "reason"), [("# Page\n", "no heading 'One'"), ("## One\n\n## Two\n| a |\n", "no table")]
)
def test_a_page_without_a_place_for_a_table_is_an_error(page: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        document(page, [SHEET])


def test_each_change_is_shown_with_the_figure_before_it(tmp_path: Path) -> None:
    path = tmp_path / "levers.toml"
    path.write_text(
        "[start]\nwhat = 's'\nresponse = 9.0\nmail = 20.0\n"
        "[[levers]]\nwhat = 'first'\nresponse = 8.5\nmail = 19.0\n"
        "[[levers]]\nwhat = 'second'\nresponse = 8.75\n",
        encoding="utf-8",
    )
    response, mail = FIGURES["response"], FIGURES["mail"]

    assert lever_sheet(path).rows == [
        ("first", response, "$9.00", "$8.50", "-0.50"),
        ("", mail, "$20.00", "$19.00", "-1.00"),
        ("second", response, "$8.50", "$8.75", "+0.25"),
    ]
    assert lever_figures(path) == {"response": 8.75, "mail": 19.0}


def test_a_change_of_no_figure_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "levers.toml"
    path.write_text("[start]\n[[levers]]\nwhat = 'x'\nrepsonse = 8.5\n", encoding="utf-8")

    with pytest.raises(ValueError, match="changes repsonse, which is no figure"):
        lever_sheet(path)
