"""The dashboard shows the journey, of resources and metrics that there are."""

import ast
import json
import re
from typing import Any

from tests.integration.template.handlers import FUNCTIONS, LIBRARY
from tests.integration.template.stack import ROOT, source, stack

# What AWS measures of the kinds of resources we have, with the dimension it is measured by.
OF_AWS = {
    "AWS/SQS": ("QueueName", {"ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible"}),
    "AWS/Lambda": ("FunctionName", {"Errors", "Throttles", "IteratorAge"}),
    "AWS/ApiGateway": ("ApiId", {"Count", "4xx", "5xx", "Latency"}),
}
TYPES = {
    "QueueName": "AWS::SQS::Queue",
    "FunctionName": "AWS::Lambda::Function",
    "ApiId": "AWS::ApiGatewayV2::Api",
}


def dashboard() -> Any:
    """Read the dashboard with its references as they are written."""
    body = source()["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    return json.loads(body)


def shown() -> list[tuple[str, str, str, str]]:
    """Return namespace, metric, dimension and options of every line, `...` and `.` spelled out."""
    found = []
    for widget in dashboard()["widgets"]:
        above = ("", "", "", "")
        for line in widget["properties"]["metrics"]:
            named = [each for each in line if isinstance(each, str)]
            if named[0] == "...":
                named = [*above[:3], named[1]]
            # A line may have no dimension: a metric of the stack's log, or of the account.
            same = zip((*named, "", "")[:4], above, strict=True)
            namespace, metric, dimension, of = (old if new == "." else new for new, old in same)
            above = (namespace, metric, dimension, of)
            found.append(above)
    return found


def of_resources() -> list[tuple[str, str, str, str]]:
    """Return the lines that show a resource."""
    return [line for line in shown() if line[2]]


def counted() -> dict[str, set[str]]:
    """Return the functions that count each metric, as the code is written."""
    found: dict[str, set[str]] = {}
    for function in FUNCTIONS:
        for name in metrics_of((ROOT / "functions" / function / "app.py").read_text(encoding="utf-8")):
            found.setdefault(name, set()).add(function)
    return found


def metrics_of(text: str) -> set[str]:
    """Name the metrics that a module counts; a consumer of a queue counts what goes back to it."""
    calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    words = [
        str(word.arg)
        for call in calls
        if ast.unparse(call.func).rpartition(".")[2] == "count"
        for word in call.keywords
    ]
    named = {word for word in words if word[0].isupper()}  # services/funnel/count_funnel.py has a `count` of its own
    return named | ({"MessagesReturned"} if any(ast.unparse(call.func) == "failures" for call in calls) else set())


def test_the_dashboard_is_json_that_cloudwatch_takes() -> None:
    for widget in dashboard()["widgets"]:
        assert widget["type"] == "metric"
        assert set(widget["properties"]) - {"period"} == {"title", "region", "stat", "metrics"}
        assert widget["properties"]["region"] == "${AWS::Region}"


def test_cloudwatch_places_the_widgets_four_in_a_row() -> None:
    # Each is 6 of 24 columns wide if nothing else is said, and follows the one before it.
    assert len(dashboard()["widgets"]) % 4 == 0
    for widget in dashboard()["widgets"]:
        assert not {"x", "y", "width", "height"} & set(widget)


def test_every_line_shows_a_resource_that_there_is() -> None:
    resources = stack().resources
    for _, _, dimension, of in of_resources():
        (name,) = re.findall(r"^\$\{(\w+)(?:\.QueueName)?\}$", of)
        assert resources[name]["Type"] == TYPES[dimension], of


def test_every_line_shows_a_metric_that_there_is() -> None:
    made = {
        each["MetricTransformations"][0]["MetricName"] for each in stack().of_type("AWS::Logs::MetricFilter").values()
    }
    for namespace, metric, dimension, _ in shown():
        if not dimension:
            assert metric in (made if namespace == "Earshot/${AWS::StackName}" else OF_AWS[namespace][1]), metric
    for namespace, metric, dimension, _ in of_resources():
        known, metrics = OF_AWS[namespace]
        assert (dimension, metric in metrics) == (known, True), metric


def test_every_metric_that_is_counted_is_shown_or_wakes_somebody() -> None:
    alarms = stack().of_type("AWS::CloudWatch::Alarm").values()
    seen = {metric for _, metric, _, _ in shown()} | {alarm.get("MetricName") for alarm in alarms}
    seen |= {name for name in counted() if name == "MessagesReturned"}  # the filter makes ReturnedMessages of it

    assert set(counted()) <= seen


def test_every_work_queue_is_shown_and_dead_letters_and_functions_together() -> None:
    names = {re.sub(r"\$\{|\.QueueName|\}", "", of) for _, _, _, of in shown()}

    assert names >= set(stack().queues) - stack().dead_letter_queues
    assert {"DeadLetters", "FailedRuns", "ReturnedMessages"} <= {metric for _, metric, _, _ in shown()}


def test_a_dashboard_is_made_on_request_and_never_for_development() -> None:
    assert not stack().of_type("AWS::CloudWatch::Dashboard")
    assert stack(dashboard="true").of_type("AWS::CloudWatch::Dashboard")
    assert not stack("dev", dashboard="true").of_type("AWS::CloudWatch::Dashboard")


def test_a_filter_makes_a_metric_of_every_count_and_one_function_makes_each() -> None:
    filters = {
        each["FilterPattern"]: each["MetricTransformations"][0]
        for each in stack().of_type("AWS::Logs::MetricFilter").values()
    }

    for name, functions in counted().items():
        made = filters.pop(f"{{ $.{name} > 0 }}")
        assert made["MetricValue"] == f"$.{name}"
        # Without a dimension the counts of two functions are added up, as is meant of what came back, and of cases that
        # nobody owns, be it since they were opened or since their owner left.
        assert made["MetricName"] == ("ReturnedMessages" if name == "MessagesReturned" else name)
        assert len(functions) == 1 or name in ("MessagesReturned", "CasesUnowned"), name
    assert [each["MetricName"] for each in filters.values()] == ["FailedRuns"]


def test_the_operating_page_lists_every_metric() -> None:
    text = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
    _, _, section = text.partition("## Metrics")
    listed = [
        name for cell in re.findall(r"^\| (`.+?) \|", section, re.MULTILINE) for name in re.findall(r"`(\w+)`", cell)
    ]
    billed = len(stack().of_type("AWS::Logs::MetricFilter"))

    assert sorted(listed) == sorted(counted())
    match = re.search(r"about \$(\d+) a month if all are written", text)
    assert match
    assert abs(int(match[1]) - billed * 0.30) < 1


def test_only_functions_and_the_edge_of_queues_write_metrics() -> None:
    found = [path.name for path in LIBRARY.rglob("*.py") if "earshot.metrics" in path.read_text(encoding="utf-8")]

    assert found == ["sqs_batch.py"]
