"""Make an invitation to the team: a link that signs a member in once, within 72 hours."""

from earshot.domain.members import Member
from earshot.domain.sessions import hash_of
from earshot.domain.sign_ins import TeamInvitation, address_hash
from earshot.ports.sessions import SignIns
from earshot.ports.team import Members


def make_invitation(member: Member, token: str, now: int, sign_ins: SignIns) -> None:
    """Keep an invitation of a member by the hash of its new token."""
    sign_ins.invite(TeamInvitation(hash_of(token), member.id, address_hash(member.email), now))


def with_address(address: str, members: Members) -> Member | None:
    """Return the member with this address; None if there is none (any more)."""
    hashed = address_hash(address)
    return next(
        (each for each in members.all().values() if each.removed_at is None and address_hash(each.email) == hashed),
        None,
    )


def invitation_path(token: str) -> str:
    """Return the path of an invitation's page."""
    return f"/app/invitation/{token}"
