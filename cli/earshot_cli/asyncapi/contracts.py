"""The contracts of one channel: the schema of each type, and samples of it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from earshot_cli.asyncapi.errors import DescriptionError

SCHEMA_ENDING = ".v1.json"


@dataclass(frozen=True)
class Contract:
    """What a type of event promises: its schema, and whole messages by the case they show."""

    name: str
    schema: dict[str, Any]
    samples: dict[str, Any] = field(default_factory=dict)


def read_contracts(schemas: Path, samples: Path) -> list[Contract]:
    """Read the contracts of two folders, by name; none where there are no such folders.

    A schema is in `<type>.v1.json`, a sample of it in `<type>.<case>.json`; a type may have dots.
    """
    found = {path.name.removesuffix(SCHEMA_ENDING): Contract(*_named(path)) for path in _files(schemas)}
    for path in _files(samples):
        name, _, case = path.stem.rpartition(".")
        if name not in found:
            raise DescriptionError(f"{path.name} is a sample of {name or 'no type'}, which has no schema in {schemas}")
        found[name].samples[case] = _read(path)
    return list(found.values())


def _files(folder: Path) -> Iterator[Path]:
    return iter(sorted(folder.glob("*.json")))


def _named(path: Path) -> tuple[str, dict[str, Any]]:
    if not path.name.endswith(SCHEMA_ENDING):
        raise DescriptionError(f"{path.name} is no schema of version 1: its name ends with {SCHEMA_ENDING}")
    return path.name.removesuffix(SCHEMA_ENDING), _read(path)


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
