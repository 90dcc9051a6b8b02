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
        """Return whether the terminal is narrower than the natural width."""
        return self.terminal < self.natural

    @property
    def inner_width(self) -> int:
        """Return the columns inside: the border takes one on each side, and the padding two, or one if narrow."""
        return max(LEAST, self.terminal) - 4 if self.is_narrow else self.natural - 6

    def around(self, title: str, *parts: RenderableType) -> Panel:
        """Return a panel with the parts; its title is in the border, or if narrow inside, where it may wrap."""
        shown_title = title.replace(" · ", ", ") if self.ascii_only else title
        shown = [Text(shown_title, "bold"), Text(), *parts] if self.is_narrow else parts
        return Panel(
            Group(*shown),
            title=None if self.is_narrow else Text(shown_title),
            title_align="left",
            border_style="dim",
            box=box.ASCII if self.ascii_only else box.ROUNDED,
            padding=(0, 1) if self.is_narrow else (1, 2),
            width=max(LEAST, min(self.natural, self.terminal)),
        )
