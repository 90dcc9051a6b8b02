"""Batches on their way to the API, which takes a batch whole or not at all."""

import re

from earshot_cli.client import Client, survey_path
from earshot_cli.importing.arrival import Arrivals
from earshot_cli.importing.batches import body
from earshot_cli.importing.columns import Columns
from earshot_cli.importing.refusals import Refusals
from earshot_cli.importing.rows import Reason, Row
from earshot_cli.problems import RefusedError

ROW_FIELD = re.compile(r"responses\[(\d+)\]\.?(.*)", re.DOTALL)


class Delivery:
    """Sends batches until every row of them is accepted or refused with a reason."""

    def __init__(self, client: Client, survey: str, columns: Columns, refusals: Refusals, announce: bool) -> None:
        self.accepted = 0
        self.arrivals = Arrivals(client, survey)
        self._client = client
        self._path = survey_path(survey, "responses")
        self._columns = columns
        self._refusals = refusals
        self._announce = announce

    def send(self, batch: list[Row]) -> None:
        """Send one batch; rows the API names as faulty are refused, and the others sent again."""
        while batch:
            try:
                answer = self._client.call("POST", self._path, body(batch, self._announce))
            except RefusedError as refused:
                batch = self._rest(batch, refused)
            else:
                self.accepted += len(batch)
                self.arrivals.expect(answer["ids"])
                return

    def _rest(self, batch: list[Row], refused: RefusedError) -> list[Row]:
        if refused.status == 413:
            return self._rest_of_too_large(batch, refused)
        reasons = self._reasons(refused)
        faulty = {at for at in reasons if at < len(batch)}
        if refused.status != 400 or not faulty:
            raise refused
        for at in sorted(faulty):
            self._refusals.add(batch[at].line, batch[at].number, reasons[at])
        return [row for at, row in enumerate(batch) if at not in faulty]

    def _rest_of_too_large(self, batch: list[Row], refused: RefusedError) -> list[Row]:
        if len(batch) == 1:
            self._refusals.add(batch[0].line, batch[0].number, [Reason("", str(refused))])
            return []
        self.send(batch[: len(batch) // 2])
        return batch[len(batch) // 2 :]

    def _reasons(self, refused: RefusedError) -> dict[int, list[Reason]]:
        reasons: dict[int, list[Reason]] = {}
        for field, text in refused.errors:
            if found := ROW_FIELD.fullmatch(field):
                reasons.setdefault(int(found[1]), []).append(Reason(self._columns.named(found[2]), text))
        return reasons
