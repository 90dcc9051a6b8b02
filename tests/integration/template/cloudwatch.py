"""As much of CloudWatch as the template's alarms need: metrics by the minute, those made of log lines, and states.

Alarms, metric filters and their references are those of the translated template; a resource goes by its logical name.
"""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

from tests.integration.template.stack import Properties, Stack

Series = dict[int, list[float]]
STATISTICS: dict[str, Callable[[list[float]], float]] = {"Sum": sum, "Maximum": max}
COMPARED = re.compile(r'\$\.([\w.]+) (=|!=|>) ("[^"]*"|\d+)')
SILENT = re.compile(r"IF\((\w+) > 0 AND FILL\((\w+), 0\) == 0, 1, 0\)")


class CloudWatch:
    """The metrics of one account, in minutes from 0 on, and the alarms of one stack."""

    def __init__(self, deployed: Stack) -> None:
        self._stack = deployed
        self._series: dict[tuple[str, str, frozenset[tuple[str, str]]], Series] = defaultdict(lambda: defaultdict(list))
        self._filters = deployed.of_type("AWS::Logs::MetricFilter")

    def publish(self, namespace: str, name: str, minute: int, value: float, **dimensions: str) -> None:
        """Add a value, as an AWS service does."""
        self._series[namespace, name, frozenset(dimensions.items())][minute].append(value)

    def drop(self, namespace: str, name: str, **dimensions: str) -> None:
        """Drop a metric, as if it had never been published."""
        self._series.pop((namespace, name, frozenset(dimensions.items())), None)

    def log(self, line: str, minute: int) -> None:
        """Make metrics of a line of the functions' log group, as the metric filters say."""
        read = json.loads(line)
        for each in self._filters.values():
            if matches(each["FilterPattern"], read):
                (made,) = each["MetricTransformations"]
                value = made["MetricValue"]
                found = _at(read, value.removeprefix("$.")) if value.startswith("$.") else float(value)
                self.publish(_text(made["MetricNamespace"]), made["MetricName"], minute, found)

    def ringing(self, minute: int) -> set[str]:
        """Name the alarms that are in the state ALARM at the end of a minute."""
        alarms = self._stack.of_type("AWS::CloudWatch::Alarm")
        return {name for name, alarm in alarms.items() if self._rings(alarm, minute)}

    def _rings(self, alarm: Properties, minute: int) -> bool:
        times = alarm["EvaluationPeriods"]
        points = [self._point(alarm, minute, back) for back in range(times)]
        breaching = [point is not None and _breaches(alarm, point) for point in points]
        return bool(sum(breaching) >= alarm.get("DatapointsToAlarm", times))

    def _point(self, alarm: Properties, minute: int, back: int) -> float | None:
        """Return the value of a period, the last one if `back` is 0; None if there are no data."""
        if "Metrics" not in alarm:
            return self._value(alarm, alarm["Statistic"], alarm["Period"], minute, back)
        by_id = {each["Id"]: each.get("MetricStat") for each in alarm["Metrics"]}
        (expression,) = [each["Expression"] for each in alarm["Metrics"] if each["ReturnData"]]
        read = SILENT.fullmatch(expression)
        assert read, f"this CloudWatch does not know {expression}"
        changes, runs = (
            self._value(stat["Metric"], stat["Stat"], stat["Period"], minute, back)
            for stat in (by_id[read[1]], by_id[read[2]])
        )
        return None if changes is None else float(changes > 0 and not runs)

    def _value(self, metric: Properties, statistic: str, period: int, minute: int, back: int) -> float | None:
        dimensions = frozenset((each["Name"], self._name(each["Value"])) for each in metric.get("Dimensions", ()))
        series = self._series.get((_text(metric["Namespace"]), metric["MetricName"], dimensions), {})
        end = minute - back * period // 60
        found = [value for at in range(end - period // 60 + 1, end + 1) for value in series.get(at, ())]
        return STATISTICS[statistic](found) if found else None

    def _name(self, value: Any) -> str:
        """Return the logical name that a dimension's value refers to; in an ARN it is cut out of it."""
        while isinstance(value, Mapping) and set(value) & {"Fn::Select", "Fn::Split"}:
            value = next(iter(value.values()))[1]
        return value if isinstance(value, str) else self._stack.target(value)


def matches(pattern: str, line: Mapping[str, Any]) -> bool:
    """Compare a line with a metric filter's pattern, as far as the template's go: comparisons joined by `&&`."""
    inner = pattern.strip().removeprefix("{").removesuffix("}")
    return all(_holds(part.strip(), line) for part in inner.split("&&"))


def _holds(comparison: str, line: Mapping[str, Any]) -> bool:
    read = COMPARED.fullmatch(comparison)
    assert read, f"this CloudWatch does not know {comparison}"
    try:
        found = _at(line, read[1])
    except (KeyError, TypeError):
        return False
    wanted = json.loads(read[3])
    if read[2] == ">":
        return isinstance(found, int | float) and found > wanted
    return (found == wanted) is (read[2] == "=")


def _at(line: Mapping[str, Any], path: str) -> Any:
    return reduce(lambda node, name: node[name], path.split("."), line)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value["Fn::Sub"])


def _breaches(alarm: Properties, point: float) -> bool:
    if alarm["ComparisonOperator"] == "LessThanThreshold":
        return point < float(alarm["Threshold"])
    assert alarm["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"
    return point >= float(alarm["Threshold"])
