"""Why SES last refused every mail, and when, in DynamoDB."""

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.table import TableAdapter, setting, update
from earshot.domain.sending_quota import SendingPause


class DynamoDBSendingPauses(TableAdapter):
    """The `SendingPauses` port over the table."""

    def record(self, pause: SendingPause) -> None:
        """Store a refusal in place of the one before."""
        change = setting("reason", "refused_at")
        self._table.write(update(table_keys.PAUSE_KEY, change, reason=pause.reason, refused_at=pause.refused_at))

    def latest(self) -> SendingPause | None:
        """Return the latest refusal; None if there never was one."""
        item = self._table.get(table_keys.PAUSE_KEY, consistent=False)
        return SendingPause(item["reason"], item["refused_at"]) if item else None
