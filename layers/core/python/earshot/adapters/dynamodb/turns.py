"""The turns of roles in DynamoDB: a number each, which every turn adds one to."""

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.table import TableAdapter, update
from earshot.domain.access import Role


class DynamoDBTurns(TableAdapter):
    """The `Turns` port over the table."""

    def next(self, role: Role) -> int:
        """Take the next turn of a role and return its number, from 1."""
        taken = self._table.written(update(table_keys.turns_key(role.value), "ADD turns :one", one=1))
        return int(taken["turns"]) if taken else 0
