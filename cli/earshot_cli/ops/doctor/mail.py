"""Mail: whether SES may send, as whom, how much, and whether it tells what becomes of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from earshot_cli.ops.doctor.deployed_template import Blueprint, target
from earshot_cli.ops.doctor.results import Examined, Finding
from earshot_cli.ops.stack import Stack

CONFIGURATION = "AWS::SES::ConfigurationSet"
DESTINATION = "AWS::SES::ConfigurationSetEventDestination"
NEARLY_SPENT = 0.9


@dataclass(frozen=True)
class MailState:
    """What SES says; `identity` is who mails come from, the quota is of 24 hours, `tells` whether feedback comes."""

    identity: str
    verified: bool = True
    sending: bool = True
    production: bool = True
    health: str = "HEALTHY"
    quota: float = 50_000
    sent: float = 0
    has_configuration: bool = True
    tells: bool = True


def examine(stack: Stack, blueprint: Blueprint) -> Examined:
    """Ask SES about the account, the identity and the configuration set; no mail is sent."""
    mail = _read(stack, blueprint)
    return Examined("Mail", f"as {mail.identity}, {mail.sent:,.0f} of {mail.quota:,.0f} in 24 hours", judge(mail))


def judge(mail: MailState) -> list[Finding]:
    """Find what keeps mails, or what is told of them, back."""
    return [Finding("Mail", f"{fault}.", mend, "mail-reputation") for fault, mend in _faults(mail)]


def _faults(mail: MailState) -> Iterator[tuple[str, str]]:
    due = "What is due stays due meanwhile."
    if not mail.verified:
        yield f"SES has not verified {mail.identity}, so no invitation can be sent", f"Verify it in SES. {due}"
    if not mail.sending:
        yield "SES has paused sending for this account", f"Read its message in the SES console. {due}"
    if not mail.production:
        yield "the account is in the SES sandbox: only verified addresses get mail", "Ask for production access in SES."
    if mail.health != "HEALTHY":
        yield f"SES says the account is in {mail.health}", "Look at bounces and complaints in SES, before it stops you."
    if mail.quota > 0 and mail.sent >= NEARLY_SPENT * mail.quota:
        yield f"{mail.sent:,.0f} of {mail.quota:,.0f} mails of 24 hours are spent", f"Ask SES for a larger quota. {due}"
    if not mail.has_configuration:
        yield "the configuration set is gone, so SES refuses every mail", "Deploy the stack again."
    elif not mail.tells:
        yield "SES tells nothing of bounces and complaints: its event destination is off", "Deploy the stack again."


def _read(stack: Stack, blueprint: Blueprint) -> MailState:
    ses = stack.client("sesv2")
    identity = _parameter(stack, "MailIdentity")
    account = ses.get_account()
    quota = account.get("SendQuota", {})
    has_configuration, tells = _feedback(stack, blueprint)
    return MailState(
        identity=identity,
        verified=_verified(ses, identity),
        sending=bool(account.get("SendingEnabled")),
        production=bool(account.get("ProductionAccessEnabled")),
        health=str(account.get("EnforcementStatus", "HEALTHY")),
        quota=float(quota.get("Max24HourSend", 0)),
        sent=float(quota.get("SentLast24Hours", 0)),
        has_configuration=has_configuration,
        tells=tells,
    )


def _verified(ses: Any, identity: str) -> bool:
    try:
        return bool(ses.get_email_identity(EmailIdentity=identity)["VerifiedForSendingStatus"])
    except ses.exceptions.NotFoundException:
        return False


def _feedback(stack: Stack, blueprint: Blueprint) -> tuple[bool, bool]:
    """Tell whether every configuration set of the template is there, and each of its destinations on."""
    ses = stack.client("sesv2")
    for said in blueprint.of_kind(DESTINATION).values():
        name = stack.physical(target(said["ConfigurationSetName"]))
        try:
            told = ses.get_configuration_set_event_destinations(ConfigurationSetName=name)
        except ses.exceptions.NotFoundException:
            return False, False
        if not any(one.get("Enabled") for one in told.get("EventDestinations", ())):
            return True, False
    return True, True


def _parameter(stack: Stack, name: str) -> str:
    described = stack.client("cloudformation").describe_stacks(StackName=stack.name)["Stacks"][0]
    given = {one["ParameterKey"]: str(one.get("ParameterValue", "")) for one in described.get("Parameters", ())}
    return str(given.get(name, ""))
