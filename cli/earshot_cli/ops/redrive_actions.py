"""What a redrive does with letters: back to their queue, on to where a rule wanted them, announced from the table."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from earshot.adapters.dynamodb.response_items import is_alias, read_response
from earshot.adapters.dynamodb.stream import read_record
from earshot.domain.events import Event, repeated_events
from earshot.domain.submission import instant
from earshot.ports.messaging import Bus
from earshot.services.events.publish_events import put_events
from earshot_cli.ops.dead_letters import Letter, send
from earshot_cli.ops.replay_run import Pace, Replay
from earshot_cli.ops.response_scan import READABLE, ResponseWalk, Wanted
from earshot_cli.ops.stack import Stack
from earshot_cli.ops.surveys import survey_ids

TARGET = "TARGET_ARN"
EVENTS_A_SECOND = 100
# How long before its writing an answer may have been received, at most: as long as a queue may well be behind.
DAY = 86_400_000

Item = Mapping[str, Any]


class BackToWork:
    """Puts letters back into the queue they came from: sent first, deleted then, so that none is lost."""

    def __init__(self, sqs: Any, url: str, redrive: str) -> None:
        self._sqs, self._url, self._redrive = sqs, url, redrive

    def __call__(self, letters: Sequence[Letter]) -> list[Letter]:
        """Send letters; all are done."""
        return send(self._sqs, self._url, letters, self._redrive)


class ToTheirTargets:
    """Puts events that a rule could not deliver into the queue that it meant; others than ours stay where they are."""

    def __init__(self, sqs: Any, urls: Mapping[str, str], redrive: str) -> None:
        self._sqs, self._urls, self._redrive = sqs, urls, redrive

    def __call__(self, letters: Sequence[Letter]) -> list[Letter]:
        """Send letters by their attribute TARGET_ARN; those without a queue of this stack are left."""
        return [letter for letter in letters if self._sent(letter)]

    def _sent(self, letter: Letter) -> bool:
        url = self._urls.get(letter.attributes.get(TARGET, ""))
        return url is not None and bool(send(self._sqs, url, [letter], self._redrive))


class AnnouncedFromTheTable:
    """Announces what stands under parked keys, under the ids it had or would have had.

    Where Lambda gave up a whole batch of the stream, no keys are known: all that was said since then is announced.
    """

    def __init__(self, stack: Stack, bus: Bus, pause: Callable[[int], None], now: int) -> None:
        self.events = 0
        self._stack, self._bus, self._pause, self._now = stack, bus, pause, now
        self._covered_from: int | None = None

    def __call__(self, letters: Sequence[Letter]) -> list[Letter]:
        """Announce; those whose item cannot be read still, or whose event the bus refuses, are left."""
        return [letter for letter in letters if self._announced(letter)]

    def _announced(self, letter: Letter) -> bool:
        try:
            said = json.loads(letter.body)
            if "DDBStreamBatchInfo" in said:
                return self._cover(_given_up_from(said["DDBStreamBatchInfo"]))
            events = list(self._events(said["keys"]))
        except READABLE:
            return False
        self.events += len(events)
        return not put_events(events, self._bus, self._pause)

    def _events(self, keys: Mapping[str, str]) -> Iterator[Event]:
        key = {name: {"S": keys[name]} for name in ("pk", "sk")}
        client, table = self._stack.client("dynamodb"), self._stack.physical("Table")
        item = client.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item")
        if item is None:
            return
        if keys["pk"].startswith("R#"):
            yield from [] if is_alias(item) else repeated_events(read_response(item))
            return
        yield from read_record(_as_if_written(key, item, self._now))

    def _cover(self, since: int) -> bool:
        """Announce all that was received since, once for all batches that were given up later than that."""
        if self._covered_from is None or since < self._covered_from:
            walk = ResponseWalk(self._stack.client("dynamodb"), self._stack.physical("Table"), Wanted(since, self._now))
            run = Replay(self._bus, Pace(EVENTS_A_SECOND), self._pause, detractors_only=False)
            for _ in run.run(walk.pages(survey_ids(self._stack, ())), None):
                pass
            self.events += run.announced.total()
            self._covered_from = since
        return True


def response_of(letter: Letter) -> str | None:
    """Name the response that parked keys are of, as survey/id; None if they are of something else."""
    try:
        keys = json.loads(letter.body)["keys"]
        return f"{keys['pk'].split('#')[1]}/{keys['sk']}" if keys["pk"].startswith("R#") else None
    except READABLE:
        return None


def _given_up_from(info: Mapping[str, Any]) -> int:
    """Give from when on answers may be missing, Unix milliseconds: they are received before they are written."""
    return instant(info["approximateArrivalOfFirstRecord"], ZoneInfo("UTC")) - DAY


def _as_if_written(key: Item, item: Item, now: int) -> Mapping[str, Any]:
    """Make the record of the stream that a first writing of the item would make."""
    return {"dynamodb": {"Keys": key, "NewImage": item, "ApproximateCreationDateTime": now / 1000}}
