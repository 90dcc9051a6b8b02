"""The team of the made-up company: who answers for feedback, at addresses that reach nobody."""

from earshot.domain.access import Role
from earshot.domain.members import Member

OWNER, MANAGER, EXECUTIVE, ANALYST = "ines", "oskar", "vera", "nils"
# They look after the accounts, and take turns in owning cases.
SUPPORT = ("lea", "tom")
# Who owns cases that nobody else does, and the role whose members take turns.
CASE_OWNER, CASE_ROLE = MANAGER, Role.FRONTLINE
_PEOPLE = (
    (OWNER, "Ines Falk", Role.OWNER, None),
    (MANAGER, "Oskar Brandt", Role.MANAGER, OWNER),
    (SUPPORT[0], "Lea Castell", Role.FRONTLINE, MANAGER),
    (SUPPORT[1], "Tom Marsh", Role.FRONTLINE, MANAGER),
    (EXECUTIVE, "Vera Lind", Role.EXECUTIVE, None),
    (ANALYST, "Nils Holm", Role.ANALYST, MANAGER),
)


def members(made_at: int) -> dict[str, Member]:
    """Return the members by their ids, made at a moment (Unix milliseconds)."""
    return {
        member: Member(member, f"{member}@example.com", name, role, lead=lead, made_at=made_at)
        for member, name, role, lead in _PEOPLE
    }
