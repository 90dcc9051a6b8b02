"""Progress: which step a bench is at, on a terminal as a bar, elsewhere as lines."""

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn


class Steps:
    """The steps of one bench after the other."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self.progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self.progress.add_task("starting", total=None)
        self._bench = ""

    def begin(self, bench: str, total: int) -> None:
        """Begin a bench of so many steps."""
        self._bench = bench
        self.progress.reset(self._task, total=total, description=bench)

    def step(self, what: str) -> None:
        """Show the next step; the one before is done."""
        self.progress.update(self._task, description=f"{self._bench}: {what}", advance=1)
        if not self._console.is_terminal:
            self._console.print(f"{self._bench}: {what}", markup=False, highlight=False)
