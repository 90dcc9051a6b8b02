"""What SES reports of a mail, distinguished; its replies are those of its own model."""

from typing import Any

import boto3
import pytest
from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError, ParamValidationError, ReadTimeoutError
from botocore.stub import Stubber

from earshot.adapters.ses_mailer import PAUSED, REFUSED, TOO_FAST, SesMailer
from earshot.adapters.ses_tags import tags_of
from earshot.domain.email_feedback import Origin
from earshot.ports.mail import NotSentError, PausedError, RejectedError, ThrottledError, UnknownOutcomeError

SENDER, ANN = "survey@example.com", "Ann@example.com"


UNVERIFIED = "Email address is not verified. The following identities failed the check in region EU-CENTRAL-1: "


REFUSALS = [
    ("TooManyRequestsException", "Too many requests", 429, ThrottledError),
    ("ThrottlingException", "Maximum sending rate exceeded.", 400, ThrottledError),
    ("LimitExceededException", "", 400, ThrottledError),
    ("ThrottlingException", "Daily message quota exceeded.", 400, PausedError),
    ("TooManyRequestsException", "Daily message quota exceeded.", 429, PausedError),
    ("SendingPausedException", "", 400, PausedError),
    ("AccountSuspendedException", "", 400, PausedError),
    ("MailFromDomainNotVerifiedException", "", 400, PausedError),
    ("MessageRejected", UNVERIFIED + SENDER, 400, PausedError),
    ("MessageRejected", "Email content is suspicious", 400, RejectedError),
    ("BadRequestException", "Illegal address", 400, RejectedError),
    ("AccessDeniedException", "not authorized", 403, NotSentError),
    ("InternalFailure", "", 500, UnknownOutcomeError),
    ("ServiceUnavailable", "Throttled", 503, UnknownOutcomeError),
]


@pytest.fixture
def ses(aws: None) -> Any:
    return boto3.client("sesv2")


def refusal_of(ses: Any, code: str, message: str, status: int) -> Exception:
    with Stubber(ses) as stub:
        stub.add_client_error("send_email", code, message, status)
        with pytest.raises((NotSentError, UnknownOutcomeError)) as raised:
            SesMailer(ses).send(b"mime", SENDER, ANN)
    return raised.value


@pytest.mark.parametrize(("code", "message", "status", "meaning"), REFUSALS)
def test_each_refusal_decides_what_becomes_of_the_mail(
    ses: Any, code: str, message: str, status: int, meaning: type[Exception]
) -> None:
    refusal = refusal_of(ses, code, message, status)
    assert type(refusal) is meaning
    assert "example.com" not in str(refusal)


def test_a_mail_carries_its_origin_in_its_tags(ses: Any) -> None:
    origin = Origin("ann", "an-id", 2)
    tags = [{"Name": name, "Value": value} for name, value in tags_of(origin).items()]
    mail = {"FromEmailAddress": SENDER, "Destination": {"ToAddresses": [ANN]}, "Content": {"Raw": {"Data": b"mime"}}}
    with Stubber(ses) as stub:
        stub.add_response("send_email", {"MessageId": "message-1"}, {**mail, "EmailTags": tags})
        assert SesMailer(ses).send(b"mime", SENDER, ANN, origin) == "message-1"


def test_an_unverified_recipient_stops_nobody_else_and_an_unverified_sender_everybody(ses: Any) -> None:
    refusals = {who: refusal_of(ses, "MessageRejected", UNVERIFIED + who, 400) for who in (SENDER, ANN)}
    assert {who: isinstance(each, PausedError) and each.for_all for who, each in refusals.items()} == {
        SENDER: True,
        ANN: False,
    }


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (EndpointConnectionError(endpoint_url="u"), NotSentError),
        (ConnectTimeoutError(endpoint_url="u"), NotSentError),
        (ReadTimeoutError(endpoint_url="u"), UnknownOutcomeError),
        (ParamValidationError(report="no"), RejectedError),
    ],
)
def test_without_a_reply_only_what_never_left_may_be_sent_again(error: Exception, meaning: type[Exception]) -> None:
    class Silent:
        def send_email(self, **_: Any) -> None:
            raise error

    with pytest.raises((NotSentError, UnknownOutcomeError)) as raised:
        SesMailer(Silent()).send(b"mime", SENDER, ANN)
    assert type(raised.value) is meaning


def test_every_error_that_the_model_of_ses_names_is_known(ses: Any) -> None:
    shapes = ses.meta.service_model.operation_model("SendEmail").error_shapes
    # A missing configuration set is neither the mail's fault nor the account's.
    assert {shape.name for shape in shapes} <= TOO_FAST | PAUSED | REFUSED | {"NotFoundException"}
