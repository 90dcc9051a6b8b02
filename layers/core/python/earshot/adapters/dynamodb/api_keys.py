"""The API keys in DynamoDB: one partition, hashes only; when each was last used stands apart."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from earshot.adapters.aws_errors import code_of, translated
from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.batch_get import read_many, read_partition
from earshot.domain.api_key import ApiKey


class DynamoDBApiKeys:
    """The `Keys` port over the table."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table
        # The day of the last note of each key: one note a key, day and container is all that is tried.
        self._noted: dict[str, str] = {}

    def get(self, key_id: str) -> ApiKey | None:
        """Read a key as it is now: a revoked one is refused from the next call on."""
        with translated("the table"):
            answer = self._client.get_item(TableName=self._table, Key=_key(key_id), ConsistentRead=True)
        return _read(answer["Item"]) if "Item" in answer else None

    def list(self) -> list[ApiKey]:
        """List all keys, the revoked ones too."""
        return [_read(item) for item in read_partition(self._client, self._table, table_keys.KEYS, consistent=False)]

    def put(self, key: ApiKey) -> None:
        """Keep a new key."""
        item = {
            **_key(key.id),
            "name": {"S": key.name},
            "hash": {"S": key.hash},
            "scopes": {"L": [{"S": scope} for scope in key.scopes]},
            "created": {"S": key.created},
        }
        if key.expires is not None:
            # Not `expires`, by which DynamoDB deletes items: an expired key stays in the list.
            item["expires_at"] = {"N": str(key.expires)}
        with translated("the table"):
            self._client.put_item(TableName=self._table, Item=item, ConditionExpression="attribute_not_exists(pk)")

    def revoke(self, key_id: str, time: str) -> bool:
        """Revoke a key for good; False if there is none."""
        try:
            with translated("the table"):
                self._client.update_item(
                    TableName=self._table,
                    Key=_key(key_id),
                    UpdateExpression="SET revoked = if_not_exists(revoked, :time)",
                    ConditionExpression="attribute_exists(pk)",
                    ExpressionAttributeValues={":time": {"S": time}},
                )
        except ClientError as exc:
            if code_of(exc) == "ConditionalCheckFailedException":
                return False
            raise
        return True

    def note_use(self, key_id: str, day: str) -> None:
        """Note the day of a key's use in an item of its own; a note that fails is left, for the request matters more.

        So who checks keys may write no key, and the partition that all requests read is not written to.
        """
        if self._noted.get(key_id) == day:
            return
        self._noted[key_id] = day
        with suppress(ClientError, BotoCoreError):
            self._client.update_item(
                TableName=self._table,
                Key=_use(key_id),
                UpdateExpression="SET last_used = :day",
                ConditionExpression="attribute_not_exists(last_used) OR last_used < :day",
                ExpressionAttributeValues={":day": {"S": day}},
            )

    def last_used(self, key_ids: Iterable[str]) -> Mapping[str, str]:
        """Read on which day each key was last used; those that never were are left out."""
        wanted = {table_keys.key_use(key_id): key_id for key_id in key_ids}
        found = read_many(self._client, self._table, [_use(key_id) for key_id in wanted.values()])
        return {wanted[item["pk"]["S"]]: item["last_used"]["S"] for item in found}


def _use(key_id: str) -> dict[str, Any]:
    return {"pk": {"S": table_keys.key_use(key_id)}, "sk": {"S": table_keys.META}}


def _key(key_id: str) -> dict[str, Any]:
    return {"pk": {"S": table_keys.KEYS}, "sk": {"S": key_id}}


def _read(item: Mapping[str, Any]) -> ApiKey:
    scopes = tuple(scope["S"] for scope in item["scopes"]["L"])
    revoked = item["revoked"]["S"] if "revoked" in item else None
    expires = int(item["expires_at"]["N"]) if "expires_at" in item else None
    return ApiKey(item["sk"]["S"], item["name"]["S"], item["hash"]["S"], scopes, item["created"]["S"], revoked, expires)
