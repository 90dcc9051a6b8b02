"""How many submissions came from somewhere in a minute or an hour: one small item each, which expires."""

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.table import TableAdapter, update
from earshot.domain.submission_policy import Period

KEPT_SECONDS = 600
COUNTED = "ADD submissions :more SET expires = :expires"
FREE = "attribute_not_exists(submissions) OR submissions <= :left"


class DynamoDBRateLimits(TableAdapter):
    """The `RateLimits` port over the table."""

    def take(self, survey: str, source: str, period: Period, weight: int, most: int | None = None) -> int | None:
        """Count more of a source unless they would be more than `most`: one write unit either way."""
        key, expires = table_keys.rate_key(survey, source, period.name), period.end // 1000 + KEPT_SECONDS
        counting = update(key, COUNTED, more=weight, expires=expires)
        if most is not None:
            counting = update(key, COUNTED, FREE, more=weight, expires=expires, left=most - weight)
        counted = self._table.written(counting)
        return counted["submissions"] if counted else None
