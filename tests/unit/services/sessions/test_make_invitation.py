"""An invitation is kept by its hash, for a member and their present address."""

from earshot.domain.members import removed
from earshot.domain.sessions import hash_of
from earshot.domain.sign_ins import TeamInvitation, address_hash
from earshot.services.sessions.make_invitation import invitation_path, make_invitation, with_address
from tests.factories import NOON, make_member
from tests.fakes.team import InMemoryMembers
from tests.unit.services.sessions.sign_in_world import KIM, SigningIn


def test_an_invitation_is_kept_without_its_token() -> None:
    world = SigningIn()
    make_invitation(KIM, "token", NOON, world.sign_ins)
    hashed = hash_of("token")
    assert world.sign_ins.invitations == {hashed: TeamInvitation(hashed, "kim", address_hash(KIM.email), NOON)}
    assert invitation_path("token") == "/app/invitation/token"


def test_a_member_is_found_by_address_while_they_belong_to_the_team() -> None:
    members = InMemoryMembers(make_member("ann"), KIM, removed(make_member("lee"), NOON))
    assert with_address("KIM@example.com", members) == KIM
    assert with_address("lee@example.com", members) is None
    assert with_address("", members) is None
