"""CloudWatch's numbers of the last hour, many in one call."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from earshot_cli.ops.stack import Stack

MOST_PER_CALL = 500
PERIOD = 60
LOOK_BACK = timedelta(hours=1)


@dataclass(frozen=True)
class Metric:
    """One metric of one resource: `of` is the value of the dimension."""

    namespace: str
    name: str
    dimension: str
    of: str
    statistic: str

    def query(self, number: int) -> dict[str, Any]:
        """Return the query for it as CloudWatch takes it."""
        dimensions = [{"Name": self.dimension, "Value": self.of}]
        metric = {"Namespace": self.namespace, "MetricName": self.name, "Dimensions": dimensions}
        return {"Id": f"m{number}", "MetricStat": {"Metric": metric, "Period": PERIOD, "Stat": self.statistic}}


Series = Mapping[Metric, Sequence[float]]


def read_metrics(stack: Stack, metrics: Iterable[Metric]) -> Series:
    """Read the last hour minute by minute, newest first; metrics without a value are left out."""
    asked, now = list(metrics), datetime.now(UTC)
    client, found = stack.client("cloudwatch"), {}
    for first in range(0, len(asked), MOST_PER_CALL):
        some = asked[first : first + MOST_PER_CALL]
        pages = client.get_paginator("get_metric_data").paginate(
            MetricDataQueries=[metric.query(number) for number, metric in enumerate(some)],
            StartTime=now - LOOK_BACK,
            EndTime=now + timedelta(minutes=1),
        )
        results = [result for page in pages for result in page["MetricDataResults"]]
        found.update({some[int(result["Id"][1:])]: _newest_first(result) for result in results if result["Values"]})
    return found


def last(series: Series, metric: Metric) -> float | None:
    """Return the newest value; None if there was none in the last hour."""
    return next(iter(series.get(metric, ())), None)


def _newest_first(result: Mapping[str, Any]) -> list[float]:
    together = sorted(zip(result["Timestamps"], result["Values"], strict=True), key=lambda pair: str(pair[0]))
    return [float(value) for _, value in reversed(together)]
