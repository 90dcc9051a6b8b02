"""What a caller may do: a role is a named set of scopes, access is which rows; one function decides for all."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

SCOPES = (
    "surveys:read",
    "surveys:write",
    "scores:read",
    "responses:read",
    "responses:write",
    "people:read",
    "people:write",
    "identity:read",
    "alerts:read",
    "alerts:write",
    "cases:read",
    "cases:write",
    "team:read",
    "team:write",
    "views:write",
    "erasure",
    "keys",
)


class Role(Enum):
    """What a member does with feedback, in the word of the API."""

    OWNER = "owner"
    MANAGER = "manager"
    FRONTLINE = "frontline"
    EXECUTIVE = "executive"
    ANALYST = "analyst"


_READS = ("surveys:read", "scores:read", "responses:read")

# A manager manages neither the team nor keys, reads no secret and erases nothing.
_OWNERS_ONLY = frozenset({"team:write", "keys", "identity:read", "erasure"})

SCOPES_OF: Mapping[Role, frozenset[str]] = {
    Role.OWNER: frozenset(SCOPES),
    Role.MANAGER: frozenset(SCOPES) - _OWNERS_ONLY,
    Role.FRONTLINE: frozenset(
        {*_READS, "responses:write", "people:read", "cases:read", "cases:write", "team:read", "views:write"}
    ),
    # Comments without the person who wrote them.
    Role.EXECUTIVE: frozenset({*_READS, "cases:read", "views:write"}),
    Role.ANALYST: frozenset({*_READS, "views:write"}),
}


@dataclass(frozen=True, slots=True)
class Access:
    """Which rows a caller meets: `surveys` (None: all), one value of a tracked segment, the accounts they own."""

    surveys: tuple[str, ...] | None = None
    segment: tuple[str, str] | None = None
    own_accounts: bool = False

    @property
    def is_whole(self) -> bool:
        """Return whether it leaves nothing out."""
        return self == EVERYTHING

    @property
    def has_whole_surveys(self) -> bool:
        """Return whether all rows of its surveys are in it."""
        return self.segment is None and not self.own_accounts

    def has_survey(self, survey: str) -> bool:
        """Return whether rows of a survey may be in it."""
        return self.surveys is None or survey in self.surveys


EVERYTHING = Access()


@dataclass(frozen=True, slots=True)
class Row:
    """What decides whether a row is in an access: properties, and who owns its account and the row itself."""

    properties: Mapping[str, str] = field(default_factory=dict)
    account_owner: str | None = None
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class Caller:
    """A member who signed in, or an API key: scopes, access, and the role if they have one."""

    scopes: frozenset[str]
    access: Access = EVERYTHING
    member: str | None = None
    role: Role | None = None


def allowed(caller: Caller, scope: str, survey: str | None = None, row: Row | None = None) -> bool:
    """Return whether a caller may do what a scope names: at all, with a survey, with a row of it.

    Without a row the question is whether any row of the survey may be in their access. A row that a member owns
    themselves, such as a case, is in their access if its survey is.
    """
    if scope not in caller.scopes or (survey is not None and not caller.access.has_survey(survey)):
        return False
    return row is None or meets(caller, row)


def meets(caller: Caller, row: Row) -> bool:
    """Return whether a row of a survey that is in the access of a caller is in it, too."""
    access = caller.access
    if access.has_whole_surveys:
        return True
    if caller.member is not None and row.owner == caller.member:
        return True
    if access.segment is not None:
        name, value = access.segment
        if row.properties.get(name) != value:
            return False
    return not access.own_accounts or (caller.member is not None and row.account_owner == caller.member)


def scopes_of(role: Role) -> tuple[str, ...]:
    """Return the scopes of a role, in their order."""
    return tuple(scope for scope in SCOPES if scope in SCOPES_OF[role])


def reads_words_of_cases(caller: Caller) -> bool:
    """Return whether a caller reads the words of cases: their comments, and the notes on them.

    Executives read comments as responses, but not what colleagues wrote about a case.
    """
    return "responses:read" in caller.scopes and caller.role is not Role.EXECUTIVE


def is_within(inner: Access, outer: Access) -> bool:
    """Return whether an access holds nothing that another one leaves out."""
    if outer.surveys is not None and (inner.surveys is None or not set(inner.surveys) <= set(outer.surveys)):
        return False
    if outer.segment is not None and inner.segment != outer.segment:
        return False
    return inner.own_accounts or not outer.own_accounts
