"""The members of the team in DynamoDB, all in one partition."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.access_items import access_attribute, read_access
from earshot.adapters.dynamodb.table import ABSENT, Item, Query, TableAdapter, check, put
from earshot.domain.access import Role
from earshot.domain.members import Absence, Member


class DynamoDBMembers(TableAdapter):
    """The `Members` port over the table."""

    def all(self) -> dict[str, Member]:
        """Read all members, with those who were removed, as they are now, by id."""
        items = self._table.query(Query(partition=table_keys.TEAM, consistent=True))
        return {found.id: found for found in map(read_member, items)}

    def get(self, member: str) -> Member | None:
        """Read a member as they are now, also one who was removed."""
        item = self._table.get(table_keys.member_key(member))
        return read_member(item) if item else None

    def put(self, member: Member, replaces: Member | None, followed: Sequence[Member] = ()) -> bool:
        """Write a member if they still are what this `replaces`, and those `followed` what they were; else False."""
        item = member_item(member)
        written = put(item, ABSENT) if replaces is None else put(item, "v = :old", old=replaces.revision)
        same = [check(table_keys.member_key(each.id), "v = :old", old=each.revision) for each in followed]
        return self._table.transact(written, *same) if same else self._table.write(written)


def member_item(member: Member) -> dict[str, Any]:
    """Write a member; one who was removed has neither address nor name."""
    away = member.away
    return {
        **table_keys.member_key(member.id),
        "type": "member",
        "v": member.revision,
        "email": member.email or None,
        "name": member.name,
        "role": member.role.value,
        "lead": member.lead,
        "deputy": member.deputy,
        "away": [away.first.isoformat(), away.last.isoformat()] if away else None,
        "timezone": member.timezone,
        "locale": member.locale,
        "calendar": member.calendar,
        "access": access_attribute(member.access),
        "made_at": member.made_at,
        "removed_at": member.removed_at,
    }


def read_member(item: Item) -> Member:
    """Read a member back; KeyError, TypeError or ValueError if the item is none."""
    return Member(
        id=item["sk"],
        email=item.get("email", ""),
        name=item.get("name"),
        role=Role(item["role"]),
        lead=item.get("lead"),
        deputy=item.get("deputy"),
        away=Absence(*map(date.fromisoformat, item["away"])) if "away" in item else None,
        timezone=item["timezone"],
        locale=item["locale"],
        calendar=item.get("calendar"),
        access=read_access(item.get("access")),
        made_at=item["made_at"],
        removed_at=item.get("removed_at"),
        revision=item["v"],
    )
