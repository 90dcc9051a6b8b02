"""Mail: whether SES may send, from which address, how much, and whether it reports bounces and complaints."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from earshot.adapters.dynamodb.sending_pauses import DynamoDBSendingPauses
from earshot_cli.ops.doctor.deployed_template import DeployedTemplate, logical_name
from earshot_cli.ops.doctor.results import CheckResult, Finding
from earshot_cli.ops.stack import Stack
from earshot_cli.ops.stack_clock import now as stack_now

DESTINATION = "AWS::SES::ConfigurationSetEventDestination"
NEARLY_SPENT = 0.9
DUE = "Mails that are due stay due meanwhile."
# An address that was verified itself has no DKIM of its own.
SIGNED = frozenset({"SUCCESS", "NOT_STARTED"})


@dataclass(frozen=True)
class MailState:
    """What SES reports; `identity` is the sender, the quota is of 24 hours, `feedback` whether bounces are reported.

    `refused` is why SES refused a mail of the last minutes as it would every other, as the sender recorded it.
    """

    identity: str
    verified: bool = True
    sending: bool = True
    production: bool = True
    health: str = "HEALTHY"
    quota: float = 50_000
    sent: float = 0
    has_configuration: bool = True
    feedback: bool = True
    dkim: str = "SUCCESS"
    refused: str = ""


def check(stack: Stack, template: DeployedTemplate) -> CheckResult:
    """Ask SES about the account, the identity and the configuration set; no mail is sent."""
    mail = _read(stack, template)
    findings = [Finding("Mail", f"{fault}.", fix, "mails-held-back") for fault, fix in faults(mail)]
    return CheckResult("Mail", f"as {mail.identity}, {mail.sent:,.0f} of {mail.quota:,.0f} in 24 hours", findings)


def faults(mail: MailState) -> Iterator[tuple[str, str]]:
    """Yield what keeps mails, or reports about them, from arriving, and its fix."""
    if mail.refused:
        yield "SES refuses every mail, and due mails wait", f"{mail.refused[0].upper()}{mail.refused[1:]}."
    yield from _faults_of_the_identity(mail)
    yield from _faults_of_the_account(mail)
    if not mail.has_configuration:
        yield "the configuration set is gone, so SES refuses every mail", "Deploy the stack again."
    elif not mail.feedback:
        yield "SES reports no bounces or complaints: its event destination is off", "Deploy the stack again."


def _faults_of_the_identity(mail: MailState) -> Iterator[tuple[str, str]]:
    if not mail.verified:
        yield f"SES has not verified {mail.identity}, so no invitation can be sent", f"Verify it in SES. {DUE}"
    elif mail.dkim not in SIGNED:
        fix = "Enter the CNAME records that SES shows for the identity into your DNS: unsigned mail is taken for spam."
        yield f"DKIM of {mail.identity} is {mail.dkim.lower()}", fix


def _faults_of_the_account(mail: MailState) -> Iterator[tuple[str, str]]:
    if not mail.sending:
        yield "SES has paused sending for this account", f"Read its message in the SES console. {DUE}"
    if not mail.production:
        yield "the account is in the SES sandbox: only verified addresses get mail", "Ask for production access in SES."
    if mail.health != "HEALTHY":
        yield f"SES reports the account as {mail.health}", "Check bounces and complaints in SES before it stops you."
    if mail.quota > 0 and mail.sent >= NEARLY_SPENT * mail.quota:
        yield f"{mail.sent:,.0f} of {mail.quota:,.0f} mails of 24 hours are used", f"Ask SES for a larger quota. {DUE}"


def _read(stack: Stack, template: DeployedTemplate) -> MailState:
    ses = stack.client("sesv2")
    identity, verified, dkim = _identity(ses, *parameters(stack, "MailIdentity", "MailFrom"))
    account = ses.get_account()
    quota = account.get("SendQuota", {})
    has_configuration, feedback = _feedback(stack, template)
    return MailState(
        identity=identity,
        verified=verified,
        dkim="SUCCESS" if stack.is_local else dkim,
        refused=_refused(stack),
        sending=bool(account.get("SendingEnabled")),
        production=bool(account.get("ProductionAccessEnabled")),
        health=str(account.get("EnforcementStatus", "HEALTHY")),
        quota=float(quota.get("Max24HourSend", 0)),
        sent=float(quota.get("SentLast24Hours", 0)),
        has_configuration=has_configuration,
        feedback=feedback,
    )


def _identity(ses: Any, *names: str) -> tuple[str, bool, str]:
    """Return the first of the sender's identities that is verified, else the first: name, whether it is, its DKIM."""
    read = [_read_identity(ses, name) for name in names]
    return next((one for one in read if one[1]), read[0])


def _read_identity(ses: Any, name: str) -> tuple[str, bool, str]:
    try:
        found = ses.get_email_identity(EmailIdentity=name)
    except ses.exceptions.NotFoundException:
        return name, False, "NOT_STARTED"
    return name, bool(found["VerifiedForSendingStatus"]), str(found.get("DkimAttributes", {}).get("Status", ""))


def _refused(stack: Stack) -> str:
    latest = DynamoDBSendingPauses(stack.client("dynamodb"), stack.table).latest()
    lasts = latest is not None and latest.lasts_at(stack_now(stack))
    return latest.reason if latest is not None and lasts else ""


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


def parameters(stack: Stack, *names: str) -> list[str]:
    """Return the values of a stack's parameters; "" for one that it has not."""
    described = stack.client("cloudformation").describe_stacks(StackName=stack.name)["Stacks"][0]
    given = {one["ParameterKey"]: str(one.get("ParameterValue", "")) for one in described.get("Parameters", ())}
    return [given.get(name, "") for name in names]
