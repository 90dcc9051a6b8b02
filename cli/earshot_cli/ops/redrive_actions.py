"""What a redrive does with messages that came from no queue: send them to their targets, or republish events."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.response_items import is_alias, read_response
from earshot.adapters.dynamodb.stream import read_record
from earshot.adapters.dynamodb.table import unmarshalled
from earshot.adapters.sqs import SqsTaskQueue
from earshot.domain.events import Event, repeated_events
from earshot.domain.iso_time import instant
from earshot.ports.messaging import Bus
from earshot.services.events.publish_events import put_events
from earshot_cli.ops.dead_letters import DeadLetter, send
from earshot_cli.ops.replay import Pace, Replay
from earshot_cli.ops.response_scan import READ_ERRORS, ResponseScan, Selection
from earshot_cli.ops.stack import Stack
from earshot_cli.ops.surveys import survey_ids

TARGET = "TARGET_ARN"
EVENTS_A_SECOND = 100
# How long before its writing a response may have been received, at most: as long as a queue may well be behind.
DAY = 86_400_000

Item = Mapping[str, Any]


class RedeliverToTargets:
    """Sends events that a rule could not deliver to the queue it meant; those for other targets stay."""

    def __init__(self, sqs: Any, urls: Mapping[str, str], redrive: str) -> None:
        self._sqs, self._urls, self._redrive = sqs, urls, redrive

    def __call__(self, messages: Sequence[DeadLetter]) -> list[DeadLetter]:
        """Send messages by their attribute TARGET_ARN; returns those whose target is a queue of this stack."""
        return [message for message in messages if self._is_sent(message)]

    def _is_sent(self, message: DeadLetter) -> bool:
        url = self._urls.get(message.attributes.get(TARGET, ""))
        return url is not None and bool(send(self._sqs, url, [message], self._redrive))


class RepublishFromTable:
    """Publishes the events of parked keys from the table, under the ids they had or would have had.

    Where Lambda gave up a whole batch of the stream no keys are known: everything since then is published again.
    """

    def __init__(self, stack: Stack, bus: Bus, pause: Callable[[int], None], now: int) -> None:
        self.events = 0
        self._stack, self._bus, self._pause, self._now = stack, bus, pause, now
        self._republished_since: int | None = None

    def __call__(self, messages: Sequence[DeadLetter]) -> list[DeadLetter]:
        """Publish; leaves messages whose item cannot be read yet, or whose event the bus refuses."""
        return [message for message in messages if self._is_published(message)]

    def _is_published(self, message: DeadLetter) -> bool:
        try:
            body = json.loads(message.body)
            if "DDBStreamBatchInfo" in body:
                self._republish_since(_given_up_since(body["DDBStreamBatchInfo"]))
                return True
            events = list(self._events(body["keys"]))
        except READ_ERRORS:
            return False
        self.events += len(events)
        return not put_events(events, self._bus, self._pause)

    def _events(self, keys: Mapping[str, str]) -> Iterator[Event]:
        key = {name: {"S": keys[name]} for name in ("pk", "sk")}
        client, table = self._stack.client("dynamodb"), self._stack.table
        item = client.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item")
        if item is None:
            return
        if keys["pk"].startswith(table_keys.RESPONSES):
            found = unmarshalled(item)
            yield from [] if is_alias(found) else repeated_events(read_response(found))
            return
        yield from read_record(_as_if_created(key, item, self._now))

    def _republish_since(self, since: int) -> None:
        """Publish all that was received since; batches given up later are covered by that."""
        if self._republished_since is not None and since >= self._republished_since:
            return
        scan = ResponseScan(self._stack.client("dynamodb"), self._stack.table, Selection(since, self._now))
        scores = SqsTaskQueue(self._stack.client("sqs"), self._stack.physical("ScoreQueue"))
        run = Replay(self._bus, scores, Pace(EVENTS_A_SECOND), self._pause, detractors_only=False)
        for _ in run.run(scan.pages(survey_ids(self._stack, ())), None):
            pass
        self.events += run.published.total()
        self._republished_since = since


def response_of(message: DeadLetter) -> str | None:
    """Return the response that parked keys are of, as survey/id; None if they are of something else."""
    try:
        keys = json.loads(message.body)["keys"]
        survey, is_response = table_keys.survey_of_responses(keys["pk"]), keys["pk"].startswith(table_keys.RESPONSES)
        return f"{survey}/{keys['sk']}" if is_response else None
    except READ_ERRORS:
        return None


def _given_up_since(info: Mapping[str, Any]) -> int:
    """Return from when on responses may be missing, Unix milliseconds: they are received before they are written."""
    return instant(info["approximateArrivalOfFirstRecord"], ZoneInfo("UTC")) - DAY


def _as_if_created(key: Item, item: Item, now: int) -> Mapping[str, Any]:
    """Return the stream record that creating the item would make."""
    return {"dynamodb": {"Keys": key, "NewImage": item, "ApproximateCreationDateTime": now / 1000}}
