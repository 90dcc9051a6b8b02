"""What waits until somebody signs in, in DynamoDB: small items by hashes, which expire."""

from typing import Any

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.sessions import starting
from earshot.adapters.dynamodb.table import ABSENT, EXISTS, Item, TableAdapter, delete, put, update
from earshot.domain.sessions import Session
from earshot.domain.sign_ins import ASKING_MS, INVITATION_MS, MOST_TRIES, Asking, Given, TeamInvitation

# A code is counted before it is compared: of many at once no more count than may.
LEFT = f"{EXISTS} AND tries < :most"


class DynamoDBSignIns(TableAdapter):
    """The `SignIns` port over the table."""

    def ask(self, asking: Asking) -> None:
        """Write an asking: one write unit."""
        self._table.write(put(asking_item(asking), ABSENT))

    def asking(self, hashed: str) -> Asking | None:
        """Read an asking: one read unit."""
        item = self._table.get(table_keys.asking_key(hashed))
        return read_asking(item) if item else None

    def give(self, hashed: str, given: Given) -> bool:
        """Write the hashes of a mail; one write unit."""
        change = "SET #member = :member, link_hash = :link, code_hash = :code"
        values = {"member": given.member, "link": given.link_hash, "code": given.code_hash}
        return self._table.write(update(table_keys.asking_key(hashed), change, EXISTS, None, **values))

    def count_try(self, hashed: str) -> Asking | None:
        """Count a try; of those at the same moment each counts."""
        counting = update(table_keys.asking_key(hashed), "ADD tries :one", LEFT, one=1, most=MOST_TRIES)
        item = self._table.written(counting)
        return read_asking(item) if item else None

    def finish(self, asking: Asking, session: Session) -> bool:
        """Remove an asking and start its session in one transaction: of two tries one gets it."""
        return self._table.transact(delete(table_keys.asking_key(asking.hash), EXISTS), *starting(session))

    def invite(self, invitation: TeamInvitation) -> None:
        """Write an invitation: one write unit."""
        self._table.write(put(invitation_item(invitation), ABSENT))

    def invitation(self, hashed: str) -> TeamInvitation | None:
        """Read an invitation: one read unit."""
        item = self._table.get(table_keys.team_invitation_key(hashed))
        return read_invitation(item) if item else None

    def join(self, invitation: TeamInvitation, session: Session) -> bool:
        """Remove an invitation and start its session in one transaction: of two tries one gets it."""
        removed = delete(table_keys.team_invitation_key(invitation.hash), EXISTS)
        return self._table.transact(removed, *starting(session))


def asking_item(asking: Asking) -> dict[str, Any]:
    """Write an asking; what it lacks takes no room."""
    given = asking.given
    return {
        **table_keys.asking_key(asking.hash),
        "type": "asking to sign in",
        "address_hash": asking.address_hash,
        "asked_at": asking.asked_at,
        "next": asking.next or None,
        "member": given.member if given else None,
        "link_hash": given.link_hash if given else None,
        "code_hash": given.code_hash if given else None,
        "tries": asking.tries,
        "expires": (asking.asked_at + ASKING_MS) // 1000,
    }


def read_asking(item: Item) -> Asking:
    """Read an asking back; KeyError or TypeError if the item is none."""
    return Asking(
        hash=item["pk"].removeprefix(table_keys.ASKINGS),
        address_hash=item["address_hash"],
        asked_at=item["asked_at"],
        next=item.get("next", ""),
        given=Given(item["member"], item["link_hash"], item["code_hash"]) if "member" in item else None,
        tries=item["tries"],
    )


def invitation_item(invitation: TeamInvitation) -> dict[str, Any]:
    """Write an invitation."""
    return {
        **table_keys.team_invitation_key(invitation.hash),
        "type": "invitation to the team",
        "member": invitation.member,
        "address_hash": invitation.address_hash,
        "made_at": invitation.made_at,
        "expires": (invitation.made_at + INVITATION_MS) // 1000,
    }


def read_invitation(item: Item) -> TeamInvitation:
    """Read an invitation back; KeyError or TypeError if the item is none."""
    return TeamInvitation(
        hash=item["pk"].removeprefix(table_keys.TEAM_INVITATIONS),
        member=item["member"],
        address_hash=item["address_hash"],
        made_at=item["made_at"],
    )
