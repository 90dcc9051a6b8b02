"""The API keys in DynamoDB: one partition, hashes only."""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from earshot.adapters import keys
from earshot.adapters.faults import code_of, translated
from earshot.adapters.many_items import read_partition
from earshot.domain.keys import ApiKey


class DynamoDBKeys:
    """The `Keys` port over the table."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def get(self, key_id: str) -> ApiKey | None:
        """Read a key as it is now: a revoked one is refused from the next call on."""
        with translated("the table"):
            answer = self._client.get_item(TableName=self._table, Key=_key(key_id), ConsistentRead=True)
        return _read(answer["Item"]) if "Item" in answer else None

    def list(self) -> list[ApiKey]:
        """List all keys, the revoked ones too."""
        return [_read(item) for item in read_partition(self._client, self._table, keys.KEYS, consistent=False)]

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


def _key(key_id: str) -> dict[str, Any]:
    return {"pk": {"S": keys.KEYS}, "sk": {"S": key_id}}


def _read(item: Mapping[str, Any]) -> ApiKey:
    scopes = tuple(scope["S"] for scope in item["scopes"]["L"])
    revoked = item["revoked"]["S"] if "revoked" in item else None
    expires = int(item["expires_at"]["N"]) if "expires_at" in item else None
    return ApiKey(item["sk"]["S"], item["name"]["S"], item["hash"]["S"], scopes, item["created"]["S"], revoked, expires)
