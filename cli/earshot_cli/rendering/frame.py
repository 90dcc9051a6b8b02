"""The frame around a drawing, as wide as the terminal lets it be."""

from dataclasses import dataclass

from rich import box
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.text import Text

LEAST = 24


@dataclass(frozen=True)
class Frame:
    """A frame of its natural width, or of a narrower terminal's; in ASCII where that has nothing else."""

    natural: int
    terminal: int
    ascii_only: bool = False

    @property
    def is_narrow(self) -> bool:
        """Tell whether the terminal is too narrow for the drawing as it was meant."""
        return self.terminal < self.natural

    @property
    def room(self) -> int:
        """Say how many columns are within: the frame takes one at each side, and some air two, or one if narrow."""
        return max(LEAST, self.terminal) - 4 if self.is_narrow else self.natural - 6

    def around(self, title: str, *parts: RenderableType) -> Panel:
        """Put the parts below a title, which stands in the frame, or in a narrow one within, where it may wrap."""
        shown_title = title.replace(" · ", ", ") if self.ascii_only else title
        shown = [Text(shown_title, "bold"), Text(), *parts] if self.is_narrow else parts
        return Panel(
            Group(*shown),
            title=None if self.is_narrow else Text(f" {shown_title} "),
            title_align="left",
            border_style="dim",
            box=box.ASCII if self.ascii_only else box.ROUNDED,
            padding=(0, 1) if self.is_narrow else (1, 2),
            width=max(LEAST, min(self.natural, self.terminal)),
        )
