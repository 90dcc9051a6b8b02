"""Mail: whether SES may send, from which address, how much, and whether it reports bounces and complaints."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from earshot_cli.ops.doctor.deployed_template import DeployedTemplate, logical_name
from earshot_cli.ops.doctor.results import CheckResult, Finding
from earshot_cli.ops.stack import Stack

DESTINATION = "AWS::SES::ConfigurationSetEventDestination"
NEARLY_SPENT = 0.9


@dataclass(frozen=True)
class MailState:
    """What SES reports; `identity` is the sender, the quota is of 24 hours, `feedback` whether bounces are reported."""

    identity: str
    verified: bool = True
    sending: bool = True
    production: bool = True
    health: str = "HEALTHY"
    quota: float = 50_000
    sent: float = 0
    has_configuration: bool = True
    feedback: bool = True


def check(stack: Stack, template: DeployedTemplate) -> CheckResult:
    """Ask SES about the account, the identity and the configuration set; no mail is sent."""
    mail = _read(stack, template)
    findings = [Finding("Mail", f"{fault}.", fix, "mail-reputation") for fault, fix in faults(mail)]
    return CheckResult("Mail", f"as {mail.identity}, {mail.sent:,.0f} of {mail.quota:,.0f} in 24 hours", findings)


def faults(mail: MailState) -> Iterator[tuple[str, str]]:
    """Yield what keeps mails, or reports about them, from arriving, and its fix."""
    due = "Mails that are due stay due meanwhile."
    if not mail.verified:
        yield f"SES has not verified {mail.identity}, so no invitation can be sent", f"Verify it in SES. {due}"
    if not mail.sending:
        yield "SES has paused sending for this account", f"Read its message in the SES console. {due}"
    if not mail.production:
        yield "the account is in the SES sandbox: only verified addresses get mail", "Ask for production access in SES."
    if mail.health != "HEALTHY":
        yield f"SES reports the account as {mail.health}", "Check bounces and complaints in SES before it stops you."
    if mail.quota > 0 and mail.sent >= NEARLY_SPENT * mail.quota:
        yield f"{mail.sent:,.0f} of {mail.quota:,.0f} mails of 24 hours are used", f"Ask SES for a larger quota. {due}"
    if not mail.has_configuration:
        yield "the configuration set is gone, so SES refuses every mail", "Deploy the stack again."
    elif not mail.feedback:
        yield "SES reports no bounces or complaints: its event destination is off", "Deploy the stack again."


def _read(stack: Stack, template: DeployedTemplate) -> MailState:
    ses = stack.client("sesv2")
    identity = _parameter(stack, "MailIdentity")
    account = ses.get_account()
    quota = account.get("SendQuota", {})
    has_configuration, feedback = _feedback(stack, template)
    return MailState(
        identity=identity,
        verified=_is_verified(ses, identity),
        sending=bool(account.get("SendingEnabled")),
        production=bool(account.get("ProductionAccessEnabled")),
        health=str(account.get("EnforcementStatus", "HEALTHY")),
        quota=float(quota.get("Max24HourSend", 0)),
        sent=float(quota.get("SentLast24Hours", 0)),
        has_configuration=has_configuration,
        feedback=feedback,
    )


def _is_verified(ses: Any, identity: str) -> bool:
    try:
        return bool(ses.get_email_identity(EmailIdentity=identity)["VerifiedForSendingStatus"])
    except ses.exceptions.NotFoundException:
        return False


def _feedback(stack: Stack, template: DeployedTemplate) -> tuple[bool, bool]:
    """Return whether every configuration set of the template exists, and whether each of its destinations is on."""
    ses = stack.client("sesv2")
    for destination in template.of_kind(DESTINATION).values():
        name = stack.physical(logical_name(destination["ConfigurationSetName"]))
        try:
            found = ses.get_configuration_set_event_destinations(ConfigurationSetName=name)
        except ses.exceptions.NotFoundException:
            return False, False
        if not any(one.get("Enabled") for one in found.get("EventDestinations", ())):
            return True, False
    return True, True


def _parameter(stack: Stack, name: str) -> str:
    described = stack.client("cloudformation").describe_stacks(StackName=stack.name)["Stacks"][0]
    given = {one["ParameterKey"]: str(one.get("ParameterValue", "")) for one in described.get("Parameters", ())}
    return given.get(name, "")
