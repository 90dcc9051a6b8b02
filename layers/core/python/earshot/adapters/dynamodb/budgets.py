"""Daily budgets in DynamoDB: one counter a survey and day, which never passes the budget."""

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.table import TableAdapter, update


class DynamoDBBudgets(TableAdapter):
    """The `Budgets` port over the table."""

    def spend(self, survey: str, day: str, most: int) -> bool:
        """Take one mail out of the budget of a day; False if it is spent."""
        key, free = table_keys.budget_key(survey, day), "attribute_not_exists(sent) OR sent < :most"
        return self._table.write(update(key, "ADD sent :one", free, one=1, most=most))
