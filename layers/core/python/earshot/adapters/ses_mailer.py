"""Sending mails with SES: certain failures and unknown outcomes are distinguished."""

import re
from collections.abc import Sequence
from email.utils import parseaddr
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
from earshot.adapters.ses_tags import KIND, tags_of
from earshot.domain.email_feedback import Origin
from earshot.domain.sending_quota import SANDBOX
from earshot.ports.mail import NotSentError, PausedError, RejectedError, ThrottledError, UnknownOutcomeError

TOO_FAST = frozenset({"ThrottlingException", "Throttling", "TooManyRequestsException", "LimitExceededException"})
NOT_ALLOWED = frozenset({"AccessDenied", "AccessDeniedException"})
# What makes SES refuse every mail of the stack, and what ends that.
PAUSES = {
    "SendingPausedException": "SES has paused sending for this account: read why in the SES console",
    "AccountSuspendedException": "SES has suspended this account: read why in the SES console",
    "MailFromDomainNotVerifiedException": "the custom MAIL FROM domain of the identity is not verified: fix its MX "
    "record, or remove it from the identity",
    "NotFoundException": "SES does not know the configuration set of this stack: deploy the stack again",
}
# Of the sender's identity: whether the role may not use it, or SES has not verified it.
IDENTITY_FAULTS = {
    True: "the role of send_emails may not send as MailFrom: set MailIdentity to the identity that SES has verified "
    "for it, and deploy the stack again",
    False: "SES has not verified MailFrom or its domain: verify the identity in SES",
}
SUSPENDED = re.compile("sending (paused|suspended)")
REFUSED = frozenset({"MessageRejected", "BadRequestException"})
IDENTITIES = re.compile(r"[^\s<>,;:/`'\"]+@[^\s<>,;:`'\"]+|(?<=identity/)[^\s`'\"]+")


class SesMailer:
    """The `Mailer` port over SES v2; its client must not retry by itself, a second try might be a second mail."""

    def __init__(self, client: Any, configuration_set: str = "") -> None:
        self._client = client
        # With it SES reports what becomes of a mail; the engine of `make run` has none.
        self._events = {"ConfigurationSetName": configuration_set} if configuration_set else {}

    def send(
        self,
        mime: bytes,
        sender: str,
        recipient: str,
        origin: Origin | None = None,
        also: Sequence[str] = (),
        *,
        kind: str = "",
    ) -> str:
        """Send a mail, return its message id; NotSentError if SES refused, UnknownOutcomeError if it never replied.

        By the tags with its origin an event of SES names later the mail it is about.
        """
        tags = {**(tags_of(origin) if origin else {}), **({KIND: kind} if kind else {})}
        try:
            reply = self._client.send_email(
                FromEmailAddress=sender,
                Destination={"ToAddresses": [recipient, *also]},
                Content={"Raw": {"Data": mime}},
                EmailTags=[{"Name": name, "Value": value} for name, value in tags.items()],
                **self._events,
            )
        except ParamValidationError as exc:
            raise RejectedError("the mail cannot be built") from exc
        except ClientError as exc:
            raise _translated_failure(exc, sender, recipient) from exc
        except (EndpointConnectionError, ConnectTimeoutError) as exc:
            raise NotSentError("SES cannot be reached") from exc
        except (AwsConnectionError, HTTPClientError) as exc:
            raise UnknownOutcomeError("SES did not reply") from exc
        return str(reply["MessageId"])


def _translated_failure(error: ClientError, sender: str, recipient: str) -> NotSentError | UnknownOutcomeError:
    """Return the error for a refusal of SES; its text may hold addresses, so only the code is kept."""
    code, message = code_of(error), str(error.response.get("Error", {}).get("Message", "")).lower()
    if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= 500:
        return UnknownOutcomeError("SES failed while sending")
    if (paused := _paused(code, message, sender, recipient)) is not None:
        return paused
    if code in TOO_FAST or "maximum sending rate exceeded" in message:
        return ThrottledError(f"SES throttled the request ({code})")
    if code in REFUSED:
        return RejectedError(f"SES rejected this mail ({code})")
    return NotSentError(f"SES did not accept the mail ({code})")


def _paused(code: str, message: str, sender: str, recipient: str) -> PausedError | None:
    """Return why the account may not send now and what ends it, if it may not."""
    if "daily message quota exceeded" in message:
        return PausedError(f"the SES quota of 24 hours is used up ({code}): ask SES for a larger one")
    if code in PAUSES or SUSPENDED.search(message):
        return PausedError(f"{PAUSES.get(code, PAUSES['SendingPausedException'])} ({code})")
    if code in NOT_ALLOWED or (code == "MessageRejected" and "not verified" in message):
        is_recipient = _is_about_recipient(message, sender, recipient)
        reason = SANDBOX if is_recipient else IDENTITY_FAULTS[code in NOT_ALLOWED]
        return PausedError(f"{reason} ({code})", for_all=not is_recipient)
    return None


def _is_about_recipient(message: str, sender: str, recipient: str) -> bool:
    """Return whether a refusal names an identity of the recipient and none of the sender: only the sandbox does that.

    In the sandbox SES asks for recipients what it asks for senders: that the address or its domain is verified, and
    that the role may use this identity.
    """
    named = {name.rstrip(".") for name in IDENTITIES.findall(message)}
    return bool(named & _identities(recipient)) and not named & _identities(sender)


def _identities(address: str) -> set[str]:
    """Return the identities that may stand for an address: itself, its domain, and each domain above."""
    bare = parseaddr(address)[1].lower()
    labels = bare.rpartition("@")[2].split(".")
    return {bare, *(".".join(labels[start:]) for start in range(len(labels)))}
