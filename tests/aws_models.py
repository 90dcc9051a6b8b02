"""AWS's service models, read once a process: each test in moto and each stack has a session of boto3 of its own."""

from functools import cache

import botocore.session
from botocore.loaders import create_loader


def share_aws_models() -> None:
    """Make all sessions of boto3 in this process use one loader; what it reads is never changed."""
    botocore.session.create_loader = cache(create_loader)
