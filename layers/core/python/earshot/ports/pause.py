"""Waiting between two attempts at a write that another was faster with."""

from collections.abc import Callable
from typing import TypeAlias

# Waits after an attempt, counted from 0; longer after later ones.
Pause: TypeAlias = Callable[[int], None]
