"""The way out for mails in SES: what certainly failed and what nobody knows are told apart."""

from typing import Any

from botocore.exceptions import ClientError, EndpointConnectionError, HTTPClientError
from botocore.exceptions import ConnectionError as AwsConnectionError

from earshot.adapters.faults import code_of
from earshot.asking_ports import NotSentError, UnknownOutcomeError


class SesMailer:
    """The `Mailer` port over SES v2; its client must not retry by itself, a second try might be a second mail."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def send(self, mime: bytes, sender: str, recipient: str) -> str:
        """Send a mail, give its message id; NotSentError if SES refused, UnknownOutcomeError if it never answered."""
        try:
            answer = self._client.send_email(
                FromEmailAddress=sender,
                Destination={"ToAddresses": [recipient]},
                Content={"Raw": {"Data": mime}},
            )
        except ClientError as exc:
            if exc.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= 500:
                raise UnknownOutcomeError("SES failed while sending") from exc
            raise NotSentError(f"SES did not take the mail ({code_of(exc)})") from exc
        except EndpointConnectionError as exc:
            raise NotSentError("SES cannot be reached") from exc
        except (AwsConnectionError, HTTPClientError) as exc:
            raise UnknownOutcomeError("SES did not answer") from exc
        return str(answer["MessageId"])
