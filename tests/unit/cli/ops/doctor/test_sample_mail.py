"""The mail of `earshot doctor --send-test`: sent as the stack would, and a refusal says what to do."""

from typing import Any

import pytest

from earshot_cli.ops.doctor.sample_mail import check
from tests.unit.cli.ops.doctor.stubbed import stack_with
from tests.unit.cli.ops.doctor.test_deployment import described


def checked(reply: Any) -> Any:
    replies = {"cloudformation": [described()], "sesv2": [("send_email", reply)]}
    return check(stack_with(replies, {"MailEvents": "mine-mails"}))


def test_a_mail_that_ses_takes_is_well() -> None:
    result = checked({"MessageId": "message-1"})
    assert (result.findings, result.summary) == ([], "sent to success@simulator.amazonses.com as message-1")


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        ("NotFoundException Configuration set <mine-mails> does not exist.", "deploy the stack again"),
        ("AccessDeniedException not authorized: identity/survey@acme.com", "set MailIdentity"),
        ("MessageRejected Email address is not verified: survey@acme.com", "verify the identity in SES"),
        ("BadRequestException Illegal address", "SES rejected this mail"),
    ],
)
def test_a_refusal_is_a_finding_with_what_to_do(reply: str, message: str) -> None:
    (finding,) = checked(reply).findings
    assert message in finding.sentence
    assert finding.runbook == "mails-held-back"
