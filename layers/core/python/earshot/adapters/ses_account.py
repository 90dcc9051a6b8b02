"""The sending quota of the account, read from SES."""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from earshot.adapters.aws_errors import code_of
from earshot.domain.sending_quota import SendingQuota

# The quota that even a new account has.
CAREFUL_RATE = 1.0
UNLIMITED = -1


class SesAccount:
    """The `MailAccount` port over SES v2."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def allowance(self) -> SendingQuota:
        """Return what may be sent now; if SES does not reply, one mail a second without a known limit."""
        try:
            return _read(self._client.get_account())
        except (ClientError, BotoCoreError) as exc:
            code = code_of(exc) if isinstance(exc, ClientError) else type(exc).__name__
            return SendingQuota(CAREFUL_RATE, note=f"SES does not report the account's quota ({code})")


def _read(account: Mapping[str, Any]) -> SendingQuota:
    """Read the reply of GetAccount; a missing number is unknown."""
    quota, status = account.get("SendQuota", {}), account.get("EnforcementStatus", "HEALTHY")
    rate = max(float(quota.get("MaxSendRate", CAREFUL_RATE)), CAREFUL_RATE)
    in_sandbox = not account.get("ProductionAccessEnabled", True)
    if not account.get("SendingEnabled", True):
        fix = "read why in the SES console, or run `aws sesv2 put-account-sending-attributes --sending-enabled`"
        return SendingQuota(rate, 0, f"sending is switched off for this account and region ({status}): {fix}")
    if status == "SHUTDOWN":
        return SendingQuota(rate, 0, "SES has suspended the account (SHUTDOWN); see the account's page in SES")
    most = float(quota.get("Max24HourSend", UNLIMITED))
    if most == UNLIMITED:
        return SendingQuota(rate, in_sandbox=in_sandbox)
    left = max(0, int(most - float(quota.get("SentLast24Hours", 0))))
    spent = "" if left else f"the {most:.0f} mails that SES allows in 24 hours are used up: ask SES for more"
    return SendingQuota(rate, left, spent, in_sandbox)
