"""Sending mails with SES: certain failures and unknown outcomes are distinguished."""

from typing import Any

from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    ParamValidationError,
)
from botocore.exceptions import ConnectionError as AwsConnectionError

from earshot.adapters.aws_errors import code_of
from earshot.adapters.ses_tags import tags_of
from earshot.domain.email_feedback import Origin
from earshot.ports.mail import NotSentError, PausedError, RejectedError, ThrottledError, UnknownOutcomeError

TOO_FAST = frozenset({"ThrottlingException", "Throttling", "TooManyRequestsException", "LimitExceededException"})
PAUSED = frozenset({"SendingPausedException", "AccountSuspendedException", "MailFromDomainNotVerifiedException"})
REFUSED = frozenset({"MessageRejected", "BadRequestException"})


class SesMailer:
    """The `Mailer` port over SES v2; its client must not retry by itself, a second try might be a second mail."""

    def __init__(self, client: Any, configuration_set: str = "") -> None:
        self._client = client
        # With it SES reports what becomes of a mail; the engine of `make run` has none.
        self._events = {"ConfigurationSetName": configuration_set} if configuration_set else {}

    def send(self, mime: bytes, sender: str, recipient: str, origin: Origin | None = None) -> str:
        """Send a mail, return its message id; NotSentError if SES refused, UnknownOutcomeError if it never replied.

        By the tags with its origin an event of SES names later the mail it is about.
        """
        tags = tags_of(origin) if origin else {}
        try:
            reply = self._client.send_email(
                FromEmailAddress=sender,
                Destination={"ToAddresses": [recipient]},
                Content={"Raw": {"Data": mime}},
                EmailTags=[{"Name": name, "Value": value} for name, value in tags.items()],
                **self._events,
            )
        except ParamValidationError as exc:
            raise RejectedError("the mail cannot be built") from exc
        except ClientError as exc:
            raise _translated_failure(exc, recipient) from exc
        except (EndpointConnectionError, ConnectTimeoutError) as exc:
            raise NotSentError("SES cannot be reached") from exc
        except (AwsConnectionError, HTTPClientError) as exc:
            raise UnknownOutcomeError("SES did not reply") from exc
        return str(reply["MessageId"])


def _translated_failure(error: ClientError, recipient: str) -> NotSentError | UnknownOutcomeError:
    """Return the error for a refusal of SES; its text may hold addresses, so only the code is kept."""
    code, message = code_of(error), str(error.response.get("Error", {}).get("Message", "")).lower()
    if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= 500:
        return UnknownOutcomeError("SES failed while sending")
    if (paused := _paused(code, message, recipient.lower())) is not None:
        return paused
    if code in TOO_FAST or "maximum sending rate exceeded" in message:
        return ThrottledError(f"SES throttled the request ({code})")
    if code in REFUSED:
        return RejectedError(f"SES rejected this mail ({code})")
    return NotSentError(f"SES did not accept the mail ({code})")


def _paused(code: str, message: str, recipient: str) -> PausedError | None:
    """Return why the account may not send now, if so; an unverified recipient in the sandbox stops no other mail."""
    if "daily message quota exceeded" in message:
        return PausedError(f"the SES quota of 24 hours is used up ({code})")
    if code in PAUSED or "sending paused" in message:
        return PausedError(f"SES has paused sending for this account or sender ({code})")
    if code != "MessageRejected" or "not verified" not in message:
        return None
    if recipient in message:
        return PausedError("the account is in the SES sandbox, and this recipient is not verified", for_all=False)
    return PausedError("SES has not verified the sender's address or domain")
