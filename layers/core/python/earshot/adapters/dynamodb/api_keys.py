"""The API keys in DynamoDB: one partition, hashes only; the day of the last use is a separate item."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.access_items import access_attribute, read_access
from earshot.adapters.dynamodb.table import ABSENT, EXISTS, Item, Query, TableAdapter, put, update
from earshot.domain.access import Role, scopes_of
from earshot.domain.api_key import ApiKey
from earshot.domain.errors import BusyError


class DynamoDBApiKeys(TableAdapter):
    """The `ApiKeys` port over the table."""

    def __init__(self, client: Any, table: str) -> None:
        super().__init__(client, table)
        # The day on which each key was last stored as used: a container tries that once a key and day.
        self._noted: dict[str, str] = {}

    def get(self, key_id: str) -> ApiKey | None:
        """Read a key as it is now: a revoked one is refused from the next call on."""
        item = self._table.get(table_keys.api_key_key(key_id))
        return _read(item) if item else None

    def list(self) -> list[ApiKey]:
        """List all keys, the revoked ones too."""
        return [_read(item) for item in self._table.query(Query(partition=table_keys.KEYS))]

    def put(self, key: ApiKey) -> None:
        """Store a new key; BusyError if there is one under its id."""
        item = {
            **table_keys.api_key_key(key.id),
            "name": key.name,
            "hash": key.hash,
            # Those of a role are the role's at each reading.
            "scopes": key.scopes if key.role is None else None,
            "role": key.role and key.role.value,
            "access": access_attribute(key.access),
            "created_at": key.created_at,
            # Not `expires`, by which DynamoDB deletes items: an expired key stays in the list.
            "expires_at": key.expires_at,
        }
        if not self._table.write(put(item, ABSENT)):
            raise BusyError("there is a key under this id; try again")

    def revoke(self, key_id: str, time: str) -> bool:
        """Revoke a key for good; False if there is none."""
        change = "SET revoked_at = if_not_exists(revoked_at, :time)"
        return self._table.write(update(table_keys.api_key_key(key_id), change, EXISTS, time=time))

    def note_use(self, key_id: str, day: str) -> None:
        """Store the day of a key's use in an item of its own; a failure is ignored, as the request matters more.

        So who checks keys may write no key, and the partition that all requests read is not written to.
        """
        if self._noted.get(key_id) == day:
            return
        self._noted[key_id] = day
        earlier = "attribute_not_exists(last_used) OR last_used < :day"
        with suppress(ClientError, BotoCoreError, BusyError):
            self._table.write(update(table_keys.key_use_key(key_id), "SET last_used = :day", earlier, day=day))

    def last_used(self, key_ids: Iterable[str]) -> Mapping[str, str]:
        """Read on which day each key was last used; those that never were are left out."""
        wanted = {table_keys.key_use(key_id): key_id for key_id in key_ids}
        found = self._table.get_many([table_keys.key_use_key(key_id) for key_id in wanted.values()])
        return {wanted[item["pk"]]: item["last_used"] for item in found}


def _read(item: Item) -> ApiKey:
    role = Role(item["role"]) if "role" in item else None
    return ApiKey(
        id=item["sk"],
        name=item["name"],
        hash=item["hash"],
        scopes=tuple(item["scopes"]) if role is None else scopes_of(role),
        created_at=item["created_at"],
        revoked_at=item.get("revoked_at"),
        expires_at=item.get("expires_at"),
        role=role,
        access=read_access(item.get("access")),
    )
