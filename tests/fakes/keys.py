"""Keys of the API, and those that things are signed with."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from earshot.domain.keys import ApiKey


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
        self.kept[key_id] = replace(key, revoked=key.revoked or time)
        return True

    def note_use(self, key_id: str, day: str) -> None:
        self.used[key_id] = max(day, self.used.get(key_id, ""))

    def last_used(self, key_ids: Iterable[str]) -> Mapping[str, str]:
        return {key_id: self.used[key_id] for key_id in key_ids if key_id in self.used}


class FixedSecrets:
    """Keys that a test chose."""

    def __init__(self, *keys: bytes) -> None:
        self.chosen = keys or (b"a key for tests",)

    def keys(self) -> Sequence[bytes]:
        return self.chosen
