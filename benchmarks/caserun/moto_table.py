"""The stores of a run over the real adapters, in a table of moto."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest.mock import patch

import boto3
from moto import mock_aws

from benchmarks.caserun.stores import Stores, in_a_table
from earshot.domain.members import Member
from tests.integration.adapters.conftest import TABLE, table_properties
from tests.moto_tables import refuse_reversed_ranges, speed_up_tables

NOBODY = dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"), "testing")


@contextmanager
def table_of_moto() -> Iterator[Callable[[list[Member]], Stores]]:
    """Make a table, far from any real account, and yield what makes stores in it."""
    speed_up_tables()
    refuse_reversed_ranges()
    with patch.dict(os.environ, {**NOBODY, "AWS_DEFAULT_REGION": "eu-central-1"}), mock_aws():
        os.environ.pop("AWS_ENDPOINT_URL", None)
        client = boto3.client("dynamodb")
        client.create_table(TableName=TABLE, **table_properties())
        yield lambda team: in_a_table(team, client, TABLE)
