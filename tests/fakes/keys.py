"""Keys of the API, and those that things are signed with."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from earshot.domain.api_key import ApiKey


class InMemoryKeys:
    """Keys in a dictionary."""

    def __init__(self) -> None:
        self.kept: dict[str, ApiKey] = {}
        self.used: dict[str, str] = {}

    def get(self, key_id: str) -> ApiKey | None:
        return self.kept.get(key_id)

    def list(self) -> list[ApiKey]:
        return [self.kept[name] for name in sorted(self.kept)]

    def put(self, key: ApiKey) -> None:
        self.kept[key.id] = key

    def revoke(self, key_id: str, time: str) -> bool:
        if key_id not in self.kept:
            return False
        key = self.kept[key_id]
        self.kept[key_id] = replace(key, revoked_at=key.revoked_at or time)
        return True

    def note_use(self, key_id: str, day: str) -> None:
        self.used[key_id] = max(day, self.used.get(key_id, ""))

    def last_used(self, key_ids: Iterable[str]) -> Mapping[str, str]:
        return {key_id: self.used[key_id] for key_id in key_ids if key_id in self.used}


class FixedSecret:
    """One of the stack's secrets, by the variable that names it."""

    def __init__(self, variable: str) -> None:
        self.variable = variable

    def keys(self) -> Sequence[bytes]:
        return [f"a key for tests of {self.variable}".encode()]

    def key(self) -> bytes:
        return self.keys()[0]


def hash_key() -> bytes:
    """Return the key that addresses are hashed with in tests."""
    return FixedSecret("EARSHOT_HASH_SECRET").key()
