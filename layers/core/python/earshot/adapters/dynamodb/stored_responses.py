"""Responses as they are stored, each read by its key; many functions need no more of them than this."""

from collections.abc import Iterable, Mapping

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.response_items import read_either
from earshot.adapters.dynamodb.table import TableAdapter
from earshot.domain.response import Alias, Key, Response


class DynamoDBStoredResponses(TableAdapter):
    """The `StoredResponses` port over the table."""

    def find(self, survey: str, response_id: str) -> Response | None:
        """Read a response as it is now, following an alias."""
        found = self._get(survey, response_id)
        if isinstance(found, Alias):
            found = self._get(survey, found.target)
        return found if isinstance(found, Response) else None

    def find_many(self, wanted: Iterable[Key], *, surely: bool = True) -> Mapping[Key, Response]:
        """Read distinct responses as they are now, a hundred a call, following aliases."""
        found = self._read(wanted, surely=surely)
        aliases = {key: (alias.survey, alias.target) for key, alias in found.items() if isinstance(alias, Alias)}
        targets = self._read(set(aliases.values()), surely=surely)
        found |= {key: targets[target] for key, target in aliases.items() if target in targets}
        return {key: response for key, response in found.items() if isinstance(response, Response)}

    def _read(self, wanted: Iterable[Key], *, surely: bool) -> dict[Key, Response | Alias]:
        items = self._table.get_many([table_keys.response_key(*key) for key in wanted], consistent=surely)
        return {(item["survey"], item["sk"]): read_either(item) for item in items}

    def _get(self, survey: str, response_id: str) -> Response | Alias | None:
        item = self._table.get(table_keys.response_key(survey, response_id))
        return read_either(item) if item else None
