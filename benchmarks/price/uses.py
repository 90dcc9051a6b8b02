"""The uses that are priced: each is played on the stack in this process, and counted for one."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import jwt

from benchmarks.price.price_list import PriceList
from benchmarks.price.stack_in_process import TABLE, StackInProcess, in_process, mail_id
from benchmarks.price.template import Stack, TemplateError, counting
from benchmarks.price.work import Work
from earshot import bootstrap
from earshot.domain.access import SCOPES
from earshot.domain.eligibility import Rules
from earshot.domain.person import PersonDraft
from earshot.services.api_keys.manage_api_keys import create
from earshot.services.people.manage_people import save
from tests.aws_events import http_event, load_event
from tests.factories import NOON, make_survey, uuid7

SURVEY = "demo"
SUBMIT_PATH = f"/v1/surveys/{SURVEY}/responses"
SUBMIT = "POST /v1/surveys/{survey}/responses"
CONFIG = "/v1/surveys/{survey}/widget"
INVITE = "POST /v1/surveys/{survey}/invitations"
SCRIPT = "GET /widget.js"
MINUTE, DAY = 60_000, 86_400_000
PERIODS = {"minute": 1, "hour": 60, "day": 24 * 60}
RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
PAGE = {"accept-encoding": "gzip", "origin": "https://example.com", "accept-language": "en"}
# What a client that invites many people sends at once.
PEOPLE_A_REQUEST = 10
COMMENT = "The seat was narrow, but the crew was friendly and quick to help all night."
# Of two mails one is only delivered; of the other SES also reports that it was opened.
REPORTS = (("delivery",), ("delivery", "open_by_a_person"))
SCORES = (9, 10, 8, 9, 7, 10, 9, 8, 3, 6)
# No detractor among them: the rule of a survey without rules of its own lets them pass.
CALM = tuple(max(8, score) for score in SCORES)
# First mails and reminders of a person who is asked: 5 and 3.5 of 8.5 mails.
FIRST, REMINDERS = 5 / 8.5, 3.5 / 8.5


def measure(stack: Stack, listed: PriceList) -> dict[str, Work]:
    """Play every use once; return the work of each, that of `idle` for a month."""
    with in_process(stack, listed, NOON) as made:
        return Uses(made, listed).measure()


def measure_evaluation(stack: Stack, listed: PriceList) -> dict[str, Work]:
    """Play responses that no alert rule matches; return the work that looking at the rules is for each.

    Of people who respond again it is also looked at whether a case of theirs waits for it.
    """
    with in_process(stack, listed, NOON) as made:
        uses, found = Uses(made, listed), {}
        for together, name in ((int(listed.assumptions["responses_a_batch"]), "response"), (1, "response_alone")):
            for play, of in ((uses.play_responses, ""), (uses.play_known_responses, "_of_a_known_person")):
                play(together, CALM)
                made.behind.clear()
                play(together, CALM)
                found[f"{name}{of}"] = made.behind["AlertQueue"] * (1 / len(CALM))
        return found


def measure_cdn(stack: Stack, listed: PriceList) -> dict[str, Work]:
    """Play what visitors do on a stack with a CDN; return the work of each by its name and `_cdn`."""
    with in_process(stack, listed, NOON) as made:
        return {f"{name}_cdn": work for name, work in Uses(made, listed).measure_public().items()}


def measure_all(stacks: Mapping[str, Stack], listed: PriceList) -> dict[str, dict[str, Work]]:
    """Play the uses on each stack, but only once on those that do the same work."""
    played: dict[str, dict[str, Work]] = {}
    for stack in stacks.values():
        if _workings(stack) not in played:
            played[_workings(stack)] = measure(stack, listed)
    return {
        stage: {name: _with_metrics_of(stack, work) for name, work in played[_workings(stack)].items()}
        for stage, stack in stacks.items()
    }


def _with_metrics_of(stack: Stack, work: Work) -> Work:
    """Leave of what lines count the metrics that the stack's filters make of it."""
    made = {
        filter_["FilterPattern"]: filter_["MetricTransformations"][0]["MetricName"]
        for filter_ in stack.of_type("AWS::Logs::MetricFilter").values()
    }
    return replace(work, metrics=frozenset(made[counting(name)] for name in work.metrics if counting(name) in made))


def _workings(stack: Stack) -> str:
    """Write down what of a stack decides which work is done: all but alarms, and the name of the stage."""
    apart = {"AWS::CloudWatch::Alarm", "AWS::CloudWatch::Dashboard", "AWS::Logs::MetricFilter"}
    kept = {name: each for name, each in stack.resources.items() if each["Type"] not in apart}
    variables = [each.get("Environment", {}).get("Variables", {}) for each in stack.functions.values()]
    stages = {str(each["EARSHOT_STAGE"]) for each in variables if "EARSHOT_STAGE" in each}
    written = json.dumps(kept, sort_keys=True, default=str)
    for stage in stages:
        written = written.replace(f'"EARSHOT_STAGE": "{stage}"', '"EARSHOT_STAGE": ""')
    return written


class Uses:
    """Plays uses one after the other, with a survey that has counts of a year."""

    def __init__(self, made: StackInProcess, listed: PriceList) -> None:
        self._made = made
        self._listed = listed
        self._number = 0
        survey = make_survey(rules=Rules(opens=0, closes=24, reminders=(3,)), timezone="UTC")
        if not bootstrap.surveys().put(survey, None):
            raise RuntimeError("there is a survey already")
        _, self._key = create("price", tuple(SCOPES), "2026-11-21T00:00:00.000Z", bytes(30), keys=bootstrap.api_keys())
        _put_counts(365)

    def measure_public(self) -> dict[str, Work]:
        """Play the uses that pass a CDN."""
        self.play_responses(10)
        found = {"response": self.play_responses(int(self._listed.assumptions["responses_a_batch"]))}
        self._views()
        self._signed_views()
        return found | {"page_view": self._views(), "signed_view": self._signed_views()}

    def measure(self) -> dict[str, Work]:
        """Play each use, first once to let every container and value become known."""
        # An idle month has no case whose clock runs.
        self.play_responses(10, CALM)
        self._idle()
        found = {"idle": self._idle()}
        for together, name in ((int(self._listed.assumptions["responses_a_batch"]), "response"), (1, "response_alone")):
            self.play_responses(together)
            found[name] = self.play_responses(together)
        self._views()
        found["page_view"] = self._views()
        self._signed_views()
        found["signed_view"] = self._signed_views()
        # moto copies the whole table for each transaction, and mails need no counts and no cases.
        _remove_counts_and_cases()
        together = int(self._listed.assumptions["mails_a_window"])
        self._mails(together, together)
        found["mail"] = self._mails(together, together)
        found["mail_alone"] = self._mails(1, 4)
        return found

    def _begin(self, together: int, minutes: int = 10) -> None:
        """Move the clock, so that nothing known for a while is still known."""
        self._made.settle()
        self._made.take_work()
        self._made.together = together
        self._made.now += minutes * MINUTE

    def _idle(self) -> Work:
        month = Work()
        for name, schedule in self._made.stack.of_type("AWS::Scheduler::Schedule").items():
            self._begin(10, minutes=60)
            self._made.schedule(name)
            self._made.settle()
            times = self._listed.minutes / period(str(schedule["ScheduleExpression"]))
            month += self._made.take_work() * times
        return month

    def play_responses(self, together: int, scores: Sequence[int] = SCORES) -> Work:
        """Send responses with these scores; a fifth of the usual ones are detractors."""
        self._begin(together)
        for score in scores:
            self._number += 1
            body = {"id": uuid7(self._made.now, f"{self._number}"), "score": score, "comment": COMMENT}
            self._made.request(self._from_a_page(SUBMIT, body))
            if together == 1:
                self._made.settle()
                self._made.now += 10 * MINUTE
        self._made.settle()
        return self._made.take_work() * (1 / len(scores))

    def play_known_responses(self, together: int, scores: Sequence[int]) -> Work:
        """Send responses of the same people each time, one of each."""
        self._begin(together)
        for number, score in enumerate(scores):
            self._number += 1
            body = {"id": uuid7(self._made.now, f"{self._number}"), "score": score, "comment": COMMENT}
            body["person"] = f"known-{number}"
            self._made.request(http_event(SUBMIT, SUBMIT_PATH, body, key=self._key))
            if together == 1:
                self._made.settle()
                self._made.now += 10 * MINUTE
        self._made.settle()
        return self._made.take_work() * (1 / len(scores))

    def _views(self) -> Work:
        self._begin(1)
        self._made.request(self._from_a_page(SCRIPT))
        script = self._made.take_work()
        self._made.request(self._from_a_page(f"GET {CONFIG}"))
        return script * self._listed.assumptions["views_with_the_script"] + self._made.take_work()

    def _signed_views(self) -> Work:
        """Ask about a person that the page's server signed; the page's other requests are those of any view."""
        self._people(["signed"])
        self._begin(1)
        secret = bootstrap.identity_tokens().secret(SURVEY)
        token = jwt.encode({"sub": "signed", "exp": self._made.now // 1000 + 600}, secret)
        self._made.request(self._from_a_page(f"POST {CONFIG}", {"token": token}))
        self._made.settle()
        return self._made.take_work()

    def _mails(self, together: int, people: int) -> Work:
        """Invite people, report what becomes of their mails, and remind them."""
        names = [f"person-{self._number + number}" for number in range(people)]
        self._number += people
        self._people(names)
        self._begin(together)
        for some in _split(names, min(together, PEOPLE_A_REQUEST)):
            asked = {"invitations": [{"person": {"id": name}} for name in some]}
            event = http_event(INVITE, f"/v1/surveys/{SURVEY}/invitations", asked, key=self._key)
            self._made.request(event)
            if together == 1:
                self._deliver(1)
                self._made.now += 10 * MINUTE
        if together > 1:
            self._deliver(len(names))
        first = self._of_mails(len(names))
        return first * FIRST + self._reminders(names, together) * REMINDERS

    def _reminders(self, names: list[str], together: int) -> Work:
        """Send the reminders that are due; runs of the planner without any are part of an idle month."""
        self._begin(together)
        name = self._planner()
        self._made.schedule(name)
        self._made.settle()
        idle = self._made.take_work()
        due = [bootstrap.invitations().of_person(each)[0].due_at for each in names]
        reminded = Work()
        for some in _split(sorted(due), 1 if together == 1 else len(due)):
            self._made.now = max(some) + MINUTE
            self._made.schedule(name)
            self._deliver(len(some))
            reminded += self._made.take_work() - idle
        self._made.work = reminded
        return self._of_mails(len(names))

    def _of_mails(self, expected: int) -> Work:
        done = self._made.take_work()
        if round(done.mails) != expected:
            raise RuntimeError(f"{done.mails} mails were sent, not {expected}")
        return done * (1 / expected)

    def _planner(self) -> str:
        """Name the schedule that has mails handed over which are due."""
        names = [name for name in self._made.stack.of_type("AWS::Scheduler::Schedule") if name.startswith("Plan")]
        if len(names) != 1:
            raise TemplateError(f"one schedule should plan mails, and there are {', '.join(names) or 'none'}")
        return names[0]

    def _deliver(self, expected: int) -> None:
        """Send the mails, and report them as SES does: the delivery soon, whatever else long after it."""
        before, soon = len(self._made.mails), self._listed.assumptions["seconds_to_the_delivery"]
        self._made.settle(soon)
        sent = list(enumerate(self._made.mails[before:], start=before))
        for step in range(max(map(len, REPORTS))):
            for number, mail in sent:
                for kind in REPORTS[number % len(REPORTS)][step : step + 1]:
                    self._made.publish(_report(kind, mail, number + 1))
            self._made.settle()
        if not self._made.work.runs.get("receive_feedback"):
            raise RuntimeError("no rule took SES's reports on mails")
        if len(self._made.mails) - before != expected:
            raise RuntimeError(f"{len(self._made.mails) - before} mails were sent, not {expected}")

    def _people(self, names: Iterable[str]) -> None:
        ports: dict[str, Any] = {
            "people": bootstrap.people(), "accounts": bootstrap.accounts(), "suppressions": bootstrap.suppressions(),
            "hash_key": bootstrap.hash_key, "pause": bootstrap.pause,
        }  # fmt: skip
        drafts = [PersonDraft(name, {"email": f"{name}@example.com", "name": "Ann", "locale": "en"}) for name in names]
        save(drafts, self._made.now, **ports)

    def _from_a_page(self, route: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Make a request from a page, each from a network of its own."""
        path = route.partition(" ")[2].replace("{survey}", SURVEY)
        event = http_event(route, path, body, headers=PAGE)
        self._number += 1
        event["requestContext"]["http"]["sourceIp"] = f"81.{self._number // 250 % 250}.{self._number % 250}.7"
        return event


def period(expression: str) -> int:
    """Return the minutes between two invocations by a schedule."""
    found = RATE.fullmatch(expression)
    if found is None:
        raise TemplateError(f"a schedule is {expression}; the model knows rate(…) only")
    return int(found[1]) * PERIODS[found[2]]


def _split(items: list[Any], size: int) -> Iterable[list[Any]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _report(kind: str, mail: Mapping[str, Any], number: int) -> dict[str, Any]:
    """Make SES's event of a mail from a sample."""
    event: dict[str, Any] = json.loads(load_event(f"receive_feedback/{kind}")["Records"][0]["body"])
    about = event["detail"]["mail"]
    tags = {tag["Name"]: [tag["Value"]] for tag in mail["EmailTags"]}
    about["tags"] |= tags | {"ses:configuration-set": [mail.get("ConfigurationSetName", "")]}
    about["messageId"] = mail_id(number)
    return event


def _remove_counts_and_cases() -> None:
    client = bootstrap.client("dynamodb")
    for page in client.get_paginator("scan").paginate(TableName=TABLE):
        for item in page["Items"]:
            if item["pk"]["S"].startswith(("C#", "R#", "RL#", "CASE#")):
                client.delete_item(TableName=TABLE, Key={name: item[name] for name in ("pk", "sk")})


def _put_counts(days: int) -> None:
    """Put the counts of a year, as the recorder leaves them."""
    first = date(2026, 11, 21)
    histogram = {f"h{score}": {"N": "3"} for score in range(11)}
    for ago in range(days):
        day = (first - timedelta(ago)).isoformat()
        item = {"pk": {"S": f"C#{SURVEY}#all"}, "sk": {"S": day}, **histogram}
        bootstrap.client("dynamodb").put_item(TableName=TABLE, Item=item)
