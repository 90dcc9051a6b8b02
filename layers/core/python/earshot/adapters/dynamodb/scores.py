"""The rolling scores in DynamoDB: one item a series."""

from collections.abc import Mapping, Sequence
from json import dumps, loads
from typing import Any

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.table import ABSENT, Query, TableAdapter, put
from earshot.domain.score_summary import ScoreHistory, ScoreSummary, read_summary, written_history


class DynamoDBScores(TableAdapter):
    """The `Scores` port over the table."""

    def computed_at(self, survey: str, series: Sequence[str]) -> Mapping[str, int]:
        """Return for each series when it was last computed (Unix milliseconds)."""
        found = {
            item["series"]: item["computed_at"]
            for item in self._table.query(Query(partition=table_keys.scores(survey)))
        }
        return {name: found[name] for name in series if name in found}

    def summaries(self, wanted: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], ScoreSummary]:
        """Read the summaries of some series, each by survey and series, as far as they were computed."""
        items = self._table.get_many([table_keys.score_key(*each) for each in wanted], consistent=False)
        return {
            (item["survey"], item["series"]): read_summary(item["computed_at"], loads(item["windows"]), item["history"])
            for item in items
        }

    def put(
        self, survey: str, series: str, computed_at: int, windows: Mapping[str, Any], history: ScoreHistory
    ) -> None:
        """Store the windows of a series and its history, unless later ones are there."""
        item = {
            **table_keys.score_key(survey, series),
            "series": series,
            "type": "score",
            "survey": survey,
            "computed_at": computed_at,
            "windows": dumps(windows, separators=(",", ":")),
            "history": written_history(history),
        }
        self._table.write(put(item, f"{ABSENT} OR computed_at < :now", now=computed_at))
