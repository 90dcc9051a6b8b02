"""Digests in DynamoDB, all in one partition; each stands in the index until it is due."""

from typing import Any

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.table import ABSENT, EXISTS, Item, Query, TableAdapter, delete, put, setting, update
from earshot.domain.digests import Digest, DigestRole, Every, Period, Schedule

# What a change of the settings leaves as it is.
NOTED = ("last_sent_at", "skipped")


class DynamoDBDigests(TableAdapter):
    """The `Digests` port over the table."""

    def list(self) -> list[Digest]:
        """List all digests, by id."""
        items = self._table.query(Query(partition=table_keys.DIGESTS, consistent=True))
        return [read_digest(item) for item in items]

    def get(self, digest: str) -> Digest | None:
        """Read a digest as it is now."""
        item = self._table.get(table_keys.digest_key(digest))
        return read_digest(item) if item else None

    def put(self, digest: Digest, replaces: Digest | None) -> bool:
        """Write a digest if it still is what it `replaces`; when it was last sent or skipped stays as it is."""
        item = digest_item(digest)
        if replaces is None:
            return self._table.write(put(item, ABSENT))
        key = table_keys.digest_key(digest.id)
        changes = {name: value for name, value in item.items() if name not in (*key, *NOTED)}
        given = {name: value for name, value in changes.items() if value is not None}
        gone = [f"#{name}" for name, value in changes.items() if value is None]
        change = setting(*given) + (f" REMOVE {', '.join(gone)}" if gone else "")
        return self._table.write(update(key, change, "v = :old", old=replaces.revision, **given))

    def delete(self, digest: Digest) -> bool:
        """Delete a digest if it still is this one; False if it changed since."""
        return self._table.write(delete(table_keys.digest_key(digest.id), "v = :old", old=digest.revision))

    def plan(self, digest: Digest, next_at: int) -> bool:
        """Note when it is due next, unless it was changed or planned since it was read."""
        key = table_keys.digest_key(digest.id)
        values: dict[str, Any] = {"next_at": next_at, **table_keys.due_digest(next_at, digest.id)}
        change = setting(*values)
        values |= {"revision": digest.revision, "known": digest.next_at}
        return self._table.write(update(key, change, "v = :revision AND next_at = :known", **values))

    def note_sent(self, digest: str, sent_at: int) -> None:
        """Note when it was last sent (Unix milliseconds); the digest may be gone."""
        self._table.write(update(table_keys.digest_key(digest), setting("last_sent_at"), EXISTS, last_sent_at=sent_at))

    def note_skipped(self, digest: str, period: Period, why: str) -> None:
        """Note which period somebody did not get last, and why; the digest may be gone."""
        self._table.write(update(table_keys.digest_key(digest), setting("skipped"), EXISTS, skipped=[period.name, why]))


def digest_item(digest: Digest) -> dict[str, Any]:
    """Write a digest; what it lacks takes no room."""
    item = {
        **table_keys.digest_key(digest.id),
        "type": "digest",
        "v": digest.revision,
        "role": digest.role.value,
        "survey": digest.survey,
        "segment": list(digest.segment) if digest.segment else None,
        "to": list(digest.to),
        "every": digest.schedule.every.value,
        "hour": digest.schedule.hour,
        "weekday": digest.schedule.weekday or None,
        "timezone": digest.timezone,
        "locale": digest.locale,
        "made_at": digest.made_at,
        "since": digest.since,
        "next_at": digest.next_at,
        "last_sent_at": digest.last_sent_at,
        "skipped": list(digest.skipped) if digest.skipped else None,
    }
    return item if digest.next_at is None else item | table_keys.due_digest(digest.next_at, digest.id)


def read_digest(item: Item) -> Digest:
    """Read a digest back; KeyError, TypeError or ValueError if the item is none."""
    segment, skipped = item.get("segment"), item.get("skipped")
    return Digest(
        id=item["sk"],
        role=DigestRole(item["role"]),
        survey=item["survey"],
        to=tuple(item["to"]),
        schedule=Schedule(Every(item["every"]), item["hour"], item.get("weekday", 0)),
        segment=(segment[0], segment[1]) if segment else None,
        timezone=item.get("timezone"),
        locale=item.get("locale"),
        made_at=item["made_at"],
        since=item["since"],
        next_at=item.get("next_at"),
        last_sent_at=item.get("last_sent_at"),
        skipped=(skipped[0], skipped[1]) if skipped else None,
        revision=item["v"],
    )
