"""The roles that a member or an API key can have, as they are shown."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from earshot.domain.access import Role, scopes_of

if TYPE_CHECKING:
    from typing import Annotated, TypedDict

    from earshot.api.json_types import words
    from earshot.domain.access import SCOPES

    class RoleView(TypedDict):
        """A role: a named set of scopes."""

        role: Annotated[str, words(*(role.value for role in Role))]
        may: Annotated[str, "What it may do, in a sentence."]
        scopes: list[Annotated[str, words(*SCOPES)]]

    class RoleList(TypedDict):
        """All roles."""

        roles: list[RoleView]


MAY: Mapping[Role, str] = {
    Role.OWNER: "Reads and changes everything, manages the team and API keys, and erases.",
    Role.MANAGER: "Reads and changes everything but the team, API keys and secrets; corrects, but never erases.",
    Role.FRONTLINE: "Reads scores, responses and people, corrects responses, and works on cases.",
    Role.EXECUTIVE: "Reads scores, comments and the state of cases, but nothing that was written about a case.",
    Role.ANALYST: "Reads scores and responses, and exports them.",
}


def roles_view() -> "RoleList":
    """Show all roles."""
    return {"roles": [{"role": role.value, "may": MAY[role], "scopes": list(scopes_of(role))} for role in Role]}
