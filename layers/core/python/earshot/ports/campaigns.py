"""The campaigns of surveys."""

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from earshot.domain.campaign import Campaign


class Campaigns(Protocol):
    """The campaigns of all surveys."""

    def get(self, survey: str, campaign: str) -> "Campaign | None":
        """Read a campaign as it is now."""

    def of_survey(self, survey: str) -> "list[Campaign]":
        """Return a survey's campaigns, those that began first first."""

    def put(self, campaign: "Campaign", replaces: "Campaign | None") -> bool:
        """Write a campaign if it still is what it `replaces`; False if another writer was faster."""

    def due(self, now: int, limit: int, after: str = "") -> tuple[list[tuple[str, str]], str | None]:
        """Return survey and id of the running campaigns that are due, and after which the next page begins."""
