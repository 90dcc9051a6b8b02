"""The event bus in EventBridge: it replies 200 and loses some, so the result of each entry is read."""

from collections.abc import Iterator, Sequence
from typing import Any

from earshot.adapters.aws_errors import BUSY, translated
from earshot.domain.errors import BusyError
from earshot.domain.events import SOURCE, Event
from earshot.ports.messaging import UnsentError

MOST_ENTRIES = 10
MOST_BYTES = 250_000


class EventBridgeBus:
    """The `Bus` port."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._name = name

    def put(self, events: Sequence[Event]) -> list[Event]:
        """Publish events; return those the bus will never accept; raise UnsentError if some could not be sent yet."""
        refused: list[Event] = []
        unsent: list[Event] = []
        for batch in _batches(events):
            for event, code in self._put(batch):
                (unsent if code in BUSY else refused).append(event)
        if unsent:
            raise UnsentError(unsent, refused)
        return refused

    def _put(self, batch: Sequence[Event]) -> Iterator[tuple[Event, str]]:
        """Put up to ten events; return those that failed, with the code of each error."""
        try:
            with translated("the event bus"):
                reply = self._client.put_events(Entries=[self._entry(event) for event in batch])
        except BusyError:
            yield from ((event, "ServiceUnavailable") for event in batch)
            return
        if reply["FailedEntryCount"]:
            codes = [entry.get("ErrorCode") for entry in reply["Entries"]]
            yield from ((event, code) for event, code in zip(batch, codes, strict=True) if code)

    def _entry(self, event: Event) -> Any:
        return {
            "EventBusName": self._name,
            "Source": SOURCE,
            "DetailType": event.detail_type,
            "Detail": event.to_json(),
        }


def _batches(events: Sequence[Event]) -> Iterator[list[Event]]:
    batch: list[Event] = []
    size = 0
    for event in events:
        length = len(event.to_json().encode()) + len(event.detail_type) + len(SOURCE)
        if batch and (len(batch) == MOST_ENTRIES or size + length > MOST_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(event)
        size += length
    if batch:
        yield batch
