"""A bill: what stands in the template by the month, and what work costs, line by line."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.price.price_list import PriceList
from benchmarks.price.template import Stack, counting
from benchmarks.price.work import Work

MILLION = 1_000_000
# What a new table on demand takes a second at once, in units; nothing is charged for it.
WARM_WRITES, WARM_READS = 4_000, 12_000


@dataclass(frozen=True)
class Line:
    """A line of a bill: what is charged, how it comes about, and dollars."""

    what: str
    how: str
    dollars: float


def total(lines: Iterable[Line]) -> float:
    """Return the sum of lines."""
    return sum(line.dollars for line in lines)


@dataclass(frozen=True)
class Bill:
    """Prices a stack and the work that was measured on it."""

    stack: Stack
    listed: PriceList

    def idle(self, month: Work) -> list[Line]:
        """Return what a month costs in which nobody uses the stack."""
        return [*self._standing(), *self._polling(), *self._metrics(month.metrics), *self.of_work(month)]

    def of_work(self, work: Work) -> list[Line]:
        """Return what some work costs, lines of nothing left out."""
        return [line for line in self._of_work(work) if line.dollars > 0]

    def used(self, month: Work, uses: Iterable[Work]) -> list[Line]:
        """Return what a month costs more once the stack is used at all, however little."""
        written = frozenset[str]().union(*(use.metrics for use in uses))
        lines = list(self._metrics(written - month.metrics))
        if made := self._made_of_lines(always=False):
            lines.append(self._line("metrics made of log lines", f"{made}, once a line fits", "metric", made))
        return lines

    def once(self) -> list[Line]:
        """Return what the first deployment costs with these parameters, and no later month."""
        tables = self.stack.of_type("AWS::DynamoDB::Table").values()
        given = [table["WarmThroughput"] for table in tables if "WarmThroughput" in table]
        lines = []
        for what, name, usual in (
            ("write", "WriteUnitsPerSecond", WARM_WRITES),
            ("read", "ReadUnitsPerSecond", WARM_READS),
        ):
            more = sum(max(0, int(each.get(name, usual)) - usual) for each in given)
            if more:
                how = f"{more:,} {what} units a second above those of a new table"
                lines.append(self._line(f"DynamoDB, warm {what}s", how, f"warm_{what}", more))
        return lines

    def _standing(self) -> Iterator[Line]:
        alarms = self.stack.of_type("AWS::CloudWatch::Alarm")
        metrics = sum(len(_metrics_of(alarm)) for alarm in alarms.values())
        yield self._line("alarms", f"{len(alarms)} alarms on {metrics} metrics", "alarm", metrics)
        for kind, name in (("Dashboard", "dashboard"), ("Secret", "secret")):
            service = {"Dashboard": "CloudWatch", "Secret": "SecretsManager"}[kind]
            number = len(self.stack.of_type(f"AWS::{service}::{kind}"))
            if number:
                yield self._line(f"{name}s" if number > 1 else name, str(number), name, number)
        if made := self._made_of_lines(always=True):
            yield self._line("metrics made of log lines", str(made), "metric", made)

    def _made_of_lines(self, *, always: bool) -> int:
        """Count the metrics made of lines that are no counts: those with a value for every other line, or the rest."""
        filters = self.stack.of_type("AWS::Logs::MetricFilter").values()
        made = [
            each
            for filter_ in filters
            for each in filter_["MetricTransformations"]
            if filter_["FilterPattern"] != counting(each["MetricName"])
        ]
        return sum(("DefaultValue" in each) == always for each in made)

    def _polling(self) -> Iterator[Line]:
        assumed, capped, free = self.listed.assumptions, 0, 0
        for mapping in self.stack.mappings.values():
            if self.stack.target(mapping["EventSourceArn"]) in self.stack.queues and mapping.get("Enabled", True):
                is_capped = "MaximumConcurrency" in mapping.get("ScalingConfig", {})
                capped, free = capped + is_capped, free + (not is_capped)
        pollers = capped * assumed["pollers_with_maximum_concurrency"] + free * assumed["pollers"]
        polls = pollers * assumed["polls_a_minute"] * self.listed.minutes
        how = f"{capped + free} queues, {pollers:.0f} pollers, {polls / MILLION:.2f} M empty receives"
        yield self._line("SQS, polling", how, "sqs_request", polls)

    def _metrics(self, metrics: frozenset[str]) -> Iterator[Line]:
        if metrics:
            names = ", ".join(sorted(metrics))
            yield self._line("own metrics", f"{len(metrics)}: {names}", "metric", len(metrics))

    def _of_work(self, work: Work) -> Iterator[Line]:
        listed = self.listed
        yield self._line("API Gateway", _of(work.requests, "request"), "api_request", work.requests)
        runs = sum(work.runs.values())
        seconds = {name: each / 1000 * self._gigabytes(name) for name, each in self._milliseconds(work).items()}
        named = sorted(work.runs.items(), key=lambda each: -each[1])
        how = ", ".join(f"{name} {_number(each)}" for name, each in named if each >= 0.0005)  # less is rounding
        dollars = runs * listed.prices["run"] + sum(seconds.values()) * listed.prices["gb_second"]
        yield Line("Lambda", f"runs of {how}; {_number(sum(seconds.values()))} GB-s", dollars)
        writes = work.writes - work.cap_writes
        yield self._line("DynamoDB, writing", _of(writes, "unit"), "write", writes)
        caps = f"{_of(work.cap_writes, 'unit')}, to count submissions"
        yield self._line("DynamoDB, caps", caps, "write", work.cap_writes)
        yield self._line("DynamoDB, reading", _of(work.reads, "unit"), "read", work.reads)
        yield self._line("SQS", _of(work.sqs_requests, "request"), "sqs_request", work.sqs_requests)
        yield self._line("EventBridge", _of(work.events, "event"), "event", work.events)
        yield self._line("Scheduler", _of(work.scheduled, "invocation"), "scheduled", work.scheduled)
        platform = sum(each * self._platform_bytes(name) for name, each in work.runs.items())
        how = _of(work.logged, "byte") + (f" of ours, {_number(platform)} of Lambda's" if platform else "")
        yield self._line("logs", how, "logged", work.logged + platform)
        yield self._line("data out", _of(work.bytes_out, "byte"), "byte_out", work.bytes_out)
        edge = listed.prices["cdn_request"] * work.cdn_requests + listed.prices["cdn_function"] * work.cdn_runs
        how = f"{_of(work.cdn_requests, 'request')}, {_of(work.cdn_bytes_out, 'byte')}; 10 M and 1 TB a month are free"
        yield Line("CloudFront", how, edge + listed.prices["cdn_byte_out"] * work.cdn_bytes_out)
        yield self._line("SES", _of(work.mails, "mail"), "mail", work.mails)

    def _milliseconds(self, work: Work) -> Mapping[str, float]:
        given = {name: runs * self.listed.milliseconds_of(name) for name, runs in work.runs.items()}
        return given | dict(work.milliseconds)

    def _gigabytes(self, function: str) -> float:
        return float(self.stack.functions[function]["MemorySize"]) / 1024

    def _platform_bytes(self, function: str) -> float:
        level = self.stack.functions[function].get("LoggingConfig", {}).get("SystemLogLevel", "INFO")
        return self.listed.assumptions["platform_bytes_at_warn" if level == "WARN" else "platform_bytes_at_info"]

    def _line(self, what: str, how: str, price: str, number: float) -> Line:
        return Line(what, how, number * self.listed.prices[price])


def _metrics_of(alarm: Mapping[str, Any]) -> list[Any]:
    """Return the metrics that an alarm is charged for: those of metric math, or its only one."""
    return [each for each in alarm.get("Metrics", ()) if "MetricStat" in each] or [alarm]


def _of(value: float, thing: str) -> str:
    return f"{_number(value)} {thing}{'' if value == 1 else 's'}"


def _number(value: float) -> str:
    if value >= MILLION:
        return f"{value / MILLION:.2f} M"
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.2f}"
