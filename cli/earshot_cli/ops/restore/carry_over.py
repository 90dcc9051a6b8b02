"""Carries over, from the old table into the restored one, what must outlive a restore; again is the same as once."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.table import Table, marshalled
from earshot.adapters.secrets import SecretsManagerSecret
from earshot.bootstrap import now
from earshot.ports.people import HashKey
from earshot_cli.ops.restore.carry_over_rules import Family, Item, family_of, is_missing
from earshot_cli.ops.restore.restored_items import RestoredItems

PAGE = 100


@dataclass
class CarryOver:
    """The way from one table to the other; `carried` counts what was wanting, by family."""

    dynamodb: Any
    old: str
    new: str
    hash_key: HashKey
    families: frozenset[Family]
    carried: Counter[Family] = field(default_factory=Counter)
    unreadable: int = 0

    def run(self, *, in_service: bool, write: bool = True) -> Iterator[int]:
        """Walk through the old table; yields how many items were looked at so far.

        `in_service` once functions write to the restored table; without `write` it only counts what is wanting.
        """
        looked = 0
        undone: list[Item] = []
        restored = RestoredItems(self.dynamodb, self.old, self.new, self.hash_key, in_service=in_service)
        for page in self._pages():
            looked += len(page)
            for family, old, new in self._compared(page):
                if not self._is_missing(family, old, new, in_service=in_service):
                    continue
                if write:
                    restored.write(family, old, new)
                undone += [old] if write and family is Family.UNDONE_IMPORT else []
                self.carried[family] += 1
            yield looked
        # An undone import records nothing more, so its responses come first.
        for old in undone:
            restored.undo_import(old)

    def _pages(self) -> Iterator[list[Item]]:
        pages = self.dynamodb.get_paginator("scan").paginate(TableName=self.old, ConsistentRead=True)
        for page in pages:
            items = page["Items"]
            yield from (items[first : first + PAGE] for first in range(0, len(items), PAGE))

    def _compared(self, page: Sequence[Item]) -> Iterator[tuple[Family, Item, Item | None]]:
        """Return the items of a page that are carried, each with what the restored table has in its place."""
        relevant = [(family, item) for item in page if (family := self._family(item)) in self.families and family]
        keys = [table_keys.key(item["pk"]["S"], item["sk"]["S"]) for _, item in relevant]
        restored = Table(self.dynamodb, self.new).get_many(keys)
        there = {(item["pk"], item["sk"]): marshalled(item) for item in restored}
        for family, item in relevant:
            yield family, item, there.get((item["pk"]["S"], item["sk"]["S"]))

    def _family(self, item: Item) -> Family | None:
        try:
            family = family_of(item)
        except (KeyError, ValueError, TypeError):
            self._cannot_read()
            return None
        if family is Family.REMOVED_COMMENT and Family.NEW_RESPONSE in self.families:
            return Family.NEW_RESPONSE
        return family

    def _is_missing(self, family: Family, old: Item, new: Item | None, *, in_service: bool) -> bool:
        try:
            return is_missing(family, old, new, in_service=in_service)
        except (KeyError, ValueError, TypeError):
            self._cannot_read()
            return False

    def _cannot_read(self) -> None:
        """An item that is damaged is a reason for a restore, and none to stop it."""
        self.unreadable += 1


def hash_key_of(client: Any, name: str) -> HashKey:
    """Return what reads the key that addresses are hashed with."""
    return SecretsManagerSecret(client, name, now).key
