"""What the benches share: the progress, and one stack that is started when a bench first wants it."""

from contextlib import ExitStack
from functools import cached_property
from typing import Self

from benchmarks.stack import Stack, running_stack
from benchmarks.steps import Steps


class Lab:
    """Holds what was started, and ends it."""

    def __init__(self, steps: Steps) -> None:
        self.steps = steps
        self._started = ExitStack()

    @cached_property
    def stack(self) -> Stack:
        """Start the stack, or give the one that runs."""
        self.steps.step("the stack starts")
        return self._started.enter_context(running_stack())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._started.close()
