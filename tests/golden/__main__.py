"""Write all golden files again, on purpose: the diff shows which format became different."""

import os

import boto3
from moto import mock_aws

from tests.golden.values import FILES
from tests.golden.written import everything, path_of


def main() -> None:
    """Write the files that there are to be, and remove others."""
    os.environ |= {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
    with mock_aws():
        for name, write in (files := everything(boto3.client("dynamodb", region_name="eu-central-1"))).items():
            path_of(name).parent.mkdir(parents=True, exist_ok=True)
            path_of(name).write_text(write(), encoding="utf-8")
    for path in set(FILES.rglob("*.json")) - {path_of(name) for name in files}:
        path.unlink()
    print(f"{len(files)} golden files are written; git diff shows what became different")  # noqa: T201


if __name__ == "__main__":
    main()
