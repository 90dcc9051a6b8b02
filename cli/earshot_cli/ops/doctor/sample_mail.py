"""A mail that is really sent, to a mailbox of SES: whether SES takes what the stack would send."""

from email.message import EmailMessage

from earshot.adapters.ses_mailer import SesMailer
from earshot.ports.mail import NotSentError, UnknownOutcomeError
from earshot_cli.ops.doctor.mail import parameters
from earshot_cli.ops.doctor.results import CheckResult, Finding
from earshot_cli.ops.stack import Stack

# The mailbox simulator: it counts against no reputation, and the sandbox allows it.
SIMULATOR = "success@simulator.amazonses.com"
CONFIGURATION_SET = "MailEvents"
NAME = "Sample mail"


def check(stack: Stack) -> CheckResult:
    """Send one mail as the stack would, with the operator's credentials; return what SES replied."""
    (sender,) = parameters(stack, "MailFrom")
    configuration_set = stack.physical(CONFIGURATION_SET) if CONFIGURATION_SET in stack.resources else ""
    try:
        name = SesMailer(stack.client("sesv2"), configuration_set).send(_mime(sender), sender, SIMULATOR)
    except (NotSentError, UnknownOutcomeError) as refusal:
        fix = "Its console names the identities and what they lack." if ":" not in refusal.detail else "Try again then."
        finding = Finding(NAME, f"SES did not take a mail to {SIMULATOR}: {refusal.detail}.", fix, "mails-held-back")
        return CheckResult(NAME, "refused", [finding])
    return CheckResult(NAME, f"sent to {SIMULATOR} as {name.partition('@')[0]}")


def _mime(sender: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, SIMULATOR, "A sample mail of earshot doctor"
    mail.set_content("Nobody reads this.")
    return mail.as_bytes()
