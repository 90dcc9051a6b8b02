"""Contracts are read by the names of their files: a type's schema, and its samples by case."""

import json
from pathlib import Path
from typing import Any

import pytest

from earshot_cli.asyncapi.contracts import Contract, read_contracts
from earshot_cli.asyncapi.errors import DescriptionError


def write(folder: Path, **files: Any) -> Path:
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / f"{name}.json").write_text(json.dumps(content))
    return folder


def test_a_type_has_its_schema_and_its_samples_by_case(tmp_path: Path) -> None:
    schemas = write(tmp_path / "schemas", **{"B.v1": {"title": "B"}, "A.v1": {"title": "A"}})
    samples = write(tmp_path / "bus", **{"A.second": 2, "A.first": 1, "B.only": 3})

    assert read_contracts(schemas, samples) == [
        Contract("A", {"title": "A"}, {"first": 1, "second": 2}),
        Contract("B", {"title": "B"}, {"only": 3}),
    ]


def test_a_type_may_have_dots(tmp_path: Path) -> None:
    schemas = write(tmp_path / "schemas", **{"response.detractor.v1": {}})
    samples = write(tmp_path / "webhooks", **{"response.detractor.recorded": 1})

    assert read_contracts(schemas, samples) == [Contract("response.detractor", {}, {"recorded": 1})]


def test_the_schemas_of_a_folder_within_the_samples_are_no_samples(tmp_path: Path) -> None:
    samples = write(tmp_path / "webhooks", **{"score.changed.up": 1})
    schemas = write(samples / "schemas", **{"score.changed.v1": {}})

    assert read_contracts(schemas, samples) == [Contract("score.changed", {}, {"up": 1})]


def test_without_folders_there_are_no_contracts(tmp_path: Path) -> None:
    assert read_contracts(tmp_path / "schemas", tmp_path / "bus") == []


@pytest.mark.parametrize("sample", ["B.first", "first", "A"])
def test_a_sample_of_no_type_is_refused(tmp_path: Path, sample: str) -> None:
    schemas, samples = write(tmp_path / "schemas", **{"A.v1": {}}), write(tmp_path / "bus", **{sample: 1})

    with pytest.raises(DescriptionError, match=rf"^{sample}\.json is a sample of .*, which has no schema in "):
        read_contracts(schemas, samples)


@pytest.mark.parametrize("name", ["A.v2", "A"])
def test_a_schema_of_no_known_version_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(DescriptionError, match=rf"^{name}\.json is no schema of version 1: its name ends with \.v1"):
        read_contracts(write(tmp_path / "schemas", **{name: {}}), tmp_path / "bus")
