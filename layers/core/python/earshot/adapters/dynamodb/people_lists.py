"""The people in two orders, in indexes of DynamoDB: by id, and by name."""

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.table import Index, Query, TableAdapter
from earshot.domain.people_search import name_key

# Nothing that begins with a text sorts above the text with this character behind it.
HIGHEST = "\U0010ffff"
LOWEST = "\x00"


class DynamoDBPeopleLists(TableAdapter):
    """The `PeopleLists` port over the indexes; a page is one query of each of their four parts."""

    def by_id(self, prefix: str, limit: int, after: str = "") -> tuple[list[str], str | None]:
        """Return ids that begin with a text in order, and after which the next page begins."""
        return self._page(table_keys.PEOPLE_INDEX, prefix, limit, after)

    def by_name(self, prefix: str, limit: int, after: str = "") -> tuple[list[str], str | None]:
        """Return the ids of those whose name begins with a text, in the order of names, as `by_id` does."""
        return self._page(table_keys.NAME_INDEX, name_key(prefix), limit, after)

    def _page(self, index: Index, prefix: str, limit: int, after: str) -> tuple[list[str], str | None]:
        found: list[tuple[str, str]] = []
        is_whole = True
        for shard in range(table_keys.SHARDS):
            entries, ended = self._read(index, table_keys.people(shard), prefix, limit + 1, after)
            found += entries
            is_whole = is_whole and ended
        # Each part gave its first ones, so the first of all are among them.
        found.sort(key=lambda entry: entry[0].encode())
        page = found[:limit]
        has_more = page and (len(found) > limit or not is_whole)
        return [person for _, person in page], page[-1][0] if has_more else None

    def _read(self, index: Index, part: str, prefix: str, limit: int, after: str) -> tuple[list[tuple[str, str]], bool]:
        """Return the first entries of a part behind `after`, each its order and the person, and whether these are all.

        The entry that `after` names is read once more: a sort key knows no condition for both ends that leaves one out.
        """
        low, high = after or prefix or LOWEST, prefix + HIGHEST
        items, more = self._table.page(Query(partition=part, index=index, low=low, high=high, limit=limit + 1))
        found = [(str(item[index.sort]), table_keys.person_of(item["pk"])) for item in items]
        return [entry for entry in found if entry[0] != after], more is None
