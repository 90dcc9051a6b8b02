"""The deployment: parameters that a first deployment leaves as they are, protection, and who hears of alarms."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from earshot_cli.ops.doctor.results import CheckResult, Finding
from earshot_cli.ops.stack import Stack

# The domain that the parameters name unless somebody sets them; nobody can send from it.
UNSET = "example.com"
PRODUCTION = "prod"
# Parameters of which one names the address that links in mails lead to.
DOMAINS = ("PublicUrl", "CdnDomain", "ApiDomain")
TOPIC = "AlarmTopic"
CERTIFICATE = "CertificateArn"
PAGE = "docs/deploy.md"


@dataclass(frozen=True)
class Deployment:
    """A stack as it was deployed: `unconfirmed` are mail subscriptions that nobody confirmed, `certificates` states."""

    parameters: Mapping[str, str] = field(default_factory=dict)
    protected: bool = True
    unconfirmed: bool = False
    certificates: Mapping[str, str] = field(default_factory=dict)

    def of(self, parameter: str) -> str:
        """Return the value of a parameter; "" if the stack has none of that name."""
        return self.parameters.get(parameter, "")


def check(stack: Stack) -> CheckResult:
    """Read the stack's parameters; those of the local stack are its own."""
    if stack.is_local:
        return CheckResult("Deployment", "skipped: the local stack is not deployed by anybody")
    deployment = _read(stack)
    findings = [Finding("Deployment", f"{fault}.", fix) for fault, fix in faults(deployment, stack.name)]
    return CheckResult("Deployment", f"stage {deployment.of('Stage')}", findings)


def faults(deployment: Deployment, stack: str = "earshot") -> Iterator[tuple[str, str]]:
    """Yield what a deployment lacks, and its fix."""
    yield from _mail_faults(deployment)
    if deployment.unconfirmed:
        yield (
            f"{deployment.of('AlarmEmail')} has not confirmed its subscription, so no alarm reaches it",
            "Follow the link in the mail from AWS Notifications; deploy again for another one.",
        )
    for parameter, status in deployment.certificates.items():
        if status != "ISSUED":
            yield f"the certificate of {parameter} is {status}", "Enter its validation record into your DNS, and wait."
    if deployment.of("Stage") == PRODUCTION:
        yield from _production_faults(deployment, stack)


def _mail_faults(deployment: Deployment) -> Iterator[tuple[str, str]]:
    sender, identity = deployment.of("MailFrom").lower(), deployment.of("MailIdentity").lower()
    domain = sender.rpartition("@")[2]
    if UNSET in (domain, identity):
        yield f"mails would come from {sender}, which nobody can verify", "Deploy with your MailFrom and MailIdentity."
    elif identity != sender and not f".{domain}".endswith(f".{identity}"):
        fix = "Deploy with the identity that SES has verified for MailFrom: the address itself, or its domain."
        yield f"MailFrom {sender} is outside MailIdentity {identity}, so SES refuses every mail", fix


def _production_faults(deployment: Deployment, stack: str) -> Iterator[tuple[str, str]]:
    if not deployment.protected:
        command = (
            f"aws cloudformation update-termination-protection --enable-termination-protection --stack-name {stack}"
        )
        yield "its termination protection is off, so one command deletes the stack", f"Run `{command}`."
    if not any(deployment.of(domain) for domain in DOMAINS):
        fix = f"Deploy with a domain of your own: CdnDomain or ApiDomain ({PAGE})."
        yield "links in mails name API Gateway's own address, and end with this API", fix
    if not deployment.of("AlarmEmail"):
        yield "no alarm reaches anybody, and there is no budget", "Deploy with AlarmEmail."
    elif deployment.of("MonthlyBudget") == "0":
        yield "there is no budget, so nobody notices what a flood costs", "Deploy with MonthlyBudget, in dollars."


def _read(stack: Stack) -> Deployment:
    described = stack.client("cloudformation").describe_stacks(StackName=stack.name)["Stacks"][0]
    given = {one["ParameterKey"]: str(one.get("ParameterValue", "")) for one in described.get("Parameters", ())}
    certificates = {name: arn for name, arn in given.items() if name.endswith(CERTIFICATE) and arn}
    return Deployment(
        parameters=given,
        protected=bool(described.get("EnableTerminationProtection")),
        unconfirmed=bool(given.get("AlarmEmail")) and _is_unconfirmed(stack),
        certificates={name: _status(stack, arn) for name, arn in certificates.items()},
    )


def _is_unconfirmed(stack: Stack) -> bool:
    """Return whether the topic of the alarms has a subscription by mail that nobody confirmed, or none at all."""
    if TOPIC not in stack.resources:
        return False
    pages = stack.client("sns").get_paginator("list_subscriptions_by_topic")
    found: list[Any] = [
        one for page in pages.paginate(TopicArn=stack.physical(TOPIC)) for one in page.get("Subscriptions", ())
    ]
    arns = [str(one["SubscriptionArn"]) for one in found if one.get("Protocol") == "email"]
    return not any(arn.startswith("arn:") for arn in arns)


def _status(stack: Stack, arn: str) -> str:
    """Return the status of a certificate, which may be in another region than the stack."""
    acm = stack.session.client("acm", region_name=arn.split(":")[3])
    try:
        return str(acm.describe_certificate(CertificateArn=arn)["Certificate"]["Status"])
    except acm.exceptions.ResourceNotFoundException:
        return "GONE"
