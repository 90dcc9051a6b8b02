"""Batches on their way to the API, which takes a batch whole or not at all."""

import re
from collections import Counter
from itertools import islice
from typing import Any

from earshot_cli.client import Client, survey_path
from earshot_cli.imports.batches import body, people_body
from earshot_cli.imports.columns import Columns
from earshot_cli.imports.person_rows import PersonReader
from earshot_cli.imports.rejected_rows import RejectedRows
from earshot_cli.imports.rows import Reason, Row
from earshot_cli.imports.suppress import suppress
from earshot_cli.problems import RefusedError

ROW_FIELD = re.compile(r"(?:responses|people)\[(\d+)\]\.?(.*)", re.DOTALL)


class Upload:
    """Sends batches until every row of them is accepted or rejected with a reason."""

    def __init__(self, client: Client, columns: Columns, rejected: RejectedRows) -> None:
        self.accepted = 0
        self._client = client
        self._columns = columns
        self._rejected = rejected

    def send(self, batch: list[Row]) -> None:
        """Send one batch; rows the API names as faulty are rejected, and the others sent again."""
        while batch:
            try:
                reply = self._post(batch)
            except RefusedError as refused:
                batch = self._rest(batch, refused)
            else:
                self.accepted += len(batch)
                self._accept(reply)
                return

    def _post(self, batch: list[Row]) -> dict[str, Any]:
        raise NotImplementedError

    def _accept(self, reply: dict[str, Any]) -> None:
        raise NotImplementedError

    def _rest(self, batch: list[Row], refused: RefusedError) -> list[Row]:
        if refused.status == 413:
            return self._rest_of_too_large(batch, refused)
        reasons = self._reasons(refused)
        faulty = {at for at in reasons if at < len(batch)}
        if refused.status != 400 or not faulty:
            raise refused
        for at in sorted(faulty):
            self._rejected.add(batch[at].record, reasons[at], batch[at].occurrence)
        return [row for at, row in enumerate(batch) if at not in faulty]

    def _rest_of_too_large(self, batch: list[Row], refused: RefusedError) -> list[Row]:
        if len(batch) == 1:
            self._rejected.add(batch[0].record, [Reason("", str(refused))], batch[0].occurrence)
            return []
        self.send(batch[: len(batch) // 2])
        return batch[len(batch) // 2 :]

    def _reasons(self, refused: RefusedError) -> dict[int, list[Reason]]:
        reasons: dict[int, list[Reason]] = {}
        for field, text in refused.errors:
            if found := ROW_FIELD.fullmatch(field):
                reasons.setdefault(int(found[1]), []).append(Reason(self._columns.named(found[2]), text))
        return reasons


class ResponseUpload(Upload):
    """Sends the responses of an import into a survey; without an import they are checked, and not kept."""

    def __init__(
        self,
        client: Client,
        survey: str,
        columns: Columns,
        rejected: RejectedRows,
        publish: bool = False,
        import_id: str | None = None,
        *,
        update: bool = False,
    ) -> None:
        super().__init__(client, columns, rejected)
        self.updates = update
        self._path = survey_path(survey, "responses")
        self._shared = {"announce": publish} | ({"import": import_id} if import_id else {})
        self._shared |= {"update": True} if update else {}
        self._query = None if import_id else {"check": "true"}

    def _post(self, batch: list[Row]) -> dict[str, Any]:
        return self._client.call("POST", self._path, body(batch, **self._shared), query=self._query)

    def _accept(self, reply: dict[str, Any]) -> None:
        pass


class PeopleUpload(Upload):
    """Sends people, and counts what became of them; first the addresses that the reader found suppressed."""

    def __init__(self, client: Client, columns: Columns, rejected: RejectedRows, reader: PersonReader) -> None:
        super().__init__(client, columns, rejected)
        self.outcomes: Counter[str] = Counter()
        self._reader = reader
        self._suppressed = 0

    def suppress(self) -> None:
        """Suppress every address that the reader found since the last call; those of rejected rows, too."""
        found = list(islice(self._reader.suppressed.items(), self._suppressed, None))
        _, refused = suppress(self._client, [suppressed for _, suppressed in found])
        for place in refused:
            del self._reader.suppressed[found[place][0]]
        self._reader.unread += len(refused)
        self._suppressed += len(found) - len(refused)

    def _post(self, batch: list[Row]) -> dict[str, Any]:
        # Before the people, so that they are not asked meanwhile.
        self.suppress()
        return self._client.call("POST", "/v1/people", people_body(batch))

    def _accept(self, reply: dict[str, Any]) -> None:
        self.outcomes.update(str(one["outcome"]) for one in reply["people"])
