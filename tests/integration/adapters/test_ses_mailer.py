"""What SES reports of a mail, distinguished; its replies are those of its own model."""

from typing import Any

import boto3
import pytest
from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError, ParamValidationError, ReadTimeoutError
from botocore.stub import Stubber

from earshot.adapters.ses_mailer import PAUSES, REFUSED, TOO_FAST, SesMailer
from earshot.adapters.ses_tags import tags_of
from earshot.domain.email_feedback import Origin
from earshot.ports.mail import NotSentError, PausedError, RejectedError, ThrottledError, UnknownOutcomeError

SENDER, ANN = "survey@example.com", "Ann@customer.example.org"

UNVERIFIED = "Email address is not verified. The following identities failed the check in region EU-CENTRAL-1: "
# The text of IAM for a role, with the resource at its end; other services put it into quotes.
FORBIDDEN = (
    "User: arn:aws:sts::123456789012:assumed-role/earshot-SendEmailsRole-1/earshot-SendEmailsFunction-1 is not "
    "authorized to perform: ses:SendRawEmail on resource: arn:aws:ses:eu-central-1:123456789012:"
)
WHY = " because no identity-based policy allows the ses:SendRawEmail action"
NO_SET = "Configuration set <earshot-mails> does not exist."

REFUSALS = [
    ("TooManyRequestsException", "Too many requests", 429, ThrottledError),
    ("ThrottlingException", "Maximum sending rate exceeded.", 400, ThrottledError),
    ("LimitExceededException", "", 400, ThrottledError),
    ("ThrottlingException", "Daily message quota exceeded.", 400, PausedError),
    ("TooManyRequestsException", "Daily message quota exceeded.", 429, PausedError),
    ("SendingPausedException", "", 400, PausedError),
    ("AccountSuspendedException", "", 400, PausedError),
    ("MailFromDomainNotVerifiedException", "", 400, PausedError),
    ("NotFoundException", NO_SET, 404, PausedError),
    ("MessageRejected", "Sending paused for this account.", 400, PausedError),
    ("MessageRejected", "Sending suspended for this account.", 400, PausedError),
    ("AccessDeniedException", f"{FORBIDDEN}identity/{SENDER}{WHY}", 403, PausedError),
    ("AccessDenied", f"{FORBIDDEN}configuration-set/earshot-mails{WHY}", 403, PausedError),
    ("AccessDeniedException", "", 403, PausedError),
    ("MessageRejected", UNVERIFIED + SENDER, 400, PausedError),
    ("MessageRejected", "Email content is suspicious", 400, RejectedError),
    ("BadRequestException", "Illegal address", 400, RejectedError),
    ("UnrecognizedClientException", "The security token included in the request is invalid.", 403, NotSentError),
    ("InternalFailure", "", 500, UnknownOutcomeError),
    ("ServiceUnavailable", "Throttled", 503, UnknownOutcomeError),
]


@pytest.fixture
def ses(aws: None) -> Any:
    return boto3.client("sesv2")


def refusal_of(ses: Any, code: str, message: str, status: int, sender: str = SENDER, recipient: str = ANN) -> Exception:
    with Stubber(ses) as stub:
        stub.add_client_error("send_email", code, message, status)
        with pytest.raises((NotSentError, UnknownOutcomeError)) as raised:
            SesMailer(ses).send(b"mime", sender, recipient)
    return raised.value


@pytest.mark.parametrize(("code", "message", "status", "meaning"), REFUSALS)
def test_each_refusal_decides_what_becomes_of_the_mail(
    ses: Any, code: str, message: str, status: int, meaning: type[Exception]
) -> None:
    refusal = refusal_of(ses, code, message, status)
    assert type(refusal) is meaning
    assert "example" not in str(refusal)


def test_a_mail_carries_its_origin_in_its_tags(ses: Any) -> None:
    origin = Origin("ann", "an-id", 2)
    tags = [{"Name": name, "Value": value} for name, value in tags_of(origin).items()]
    mail = {"FromEmailAddress": SENDER, "Destination": {"ToAddresses": [ANN]}, "Content": {"Raw": {"Data": b"mime"}}}
    with Stubber(ses) as stub:
        stub.add_response("send_email", {"MessageId": "message-1"}, {**mail, "EmailTags": tags})
        assert SesMailer(ses).send(b"mime", SENDER, ANN, origin) == "message-1"


def test_a_mail_of_a_kind_is_known_by_its_tag(ses: Any) -> None:
    mail = {"FromEmailAddress": SENDER, "Destination": {"ToAddresses": [ANN]}, "Content": {"Raw": {"Data": b"mime"}}}
    with Stubber(ses) as stub:
        tags = [{"Name": "earshot_kind", "Value": "sign-in"}]
        stub.add_response("send_email", {"MessageId": "message-1"}, {**mail, "EmailTags": tags})
        assert SesMailer(ses).send(b"mime", SENDER, ANN, kind="sign-in") == "message-1"


@pytest.mark.parametrize(
    ("code", "message", "for_all"),
    [
        ("MessageRejected", UNVERIFIED + ANN, False),
        ("MessageRejected", f"{UNVERIFIED}Ann <{ANN}>", False),
        ("MessageRejected", UNVERIFIED + SENDER, True),
        ("MessageRejected", f"{UNVERIFIED}{ANN}, Acme <{SENDER}>", True),
        ("MessageRejected", "Email address is not verified.", True),
        ("AccessDeniedException", f"{FORBIDDEN}identity/{ANN}{WHY}", False),
        ("AccessDeniedException", f"{FORBIDDEN}identity/{ANN}.", False),
        ("AccessDeniedException", f"{FORBIDDEN}identity/customer.example.org{WHY}", False),
        ("AccessDeniedException", f"{FORBIDDEN}identity/example.org{WHY}", False),
        ("AccessDeniedException", f"{FORBIDDEN}identity/{SENDER}{WHY}", True),
        ("AccessDeniedException", f"{FORBIDDEN}identity/example.com{WHY}", True),
        ("AccessDeniedException", f"{FORBIDDEN}configuration-set/earshot-mails{WHY}", True),
        ("AccessDenied", f"`{FORBIDDEN.replace('resource: ', 'resource `')}identity/{ANN}`", False),
    ],
)
def test_a_recipient_whom_the_sandbox_refuses_stops_nobody_else_and_the_senders_fault_everybody(
    ses: Any, code: str, message: str, for_all: bool
) -> None:
    refusal = refusal_of(ses, code, message, 400)
    assert isinstance(refusal, PausedError)
    assert refusal.for_all is for_all
    assert ("sandbox" in refusal.detail) is not for_all


@pytest.mark.parametrize(
    ("sender", "recipient"),
    [
        ("joann@example.com", "ann@example.com"),
        ("Acme <survey@example.com>", "ann@example.com"),
        ("survey@mail.example.com", "ann@example.com"),
    ],
)
def test_a_sender_whose_identity_could_be_the_recipients_too_stops_everybody(
    ses: Any, sender: str, recipient: str
) -> None:
    bare = sender.rpartition("<")[2].rstrip(">")
    for code, named in {
        "MessageRejected": UNVERIFIED + bare,
        "AccessDenied": f"{FORBIDDEN}identity/example.com",
    }.items():
        refusal = refusal_of(ses, code, named, 400, sender, recipient)
        assert isinstance(refusal, PausedError)
        assert refusal.for_all


@pytest.mark.parametrize(
    ("code", "message", "fix"),
    [
        ("NotFoundException", NO_SET, "deploy the stack again"),
        ("AccessDeniedException", f"{FORBIDDEN}identity/{SENDER}", "set MailIdentity"),
        ("MessageRejected", UNVERIFIED + SENDER, "verify the identity in SES"),
        ("MessageRejected", UNVERIFIED + ANN, "ask SES for production access"),
        ("MailFromDomainNotVerifiedException", "", "fix its MX record"),
        ("SendingPausedException", "", "read why in the SES console"),
        ("ThrottlingException", "Daily message quota exceeded.", "ask SES for a larger one"),
    ],
)
def test_a_refusal_that_stops_mails_names_its_code_and_what_to_do(ses: Any, code: str, message: str, fix: str) -> None:
    refusal = str(refusal_of(ses, code, message, 400))
    assert fix in refusal
    assert refusal.endswith(f"({code})") or f"({code}):" in refusal


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
    assert {shape.name for shape in shapes} <= TOO_FAST | PAUSES.keys() | REFUSED
