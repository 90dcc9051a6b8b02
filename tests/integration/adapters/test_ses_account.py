"""What SES says of the account: how many mails may be sent, and how fast."""

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from earshot.adapters.ses_account import SesAccount
from earshot.domain.sending_quota import SendingQuota


@pytest.fixture
def ses(aws: None) -> Any:
    return boto3.client("sesv2")


def quota(most: float = 50_000, sent: float = 100, rate: float = 14) -> dict[str, Any]:
    return {"SendQuota": {"Max24HourSend": most, "SentLast24Hours": sent, "MaxSendRate": rate}}


GOOD = {"SendingEnabled": True, "EnforcementStatus": "HEALTHY"}


@pytest.mark.parametrize(
    ("reply", "rate", "left", "has_note"),
    [
        (GOOD | quota(), 14, 49_900, False),
        (GOOD | quota(most=-1), 14, None, False),
        (GOOD | quota(most=200, sent=200), 14, 0, True),
        (GOOD | quota(most=200, sent=200.5), 14, 0, True),
        (GOOD | quota() | {"SendingEnabled": False}, 14, 0, True),
        (GOOD | quota() | {"EnforcementStatus": "SHUTDOWN"}, 14, 0, True),
        (GOOD | quota() | {"EnforcementStatus": "PROBATION"}, 14, 49_900, False),
        ({}, 1, None, False),
    ],
)
def test_what_the_account_may_send(ses: Any, reply: Any, rate: float, left: int | None, has_note: bool) -> None:
    with Stubber(ses) as stub:
        stub.add_response("get_account", reply)
        found = SesAccount(ses).allowance()
    assert (found.rate, found.left, bool(found.note)) == (rate, left, has_note)
    assert found.is_spent == (left == 0)


@pytest.mark.parametrize(("reply", "in_sandbox"), [({}, False), ({"ProductionAccessEnabled": False}, True)])
@pytest.mark.parametrize("most", [200, -1])
def test_an_account_without_production_access_is_in_the_sandbox(
    ses: Any, reply: Any, in_sandbox: bool, most: float
) -> None:
    with Stubber(ses) as stub:
        stub.add_response("get_account", GOOD | quota(most=most) | reply)
        assert SesAccount(ses).allowance().in_sandbox is in_sandbox


def test_without_a_rate_from_ses_it_is_one_a_second_and_the_note_gives_the_reason(ses: Any) -> None:
    with Stubber(ses) as stub:
        stub.add_client_error("get_account", "AccessDeniedException", "", 403)
        found = SesAccount(ses).allowance()
    assert found == SendingQuota(1.0, None, "SES does not report the account's quota (AccessDeniedException)")
