"""What a bench finds out, printed as a table and written as Markdown."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

# No line of prose in the pages is longer; tables are.
COLUMNS = 120


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table; `met` is None where nothing was promised."""

    cells: tuple[str, ...]
    target: str = ""
    met: bool | None = None

    @property
    def verdict(self) -> str:
        """Return in a word whether the target is met."""
        return {None: "", True: "yes", False: "**no**"}[self.met]


@dataclass(frozen=True, slots=True)
class Section:
    """One claim: its table, how it was measured, what it does not show, and remarks on single figures."""

    title: str
    columns: tuple[str, ...]
    rows: Sequence[Row]
    how: str
    remarks: Sequence[str] = ()

    def show(self, console: Console) -> None:
        """Print the table on the terminal."""
        table = Table(title=self.title, title_justify="left", title_style="bold")
        table.add_column(self.columns[0])
        for column in (*self.columns[1:], "target"):
            table.add_column(column, justify="right")
        table.add_column("met")
        for row in self.rows:
            verdict = {None: "", True: "[green]yes[/]", False: "[bold red]no[/]"}[row.met]
            table.add_row(*row.cells, row.target, verdict)
        console.print(table)
        for remark in self.remarks:
            console.print(f"  {remark}", markup=False, highlight=False)
        console.print()

    def markdown(self) -> str:
        """Write the section for README.md."""
        lines = [f"## {self.title}", "", wrapped(self.how), ""]
        if self.rows:
            lines += [
                _line((*self.columns, "target", "met")),
                _line(("---", *["---:"] * len(self.columns), "---")),
                *(_line((*row.cells, row.target, row.verdict)) for row in self.rows),
            ]
        lines += ["", *(wrapped(f"- {remark}", indent="  ") for remark in self.remarks)]
        return "\n".join(lines).strip() + "\n"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def wrapped(text: str, indent: str = "") -> str:
    """Return a paragraph in lines of at most 120 characters; the later ones are indented."""
    return textwrap.fill(text, COLUMNS, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
