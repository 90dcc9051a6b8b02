"""The golden files by their names, each with what writes its text now."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from tests.golden.messages import FROM_THE_BUS, MESSAGES
from tests.golden.stored import STORED, Kept
from tests.golden.table import items_of, new_table
from tests.golden.values import FILES, VALUES


def path_of(name: str) -> Path:
    return FILES / f"{name}.json"


def kept(name: str) -> Any:
    """Return what a golden file holds."""
    return json.loads(path_of(name).read_text(encoding="utf-8"))


def text_of(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def stored(client: Any, one: Kept) -> str:
    """Return the items that are written for a value."""
    table = new_table(client)
    one.write(table, one.value)
    return text_of(items_of(*table))


def from_the_bus(queue: str) -> str:
    """Return a message that came by the bus, with what its consumer makes of it."""
    message, read = FROM_THE_BUS[queue]
    return text_of({"message": message, "means": read(message)})


def everything(client: Any) -> dict[str, Callable[[], str]]:
    """Return what writes each file; `client` is one of a DynamoDB without tables. The items come first."""
    items = {f"stored/{one.name}": partial(stored, client, one) for one in STORED}
    sent = {
        f"messages/{queue}": partial(lambda write: text_of(write()), write) for queue, (write, _) in MESSAGES.items()
    }
    came = {f"messages/{queue}.of_the_bus": partial(from_the_bus, queue) for queue in FROM_THE_BUS}
    values = {f"values/{name}": partial(lambda write: text_of(write()), write) for name, (write, _) in VALUES.items()}
    return {**items, **sent, **came, **values}
