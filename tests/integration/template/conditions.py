"""What wakes somebody: each condition that an engineer has to know of, how it shows, and the alarm that says so.

The list began as the 76 alarms that the template had when each condition had one of its own; alarms may be joined or
go, conditions may not.
"""

import contextlib
import io
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from unittest.mock import patch

from earshot import bootstrap
from earshot.api.sqs_batch import failures
from earshot.metrics import count
from tests.integration.template import handlers
from tests.integration.template.cloudwatch import CloudWatch
from tests.integration.template.stack import Stack, pascal

NOW = 4 * 24 * 60  # a moment with some days of metrics before it, in minutes
MOST = 3 * 24 * 60  # the longest that an alarm looks back, in minutes


@dataclass(frozen=True)
class Condition:
    """One thing that may go wrong: in words, the alarm that reports it, and how it shows in metrics and the log."""

    what: str
    alarm: str
    shows: Callable[[CloudWatch], None]
    place: str = ""

    @property
    def says(self) -> str:
        """Return the condition with its place."""
        return f"{self.place}: {self.what}" if self.place else self.what


DEAD = {
    "ResponseDeadLetters": "responses that are not counted",
    "LinkDeadLetters": "responses given through links that are not counted",
    "AlertDeadLetters": "responses whose alert rules were not evaluated",
    "DeliveryDeadLetters": "alerts that no attempt could be made for",
    "ScoreDeadLetters": "scores that could not be recomputed",
    "TouchpointDeadLetters": "touchpoints whose people were not invited",
    "PlanDeadLetters": "due mails that could not be planned",
    "EmailDeadLetters": "mails that could not be sent",
    "CampaignDeadLetters": "steps of campaigns that failed",
    "FeedbackDeadLetters": "reports of SES on mails",
    "BackfillDeadLetters": "backfills of segments that failed",
    "ParkedRecords": "changes that could not be published",
    "UncountedRecords": "changes of invitations that the funnel lacks",
    "UndeliveredEvents": "events that no rule could deliver",
}
RETURNING = (
    "record_responses", "evaluate_alerts", "sync_crm", "recompute_scores", "receive_touchpoints", "plan_reminders",
    "send_emails", "plan_campaigns", "receive_feedback", "backfill_segments",
)  # fmt: skip
OLD = {
    "Response": (900, "responses"), "Link": (900, "responses given through links"),
    "Alert": (300, "responses for alert rules"), "Delivery": (1800, "alerts for their destinations"),
    "Score": (900, "surveys whose scores change"), "Touchpoint": (900, "touchpoints"), "Plan": (900, "planning tasks"),
    "Email": (3600, "mails"), "Campaign": (1800, "steps of campaigns"), "Feedback": (1800, "reports of SES on mails"),
    "Backfill": (3600, "backfills of segments"),
}  # fmt: skip
SCHEDULES = {
    "Hourly": ("ScoreQueue", "scores are not recomputed every hour"),
    "Plan": ("PlanQueue", "due mails are not planned every five minutes"),
    "Campaign": ("CampaignQueue", "campaigns do not continue every five minutes"),
    "Reconcile": ("FeedbackQueue", "SES's suppression list is not read every day"),
    "Retention": ("BackfillQueue", "retention does not run every day"),
}
RULES = {
    "Replay": "a rule gave up a replayed event",
    "Touchpoint": "a rule gave up a touchpoint",
    "Feedback": "a rule gave up a report of SES",
}
MINUTES = range(NOW - MOST, NOW + 1)
LATELY = range(NOW - 59, NOW + 1)


def emitted(function: str, write: Callable[[], object]) -> list[str]:
    """Return the lines of a function that count something."""
    out = io.StringIO()
    named = patch.dict(os.environ, {"AWS_LAMBDA_FUNCTION_NAME": f"earshot-{pascal(function)}Function-1A2B"})
    with named, contextlib.redirect_stdout(out):
        write()
    return out.getvalue().splitlines()


def dead_letters(deployed: Stack, queue: str) -> Callable[[CloudWatch], None]:
    """Put three messages into a queue that the planner was given, and run its look at every queue."""
    given = deployed.functions["plan_reminders"]["Environment"]["Variables"]["EARSHOT_ALL_DEAD_LETTERS"]["Fn::Join"][1]
    held = {name: partial(int, 3 if name == queue else 0) for name in map(deployed.target, given)}

    def shows(watch: CloudWatch) -> None:
        with patch.object(bootstrap, "dead_letters", lambda: held):
            lines = emitted("plan_reminders", handlers.load("plan_reminders").report_dead_letters)
        logged(lines, 5)(watch)

    return shows


def failed_run(status: str) -> Callable[[CloudWatch], None]:
    """Log one failed run as Lambda does."""
    line = {"time": "2026-11-30T12:00:00.000Z", "type": "platform.report", "record": {
        "requestId": "JKJaXmPLvHcESHA=", "status": status, "metrics": {"durationMs": 10.0}}}  # fmt: skip
    return lambda watch: watch.log(json.dumps(line), NOW)


def returned(function: str) -> Callable[[CloudWatch], None]:
    """Log a message that a function returns, every minute."""
    return logged(emitted(function, lambda: failures(["m1"])), 1)


def counted(function: str, name: str) -> Callable[[CloudWatch], None]:
    """Log one thing that a function counts, every five minutes."""
    return logged(emitted(function, lambda: count(**{name: 1})), 5)


def logged(lines: Sequence[str], minutes: int) -> Callable[[CloudWatch], None]:
    """Log lines for an hour, each every so many minutes."""

    def shows(watch: CloudWatch) -> None:
        for minute in LATELY[::minutes]:
            for line in lines:
                watch.log(line, minute)

    return shows


def measured(namespace: str, name: str, value: float, **dimensions: str) -> Callable[[CloudWatch], None]:
    """Publish what AWS measures every minute, for an hour."""

    def shows(watch: CloudWatch) -> None:
        for minute in LATELY:
            watch.publish(namespace, name, minute, value, **dimensions)

    return shows


def fallen_silent(queue: str) -> Callable[[CloudWatch], None]:
    """Publish what SQS measures of a queue to which nothing was sent for days."""

    def shows(watch: CloudWatch) -> None:
        watch.drop("AWS/SQS", "NumberOfMessagesSent", QueueName=queue)
        for minute in MINUTES:
            watch.publish("AWS/SQS", "NumberOfMessagesSent", minute, 0, QueueName=queue)

    return shows


def conditions(deployed: Stack) -> Iterator[Condition]:
    """Yield every condition of the stack."""
    yield from of_queues(deployed)
    yield from of_functions()
    yield from of_rules_and_schedules()
    yield from of_the_whole()


def of_queues(deployed: Stack) -> Iterator[Condition]:
    """Yield what happens to messages."""
    for queue, what in DEAD.items():
        yield Condition(what, "DeadLettersAlarm", dead_letters(deployed, queue), f"`{queue}`")
    for queue, (seconds, what) in OLD.items():
        shows = measured("AWS/SQS", "ApproximateAgeOfOldestMessage", seconds, QueueName=f"{queue}Queue")
        yield Condition(f"{what} wait {seconds // 60} minutes", f"{queue}AgeAlarm", shows)


def of_functions() -> Iterator[Condition]:
    """Yield what happens to functions, and to what they read."""
    for name in ("publish_events", "count_funnel"):
        late = 300_000 if name == "publish_events" else 900_000
        shows = measured("AWS/Lambda", "IteratorAge", late, FunctionName=f"{pascal(name)}Function")
        yield Condition(f"`{name}` is {late // 60_000} minutes behind", f"{pascal(name)}LagAlarm", shows)
    statuses = ("error", "timeout", "failure")
    for number, name in enumerate(handlers.FUNCTIONS):
        yield Condition("a crash or a timeout", "FailedRunsAlarm", failed_run(statuses[number % 3]), f"`{name}`")
    for name in RETURNING:
        yield Condition("messages that return for twenty minutes", "ReturnedMessagesAlarm", returned(name), f"`{name}`")
    yield Condition("responses are recorded and `publish_events` does not run", "PublishEventsSilentAlarm",
                    counted("record_responses", "ResponsesRecorded"))  # fmt: skip
    yield Condition("mails are sent and `count_funnel` does not run", "CountFunnelSilentAlarm",
                    counted("send_emails", "MailsSent"))  # fmt: skip


def of_rules_and_schedules() -> Iterator[Condition]:
    """Yield what happens between the services."""
    for rule, what in RULES.items():
        bus = {} if rule == "Feedback" else {"EventBusName": "Bus"}
        shows = measured("AWS/Events", "FailedInvocations", 1, RuleName=f"{rule}Rule", **bus)
        yield Condition(what, f"{rule}RuleAlarm", shows)
    for schedule, (queue, what) in SCHEDULES.items():
        yield Condition(what, f"{schedule}ScheduleAlarm", fallen_silent(queue))


def of_the_whole() -> Iterator[Condition]:
    """Yield what happens to the API and to the account."""
    yield Condition("a survey is at its hourly limit of unsigned responses", "ResponsesHeldAlarm",
                    counted("submit_response", "ResponsesHeld"))  # fmt: skip
    yield Condition("a survey collects anonymous responses in one case", "CasesCollectedAlarm",
                    counted("evaluate_alerts", "CasesCollected"))  # fmt: skip
    yield Condition("a case opens that nobody owns", "CasesUnownedAlarm",
                    counted("evaluate_alerts", "CasesUnowned"))  # fmt: skip
    yield Condition("the account may not send mail for a quarter of an hour", "MailsHeldBackAlarm",
                    counted("plan_reminders", "MailsHeldBack"))  # fmt: skip
    of_api: dict[str, tuple[str, float, str]] = {
        "ServerErrors": ("5xx", 1, "the API returns a 5xx"),
        "ClientErrors": ("4xx", 600, "the API refuses 3,000 requests in five minutes, twice"),
        "Requests": ("Count", 12_000, "the API gets 60,000 requests in five minutes, twice"),
    }
    for alarm, (metric, value, what) in of_api.items():
        yield Condition(what, f"{alarm}Alarm", measured("AWS/ApiGateway", metric, value, ApiId="Api"))
    of_account: dict[str, tuple[str, str, float, str]] = {
        "Throttles": ("AWS/Lambda", "Throttles", 1, "functions are throttled"),
        "Concurrency": ("AWS/Lambda", "ConcurrentExecutions", 800, "800 functions run at once"),
        "Recursion": ("AWS/Lambda", "RecursiveInvocationsDropped", 1, "Lambda stops what looks like an endless loop"),
        "Bounces": ("AWS/SES", "Reputation.BounceRate", 0.05, "5 % of mails bounce"),
        "Complaints": ("AWS/SES", "Reputation.ComplaintRate", 0.001, "0.1 % of mails are reported as spam"),
    }
    for alarm, (namespace, metric, value, what) in of_account.items():
        yield Condition(what, f"{alarm}Alarm", measured(namespace, metric, value))


def quiet(deployed: Stack) -> CloudWatch:
    """Return metrics of some days on which everything went well, with single hiccups that wake nobody."""
    watch = CloudWatch(deployed)
    for queue in deployed.queues:
        for minute in LATELY:
            watch.publish("AWS/SQS", "ApproximateAgeOfOldestMessage", minute, 30, QueueName=queue)
    for queue, _ in SCHEDULES.values():
        for minute in MINUTES:
            sent = 1 if minute % (24 * 60 if queue in ("FeedbackQueue", "BackfillQueue") else 5) == 0 else 0
            watch.publish("AWS/SQS", "NumberOfMessagesSent", minute, sent, QueueName=queue)
    lines = [
        json.dumps({"type": "platform.report", "record": {"status": "success"}}),
        *emitted("sync_crm", lambda: failures([])),
        *emitted("sync_crm", lambda: count(AlertsDelivered=2, SecondsToDeliver=4.5)),
    ]
    for minute in LATELY:
        for line in lines:
            watch.log(line, minute)
    # A message that came back once, half an hour ago.
    for line in emitted("send_emails", lambda: failures(["m1"])):
        watch.log(line, NOW - 30)
    return watch


def add_reading(watch: CloudWatch) -> None:
    """Log what is written to the table, and publish the runs of the readers."""
    for function, name, reader in (
        ("record_responses", "ResponsesRecorded", "PublishEventsFunction"),
        ("send_emails", "MailsSent", "CountFunnelFunction"),
    ):
        for line in emitted(function, partial(count, **{name: 1})):
            for minute in LATELY[::7]:
                watch.log(line, minute)
                watch.publish("AWS/Lambda", "Invocations", minute, 1, FunctionName=reader)
