"""What became of digests in DynamoDB: an item for each period and recipient, next to who stopped the digest."""

from datetime import date
from typing import Any

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.table import ABSENT, Item, Query, TableAdapter, delete, key_of, put
from earshot.domain.digest_sendings import KEPT_DAYS, DigestSending, SendingState
from earshot.domain.digests import DAY, Period

SECONDS_A_DAY = 86_400


class DynamoDBDigestSendings(TableAdapter):
    """The `DigestSendings` port over the table."""

    def find(self, digest: str, period: Period, recipient: str) -> DigestSending | None:
        """Read a sending as it is now."""
        item = self._table.get(_key(digest, period, recipient))
        return read_sending(item) if item else None

    def put(self, sending: DigestSending, replaces: DigestSending | None) -> bool:
        """Write a sending if it still is what it `replaces`; False if another was faster."""
        item = sending_item(sending)
        if replaces is None:
            return self._table.write(put(item, ABSENT))
        return self._table.write(put(item, "v = :old", old=replaces.version))

    def since(self, digest: str, last: date) -> list[DigestSending]:
        """List the sendings of periods that end with this day or later, the newest periods first."""
        low, high = table_keys.digest_sendings_since(last.isoformat())
        query = Query(partition=table_keys.digest_sendings(digest), low=low, high=high, backwards=True)
        return [read_sending(item) for item in self._table.query(query)]

    def is_unsubscribed(self, digest: str, recipient: str) -> bool:
        """Return whether a recipient unsubscribed from a digest."""
        return self._table.get(table_keys.stopped_digest_key(digest, recipient)) is not None

    def unsubscribe(self, digest: str, recipient: str, now: int) -> None:
        """Keep that a recipient wants a digest no more."""
        key = table_keys.stopped_digest_key(digest, recipient)
        self._table.write(put({**key, "type": "stopped-digest", "stopped_at": now}, ABSENT))

    def subscribe_again(self, digest: str, recipient: str) -> None:
        """Take that back."""
        self._table.write(delete(table_keys.stopped_digest_key(digest, recipient)))


def sending_item(sending: DigestSending) -> dict[str, Any]:
    """Write a sending; what it lacks takes no room."""
    return {
        **_key(sending.digest, sending.period, sending.recipient),
        "type": "digest-sending",
        "v": sending.version,
        "state": sending.state.value,
        "at": sending.at,
        "why": sending.why,
        "ended_at": sending.ended_at,
        "delivery": sending.delivery,
        "expires": sending.at // 1000 + KEPT_DAYS * SECONDS_A_DAY,
    }


def read_sending(item: Item) -> DigestSending:
    """Read a sending back; KeyError, TypeError or ValueError if the item is none."""
    digest, first, last, recipient = table_keys.read_digest_sending_key(key_of(item))
    return DigestSending(
        digest=digest,
        recipient=recipient,
        period=Period(date.fromisoformat(first), date.fromisoformat(last) + DAY),
        state=SendingState(item["state"]),
        at=item["at"],
        why=item.get("why"),
        ended_at=item.get("ended_at"),
        delivery=item.get("delivery"),
        version=item["v"],
    )


def _key(digest: str, period: Period, recipient: str) -> dict[str, str]:
    return table_keys.digest_sending_key(digest, period.first.isoformat(), period.last.isoformat(), recipient)
