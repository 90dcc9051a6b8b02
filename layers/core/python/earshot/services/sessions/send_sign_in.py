"""Send the mails with which members sign in: link and code are made here, and kept as hashes alone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from earshot.domain.members import Member
from earshot.domain.sessions import hash_of
from earshot.domain.sign_ins import Given, code_hash, is_addressed_to
from earshot.ports.mail import Mailer, NotSentError, RejectedError, UnknownOutcomeError
from earshot.ports.messaging import DeliveryQueue
from earshot.ports.sessions import SignIns
from earshot.ports.team import Members
from earshot.services.sessions.make_invitation import invitation_path, make_invitation, with_address

# How long a mail waits that SES did not take yet, in seconds.
PATIENCE = 15
# So often it is tried; somebody is waiting for it.
MOST_TRIES = 20


class ComposeSignIn(Protocol):
    """Writes the mail that brings a link, and a code if it is to sign in."""

    def __call__(self, member: Member, link: str, code: str | None) -> bytes:
        """Return its MIME; ValueError if there can be none."""


@dataclass(frozen=True, slots=True)
class SendSignInDeps:
    """What sending works with; `url` begins all links, and mails come from `sender`."""

    sign_ins: SignIns
    members: Members
    mailer: Mailer
    queue: DeliveryQueue
    compose: ComposeSignIn
    url: str
    sender: str
    new_token: Callable[[], str]
    new_code: Callable[[], str]
    clock: Callable[[], int]


def send_sign_in(task: Mapping[str, Any], deps: SendSignInDeps) -> str:
    """Send the mail that a browser asked for, and return what became of it; nothing is sent to who is no member."""
    asking = deps.sign_ins.asking(task["sign_in"])
    if asking is None or asking.is_over(deps.clock()):
        return "over"
    member = with_address(task["address"], deps.members)
    if member is None or not is_addressed_to(asking.address_hash, member, asking.asked_at):
        return "no member"
    token, code = deps.new_token(), deps.new_code()
    if not deps.sign_ins.give(asking.hash, Given(member.id, hash_of(token), code_hash(code, asking.hash))):
        return "over"
    return _send(task, member, f"{deps.url}/app/sign-in/{token}", code, deps)


def send_invitation(task: Mapping[str, Any], deps: SendSignInDeps) -> str:
    """Send a member the mail with an invitation, and return what became of it."""
    member = deps.members.get(task["team_invitation"])
    if member is None or member.removed_at is not None:
        return "no member"
    token = deps.new_token()
    make_invitation(member, token, deps.clock(), deps.sign_ins)
    return _send(task, member, deps.url + invitation_path(token), None, deps)


def _send(task: Mapping[str, Any], member: Member, link: str, code: str | None, deps: SendSignInDeps) -> str:
    """Send a mail; what SES does not take yet is queued again, to get another link."""
    try:
        kind = "team-invitation" if code is None else "sign-in"
        deps.mailer.send(deps.compose(member, link, code), deps.sender, member.email, kind=kind)
    except (RejectedError, ValueError):
        return "refused"
    except NotSentError:
        tries = task.get("tries", 0) + 1
        if tries >= MOST_TRIES:
            return "given up"
        deps.queue.send([({**task, "tries": tries}, PATIENCE)])
        return "again"
    except UnknownOutcomeError:
        # It may have arrived; who misses it asks once more.
        return "perhaps sent"
    return "sent"
