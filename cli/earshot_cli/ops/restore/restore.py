"""The whole of putting a restored table into service, step by step; begun again, it goes on where it stopped."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass

from earshot_cli.errors import CommandError
from earshot_cli.ops import consumers
from earshot_cli.ops.doctor.deployed_template import read_template
from earshot_cli.ops.restore.carry_over import CarryOver, hash_key_of
from earshot_cli.ops.restore.carry_over_rules import ON_REQUEST, Family
from earshot_cli.ops.restore.restored_table import RestoredTable
from earshot_cli.ops.restore.stack_switch import Switch, bucket_of
from earshot_cli.ops.restore.template_rewrite import TABLE
from earshot_cli.ops.stack import Stack

Step = Callable[[str], AbstractContextManager[Callable[[str], None]]]
SECRET = "HashSecret"  # noqa: S105 - the name of a resource


@dataclass(frozen=True)
class Restore:
    """A stack, the table it shall work on, and what is carried over into it; `step` shows what is being done."""

    stack: Stack
    table: str
    with_responses: bool
    step: Step
    bucket: str | None = None

    @property
    def of_stack(self) -> str | None:
        """Return the name of the stack's table as it is now; None in the middle of a switch."""
        return self.stack.resources[TABLE].physical if TABLE in self.stack.resources else None

    @property
    def is_written_to(self) -> bool:
        """Return whether functions write to the restored table already: it is the stack's, or about to be."""
        return self.of_stack in {None, self.table}

    def preview(self) -> Counter[Family]:
        """Check everything, change nothing, and count what would be carried over."""
        restored = RestoredTable(self.stack, self.table)
        restored.check()
        return self._carry(restored.old(self.of_stack), write=False)

    def run(self) -> Counter[Family]:
        """Put the table into service; return what was carried over, by family."""
        restored, bucket = RestoredTable(self.stack, self.table), self._bucket()
        restored.check()
        old = restored.old(self.of_stack)
        with self.step("Setting up the restored table as in the template"):
            restored.set_up(old)
        carried: Counter[Family] = Counter()
        if not self.is_written_to:
            carried += self._carry(old)
            with self.step("Pausing the queue consumers; messages wait"):
                consumers.stop(self.stack)
            carried += self._carry(old)
        with self.step("Switching the stack to the restored table") as show:
            Switch(self.stack, restored.turn_stream_on(), bucket, show).run()
        carried += self._carry(old, in_service=True)
        with self.step("Resuming the queue consumers"):
            consumers.resume(self.stack)
        return carried

    def _carry(self, old: str | None, *, in_service: bool = False, write: bool = True) -> Counter[Family]:
        if old is None or not RestoredTable(self.stack, self.table).exists(old):
            with self.step("No old table: nothing to carry over"):
                return Counter()
        families = frozenset(Family) - (frozenset() if self.with_responses else ON_REQUEST)
        hash_key = hash_key_of(self.stack.client("secretsmanager"), self.stack.physical(SECRET))
        carry_over = CarryOver(self.stack.client("dynamodb"), old, self.table, hash_key, families)
        what = "Carrying over what must survive the restore" if write else "Comparing the old table"
        with self.step(what) as show:
            for looked in carry_over.run(in_service=in_service or self.is_written_to, write=write):
                show(f"{looked:,} items read")
        return carry_over.carried

    def _bucket(self) -> str:
        bucket = self.bucket or bucket_of(read_template(self.stack))
        if bucket is None:
            raise CommandError("The template names no bucket for templates: pass --bucket, in the same region.")
        return bucket


def listed(carried: Counter[Family]) -> Iterator[str]:
    """Return what was carried over, a line a family."""
    for family in Family:
        if carried[family]:
            yield f"{family.value} {carried[family]:,}"
