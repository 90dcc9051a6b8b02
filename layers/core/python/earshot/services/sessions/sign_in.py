"""Sign in with the link or the code of a mail, in the browser that asked; and by an invitation, in any."""

from collections.abc import Callable
from dataclasses import dataclass

from earshot.domain.errors import NotSignedInError
from earshot.domain.members import Member
from earshot.domain.sessions import Session, hash_of
from earshot.domain.sign_ins import Asking, TeamInvitation, is_addressed_to
from earshot.ports.sessions import SignIns
from earshot.ports.team import Members
from earshot.services.sessions.ask_to_sign_in import Limiter


@dataclass(frozen=True, slots=True)
class SignInDeps:
    """What signing in works with; `new_token` makes 32 random bytes as text, `now` is in Unix milliseconds."""

    sign_ins: SignIns
    members: Members
    limiter: Limiter
    new_token: Callable[[], str]
    now: int


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that has begun, with its token, which nothing else keeps, and the page to show."""

    session: Session
    token: str
    next: str


def open_link(token: str, browser: str | None, deps: SignInDeps) -> Asking | None:
    """Return the asking of a mail's link, in the browser that asked; None in another, and once it is over."""
    asking = deps.sign_ins.asking(hash_of(browser)) if browser else None
    if asking is None or asking.is_over(deps.now) or not asking.has_link(token):
        return None
    return asking


def sign_in_by_link(token: str, browser: str | None, name: str, deps: SignInDeps) -> SignedIn | None:
    """Sign in with a mail's link; None if it is not, or no longer, good in this browser, whose short `name` is kept."""
    asking = open_link(token, browser, deps)
    return None if asking is None else _finish(asking, name, deps)


def sign_in_by_code(code: str, browser: str | None, name: str, deps: SignInDeps) -> SignedIn | None:
    """Sign in with a mail's code in the browser that asked; None for a wrong one.

    NotSignedInError if there is nothing to try any more; TooManyError if the address had too many codes today.
    """
    asking = deps.sign_ins.count_try(hash_of(browser)) if browser else None
    if asking is None or asking.is_over(deps.now):
        raise NotSignedInError("the code is older than ten minutes, or was tried too often; ask for a new mail")
    deps.limiter.count_code(asking.address_hash)
    return _finish(asking, name, deps) if asking.has_code(code) else None


def open_invitation(token: str, deps: SignInDeps) -> tuple[TeamInvitation, Member] | None:
    """Return an invitation to the team and its member; None once it is over, or if it is none."""
    invitation = deps.sign_ins.invitation(hash_of(token))
    if invitation is None or invitation.is_over(deps.now):
        return None
    member = deps.members.get(invitation.member)
    if member is None or not is_addressed_to(invitation.address_hash, member, invitation.made_at):
        return None
    return invitation, member


def accept_invitation(token: str, name: str, deps: SignInDeps) -> SignedIn | None:
    """Sign in by an invitation; None if it is not, or no longer, good."""
    found = open_invitation(token, deps)
    if found is None:
        return None
    begun = _begin(found[1].id, name, "/app", deps)
    return begun if deps.sign_ins.join(found[0], begun.session) else None


def _finish(asking: Asking, name: str, deps: SignInDeps) -> SignedIn | None:
    member = deps.members.get(asking.given.member) if asking.given else None
    if member is None or not is_addressed_to(asking.address_hash, member, asking.asked_at):
        return None
    begun = _begin(member.id, name, asking.next, deps)
    return begun if deps.sign_ins.finish(asking, begun.session) else None


def _begin(member: str, name: str, page: str, deps: SignInDeps) -> SignedIn:
    """Return a session that is always new, whatever the browser had before."""
    token = deps.new_token()
    return SignedIn(Session(hash_of(token), member, deps.now, deps.now, name), token, page or "/app")
