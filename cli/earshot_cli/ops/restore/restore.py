"""Puts a restored table into service, step by step; begun again, it continues where it stopped.

The stack's parameters and tags of the restored table alone say what is done, so that nothing has to be kept
between two runs, and every step may be repeated.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from earshot.adapters.sqs import SqsTaskQueue
from earshot.domain.iso_time import moment_of
from earshot_cli.errors import CommandError, UsageError
from earshot_cli.ops import consumers
from earshot_cli.ops.doctor.deployed_template import DeployedTemplate
from earshot_cli.ops.doctor.table import KIND, TABLE
from earshot_cli.ops.replay import replay
from earshot_cli.ops.replay_options import ReplayOptions, Since
from earshot_cli.ops.restore import retired
from earshot_cli.ops.restore.carry_over import CarryOver, hash_key_of
from earshot_cli.ops.restore.carry_over_rules import ON_REQUEST, Family
from earshot_cli.ops.restore.restored_table import INSTEAD_OF, RestoredTable
from earshot_cli.ops.restore.stream_position import is_read_up
from earshot_cli.ops.stack import Stack
from earshot_cli.ops.stack_clock import now
from earshot_cli.ops.stack_update import Report, settled, update_parameters
from earshot_cli.ops.surveys import list_surveys
from earshot_cli.screen import note

Step = Callable[[str], AbstractContextManager[Report]]
SECRET = "HashSecret"  # noqa: S105 - the name of a resource
# Parameters of the stack: the table and stream that it uses instead of its own, and a second table that its functions
# may use while they are switched from one to the other.
RESTORED_TABLE, RESTORED_STREAM, OTHER_TABLE, CANARY = "RestoredTable", "RestoredStreamArn", "OtherTable", "Canary"
# Tags of the restored table: since when events are published again, and that the canary was on.
REPLAY_SINCE, HAD_CANARY = "earshot:replay-since", "earshot:had-canary"
# Events of the last responses before the restored moment may not have been published by then.
MARGIN_MILLISECONDS = 300_000
# A stream keeps what nobody read for a day: what is older was published, or was lost before anybody restored.
STREAM_MILLISECONDS = 86_400_000
REPLAY_RATE = 1_000


@dataclass
class Restore:
    """A stack, the table it shall use, and what is carried over into it; `step` shows what is being done."""

    stack: Stack
    table: str
    with_responses: bool
    step: Step

    @property
    def is_in_service(self) -> bool:
        """Return whether the stack uses the restored table already."""
        return self.stack.table == self.table

    def preview(self) -> Counter[Family]:
        """Check everything, change nothing, and count what would be carried over."""
        restored = self._restored()
        restored.check()
        return self._carry(self._old(restored), write=False)

    def run(self) -> Counter[Family]:
        """Put the table into service; return what was carried over, by family."""
        with self.step("Waiting until nothing else changes the stack") as show:
            self.stack = settled(self.stack, show)
        restored = self._restored()
        restored.check()
        old, carried = self._old(restored), Counter[Family]()
        if not self.is_in_service:
            carried += self._switch(restored, old)
        try:
            return carried + self._finish(restored, old)
        except Exception:
            note("The stack uses the restored table; messages wait until this is done, or `earshot restore --resume`.")
            raise

    def _finish(self, restored: RestoredTable, old: str | None) -> Counter[Family]:
        """Carry over what reached the old table during the switch, and resume the consumers."""
        dynamodb = self.stack.client("dynamodb")
        retired.put_back(dynamodb, self.table)
        if old:
            retired.retire(dynamodb, old, retired.Retirement(self.table, now(self.stack)))
        carried = self._carry(old)
        self._ask_for_backfills()
        self._replay(restored)
        with self.step("Resuming the queue consumers") as show:
            self.stack = consumers.resume(self.stack, _after(restored), show)
        restored.untag(REPLAY_SINCE, HAD_CANARY)
        return carried

    def _switch(self, restored: RestoredTable, old: str | None) -> Counter[Family]:
        """Carry over what must survive, and switch the stack; if that fails, the stack goes on with the old table."""
        with self.step("Setting up the restored table as in the template"):
            restored.turn_stream_off()
            restored.align(stream=False)
            restored.tag(restored_instead_of=self.stack.table)
        carried = self._carry(old)
        with self._paused(restored):
            carried += self._carry(old)
            self._note_what_to_replay(restored, old)
            with self.step("Switching the stack to the restored table") as show:
                # Nothing that was carried over so far is in the stream, so it is not published again.
                restored.align(stream=True)
                wanted = {RESTORED_TABLE: self.table, RESTORED_STREAM: restored.stream_arn}
                self.stack = update_parameters(self.stack, wanted | {OTHER_TABLE: self.stack.table}, show)
        return carried

    @contextmanager
    def _paused(self, restored: RestoredTable) -> Iterator[None]:
        """Pause the consumers; after a failure they go on with the table that the stack uses then."""
        if self.stack.parameters.get(CANARY) == "true":
            restored.tag(had_canary="true")
        canary = {CANARY: "false"} if CANARY in self.stack.parameters else {}
        try:
            with self.step("Pausing the queue consumers; messages wait") as show:
                self.stack = consumers.pause(self.stack, {OTHER_TABLE: self.table, **canary}, show)
            yield
        except Exception:
            self._resume_after_failure(restored)
            raise

    def _resume_after_failure(self, restored: RestoredTable) -> None:
        try:
            if not self.stack.reloaded().is_being_changed:
                self.stack = consumers.resume(self.stack, _after(restored))
                note("The queue consumers were resumed: the stack uses the old table as before.", "yellow")
                return
        except Exception as error:  # noqa: BLE001 - the first failure is the one to report
            note(f"The queue consumers could not be resumed: {error}", "red")
        note("Messages wait in their queues until `earshot restore --resume`.", "yellow")

    def _note_what_to_replay(self, restored: RestoredTable, old: str | None) -> None:
        """Note since when events may not have been published: none, if the old table's stream was read up.

        What is written to the old table from now on is carried over at last, with its events.
        """
        with self.step("Waiting until the changes of the old table are published"):
            is_published = old is not None and is_read_up(self.stack)
        if not is_published:
            restored.tag(replay_since=str(self._unpublished_since(restored, old)))

    def _unpublished_since(self, restored: RestoredTable, old: str | None) -> int:
        """Return since when events may not have been published (Unix milliseconds).

        That is since the table was last complete, but not longer than a stream keeps them: the table of an earlier
        stack may have years of detractors, and the CRM has them all. Where no table was in use, nothing was recorded
        since the restored moment, however long ago that is.
        """
        retirement = retired.read_retirement(self.stack.client("dynamodb"), self.table)
        complete = max(restored.began_at, retirement.at if retirement else 0)
        readable = now(self.stack) - STREAM_MILLISECONDS
        if complete >= readable or (old is None and restored.is_restored):
            return complete - MARGIN_MILLISECONDS
        since = readable - MARGIN_MILLISECONDS
        note(
            f"Only events of responses received since {_iso(since)} are published again, a day back, since a stream "
            f"keeps no more. `earshot replay --since … --until {_iso(since)}` publishes earlier ones.",
            "yellow",
        )
        return since

    def _replay(self, restored: RestoredTable) -> None:
        """Publish again what may never have been, while the consumers are paused: what waits is not published twice."""
        since = restored.tags().get(REPLAY_SINCE)
        if since is None:
            return
        typed = _iso(int(since))
        options = ReplayOptions(Since(int(since), typed), None, (), False, None, REPLAY_RATE, False)
        try:
            replay(self.stack, options)
        except UsageError as error:
            note(f"{error} Run `earshot replay --since {typed}`.", "yellow")

    def _ask_for_backfills(self) -> None:
        """Ask for the backfills that moved values of segments need: the responses are still where they were."""
        queue = SqsTaskQueue(self.stack.client("sqs"), self.stack.physical("BackfillQueue"))
        queue.send(
            [
                {"survey": survey.id, "segments": list(survey.incomplete), "revision": survey.revision}
                for survey in list_surveys(self.stack)
                if survey.incomplete
            ]
        )

    def _carry(self, old: str | None, *, write: bool = True) -> Counter[Family]:
        if old is None:
            with self.step("No old table: nothing to carry over"):
                return Counter()
        families = frozenset(Family) - (frozenset() if self.with_responses else ON_REQUEST)
        hash_key = hash_key_of(self.stack.client("secretsmanager"), self.stack.physical(SECRET))
        carry_over = CarryOver(self.stack.client("dynamodb"), old, self.table, hash_key, families)
        what = "Carrying over what must survive the restore" if write else "Comparing the old table"
        with self.step(what) as show:
            for looked in carry_over.run(in_service=self.is_in_service, write=write):
                show(f"{looked:,} items read")
        return carry_over.carried

    def _old(self, restored: RestoredTable) -> str | None:
        """Return the table in use, or once that is the restored one, the one before; None if it is gone."""
        name = restored.tags().get(INSTEAD_OF) if self.is_in_service else self.stack.table
        if name is None:
            return None
        dynamodb = self.stack.client("dynamodb")
        try:
            dynamodb.describe_table(TableName=name)
        except dynamodb.exceptions.ResourceNotFoundException:
            return None
        return name

    def _restored(self) -> RestoredTable:
        return table_of(self.stack, self.table)


def table_of(stack: Stack, name: str) -> RestoredTable:
    """Return a table that is held against the table in the stack's template."""
    return RestoredTable(stack, name, DeployedTemplate.of(stack).of_kind(KIND)[TABLE])


def _after(restored: RestoredTable) -> dict[str, str]:
    """Return the parameters that stand after a restore as before it."""
    return {OTHER_TABLE: ""} | ({CANARY: "true"} if HAD_CANARY in restored.tags() else {})


def resume(stack: Stack, step: Step) -> None:
    """Switch on the consumers from any state, with the table that the stack uses."""
    with step("Resuming the queue consumers") as show:
        consumers.resume(stack, {}, show)


def align(stack: Stack, step: Step) -> list[str]:
    """Turn on what the template turns on and the table in use lacks; return what that was."""
    table = table_of(stack, stack.table)
    with step("Aligning the table in use with the template") as show:
        done = table.align(stream=True)
        if stack.parameters.get(RESTORED_TABLE) and stack.parameters.get(RESTORED_STREAM) != table.stream_arn:
            update_parameters(stack, {RESTORED_STREAM: table.stream_arn}, show)
    return done


def refuse_retired(stack: Stack, restored_table: str) -> None:
    """Refuse a deployment that would let the stack use a retired table; `restored_table` as its parameter, or empty."""
    name = restored_table or stack.physical(TABLE)
    retirement = retired.read_retirement(stack.client("dynamodb"), name)
    if retirement is not None:
        raise CommandError(
            f"{name} is retired since {_iso(retirement.at)}, when {retirement.by} took its place: deploy with the "
            f"parameter {RESTORED_TABLE}={retirement.by}. Back to {name} leads another `earshot restore {name}`."
        )


def listed(carried: Counter[Family]) -> Iterator[str]:
    """Return what was carried over, a line a family."""
    for family in Family:
        if carried[family]:
            yield f"{family.value} {carried[family]:,}"


def _iso(milliseconds: int) -> str:
    return moment_of(milliseconds).strftime("%Y-%m-%dT%H:%M:%SZ")
