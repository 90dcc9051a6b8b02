"""Where the pace of the mails meets the account, the clock and chance; beside `bootstrap.py`."""

import random
import time
from functools import cache
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from earshot.config import setting
from earshot.services.pace_mails import Pace

if TYPE_CHECKING:
    from earshot.adapters.mail_account import SesAccount


@cache
def account() -> "SesAccount":
    from earshot.adapters.mail_account import SesAccount

    # Mails wait for this answer: without one they go on, with care.
    patience = Config(retries={"total_max_attempts": 2}, connect_timeout=2, read_timeout=3)
    return SesAccount(boto3.client("sesv2", config=patience))


@cache
def pace() -> Pace:
    """Give the pace of this container: one of as many as the queue's mapping lets run at once."""
    return Pace(account(), int(setting("EARSHOT_SENDERS")), clock=time.monotonic, sleep=time.sleep)


def draw() -> float:
    """Draw a number in [0, 1)."""
    return random.random()  # noqa: S311
