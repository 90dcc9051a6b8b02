"""The API keys."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from earshot.domain.api_key import ApiKey


class ApiKeys(Protocol):
    """The API keys, hashed."""

    def get(self, key_id: str) -> ApiKey | None:
        """Read a key."""

    def list(self) -> list[ApiKey]:
        """Return all keys, the revoked ones too."""

    def put(self, key: ApiKey) -> None:
        """Store a new key."""

    def revoke(self, key_id: str, time: str) -> bool:
        """Revoke a key for good; False if there is none."""

    def note_use(self, key_id: str, day: str) -> None:
        """Store that a key was used on a day (UTC); it never fails."""

    def last_used(self, key_ids: Iterable[str]) -> Mapping[str, str]:
        """Read on which day each key was last used; those that never were are left out."""
