"""The account's own suppression list in SES, page by page."""

from datetime import UTC, datetime
from typing import Any

from earshot.adapters.aws_errors import translated
from earshot.ports.suppression_list import SuppressedDestination

PAGE = 100
REASONS = {"BOUNCE": "bounced", "COMPLAINT": "complained"}


class SesSuppressedDestinations:
    """The `SuppressedDestinations` port over SES v2."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def page(self, since: int | None, token: str | None) -> tuple[list[SuppressedDestination], str | None]:
        """Return a page of the addresses listed since a moment (None: all), and the token of the next page or None."""
        request: dict[str, Any] = {"Reasons": list(REASONS), "PageSize": PAGE}
        if since is not None:
            request["StartDate"] = datetime.fromtimestamp(since // 1000, UTC)
        if token is not None:
            request["NextToken"] = token
        with translated("SES"):
            reply = self._client.list_suppressed_destinations(**request)
        return [_read(entry) for entry in reply.get("SuppressedDestinationSummaries", ())], reply.get("NextToken")


def _read(entry: dict[str, Any]) -> SuppressedDestination:
    time = int(entry["LastUpdateTime"].timestamp() * 1000)
    return SuppressedDestination(entry["EmailAddress"], REASONS[entry["Reason"]], time)
