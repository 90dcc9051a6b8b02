"""Tables that begin empty or with the items of a golden file, and what stands in them afterwards."""

import itertools
from collections.abc import Iterable, Mapping
from typing import Any

from tests.integration.adapters.conftest import table_properties

Item = dict[str, Any]
_NUMBERS = itertools.count()


def new_table(client: Any, items: Iterable[Mapping[str, Any]] = ()) -> tuple[Any, str]:
    """Return a client and the name of a new table that holds these items."""
    name = f"earshot-{next(_NUMBERS)}"
    client.create_table(TableName=name, **table_properties())
    for item in items:
        client.put_item(TableName=name, Item=item)
    return client, name


def items_of(client: Any, table: str) -> list[Item]:
    """Return all items of a table in the order of their keys; the texts of a set in order."""
    pages = client.get_paginator("scan").paginate(TableName=table)
    items = [_ordered(item) for page in pages for item in page["Items"]]
    return sorted(items, key=lambda item: (item["pk"]["S"], item["sk"]["S"]))


def _ordered(item: Item) -> Item:
    return {name: {"SS": sorted(value["SS"])} if "SS" in value else value for name, value in item.items()}
