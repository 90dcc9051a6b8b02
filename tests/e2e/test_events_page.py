"""What docs/events.md shows, run on the local stack: subscribing, replaying, and CloudEvents."""

import json
import operator
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import reduce
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from cloudevents.core.formats.json import JSONFormat

from earshot_cli.local.engine import credentials
from tests.aws_events import load_event, samples
from tests.e2e.bus_listener import faults_of, take_all
from tests.e2e.conftest import ROOT, Stack
from tests.e2e.survey_client import Survey, until

PAGE = (ROOT / "docs/events.md").read_text(encoding="utf-8")
DEPLOY, BY_HAND, RECEIVE, REPLAY = re.findall(r"^```sh\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
TEMPLATE, TRANSFORMER = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
BUS = samples("bus")
# A field that only the events about something have, and what the page calls it; a delivery names its response, too.
ABOUT = {
    "delivery": "a delivery",
    "response": "a response",
    "invitation": "an invitation",
    "campaign": "a campaign",
    "case": "a case",
    "address_hash": "a suppression",
}
Event = dict[str, Any]
NewStack = Callable[..., None]


class Shell:
    """Runs the page's commands in a folder of its own; what one sets is there for the next."""

    def __init__(self, stack: Stack, folder: Path) -> None:
        self.folder, self._variables = folder, folder / "variables"
        self._variables.touch()
        command = folder / "aws"
        command.write_text(f'#!/bin/sh\nexec {sys.executable} -m tests.e2e.aws_command "$@"\n')
        command.chmod(0o755)
        (folder / ".venv").symlink_to(ROOT / ".venv")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("EARSHOT_", "AWS_"))}
        self._env = (
            kept
            | credentials(stack.engine_endpoint.token)
            | {
                "PATH": f"{folder}:{os.environ['PATH']}",
                "AWS_ENDPOINT_URL": stack.engine_endpoint.url,
                "EARSHOT_LOCAL_DIR": str(stack.local_dir),
                "NO_PROXY": "127.0.0.1",
                "no_proxy": "127.0.0.1",
            }
        )

    def type(self, commands: str) -> str:
        script = f". {self._variables}\n{commands}\ndeclare -p QUEUE ARN RULE > {self._variables} 2>/dev/null || true"
        done = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", script],
            cwd=self.folder,
            env=self._env,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"{commands}\n{done.stdout}{done.stderr}"
        return done.stdout


@pytest.fixture
def shell(stack: Stack, tmp_path: Path) -> Shell:
    return Shell(stack, tmp_path)


@pytest.fixture
def new_stack(stack: Stack) -> Iterator[NewStack]:
    """Deploy templates as the page does, each as a stack of its own; they are gone after the test."""
    names: list[str] = []

    def deploy(shell: Shell, template: str, *parameters: str) -> None:
        names.append(f"promoters-{uuid4().hex[:8]}")
        (shell.folder / "promoters.yaml").write_text(template)
        overrides = f" --parameter-overrides {' '.join(parameters)}" if parameters else ""
        commands = DEPLOY.replace("stack-name promoters", f"stack-name {names[-1]}")
        shell.type(commands.replace("promoters.yaml\n", f"promoters.yaml{overrides}\n"))

    yield deploy
    for name in names:
        stack.client("cloudformation").delete_stack(StackName=name)


@pytest.fixture
def bus(stack: Stack) -> Iterator[str]:
    """A bus that nobody else uses: what is put on it reaches no function."""
    name = f"contracts-{uuid4().hex[:8]}"
    stack.client("events").create_event_bus(Name=name)
    yield name
    stack.client("events").delete_event_bus(Name=name)


def received(shell: Shell) -> list[Event]:
    """Receive once, as the page does; the bodies."""
    output = shell.type(RECEIVE.replace("time-seconds 20", "time-seconds 1"))
    return [json.loads(message["Body"]) for message in json.loads(output or "{}").get("Messages", [])]


def queue_of(shell: Shell) -> str:
    return shell.type('echo "$QUEUE"').strip()


def policy_of(stack: Stack, queue: str) -> Any:
    attributes = stack.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    (statement,) = json.loads(attributes["Policy"])["Statement"]
    return statement, attributes["QueueArn"]


def test_the_template_brings_a_surveys_promoters_into_a_queue_and_a_replay_brings_them_again(
    stack: Stack, shell: Shell, new_stack: NewStack
) -> None:
    survey = Survey(stack)
    new_stack(shell, TEMPLATE.replace("[shop]", f"[{survey.id}]"))
    survey.send(2)
    sent = survey.send(9, comment="My own words.")
    (event,) = until(lambda: received(shell), bool)
    assert faults_of(event) == []
    assert (event["detail-type"], event["detail"]["data"]["response"]) == ("ResponseRecorded", sent)
    statement, arn = policy_of(stack, queue_of(shell))
    (rule,) = stack.client("events").list_rule_names_by_target(TargetArn=arn, EventBusName="earshot")["RuleNames"]
    assert statement["Condition"]["ArnEquals"]["aws:SourceArn"].endswith(f":rule/earshot/{rule}")
    assert arn in statement["Resource"]

    take_all(stack.client("sqs"), queue_of(shell))
    assert "2 responses" in shell.type(REPLAY.replace("--survey shop", f"--survey {survey.id}"))
    again = until(lambda: [e for e in received(shell) if e["detail"]["metadata"].get("replayed")], bool)
    assert {each["detail"]["metadata"]["id"] for each in again} == {event["detail"]["metadata"]["id"]}


def test_the_commands_bring_the_targets_into_a_queue(stack: Stack, shell: Shell, bus: str) -> None:
    name = f"targets-{uuid4().hex[:8]}"
    renamed = re.sub(r"(--(?:queue-)?name|--rule) targets", rf"\1 {name}", BY_HAND)
    shell.type(renamed.replace("bus-name earshot", f"bus-name {bus}"))
    put_samples(stack, bus)
    found = until(lambda: received(shell), lambda events: len(events) == 2)
    assert {event["detail-type"] for event in found} == {"TargetReached", "TargetMissed"}
    statement, arn = policy_of(stack, queue_of(shell))
    rule = stack.client("events").describe_rule(Name=name, EventBusName=bus)["Arn"]
    assert (statement["Resource"], statement["Condition"]["ArnEquals"]["aws:SourceArn"]) == (arn, rule)


def put_samples(stack: Stack, bus: str) -> list[Event]:
    """Put every sample on a bus, as Earshot would."""
    events = [load_event(sample) for sample in BUS]
    entries = [
        {
            "EventBusName": bus,
            "Source": event["source"],
            "DetailType": event["detail-type"],
            "Detail": json.dumps(event["detail"]),
        }
        for event in events
    ]
    for start in range(0, len(entries), 10):
        assert stack.client("events").put_events(Entries=entries[start : start + 10])["FailedEntryCount"] == 0
    return events


def about(event: Event) -> str:
    """Return what an event is about, as the page's tables name it."""
    data = event["detail"]["data"]
    return next((name for field, name in ABOUT.items() if field in data), "a score, a change or a target")


def subjects() -> dict[str, str]:
    """Return the page's subject for each kind of event."""
    table = PAGE.partition("| event about | `subject` |\n")[2].partition("\n\n")[0]
    return dict(re.findall(r"^\| ([\w, ]+) \| `([^`]+)`", table, re.MULTILINE))


def attributes() -> dict[str, str]:
    """Return the page's text for each attribute that is made of the event alone."""
    table = PAGE.partition("| CloudEvents | here |\n")[2].partition("\n\n")[0]
    return dict(re.findall(r"^\| `(\w+)`(?: \(extension\))? \| `([^`]+)`", table, re.MULTILINE))


def filled(template: str, values: Any) -> str:
    """Replace each `<path>` by the value there."""

    def value(found: re.Match[str]) -> str:
        return str(reduce(operator.getitem, found[1].split("."), values))

    return re.sub(r"<([\w.-]+)>", value, template)


def template_of(kind: str, detail_types: set[str]) -> str:
    """Return the page's template with its transformer, for all events about something."""
    (pattern,) = re.findall(r" +detail-type: .*\n +detail: .*\n", TEMPLATE)
    (retry,) = re.findall(r" +RetryPolicy: .*\n", TEMPLATE)
    subject = subjects()[kind]
    paths = [name for name in re.findall(r"<(\w+)>", subject) if f" {name}: $" not in TRANSFORMER]
    added = "".join(f"              {name}: $.detail.data.{name}\n" for name in paths)
    transformer = TRANSFORMER.replace("            InputPathsMap:\n", f"            InputPathsMap:\n{added}")
    transformer = transformer.replace(subjects()["a response"], subject)
    listed = f"        detail-type: {json.dumps(sorted(detail_types))}\n"
    return str(TEMPLATE.replace(pattern, listed).replace(retry, retry + transformer))


def test_the_transformer_makes_cloudevents_of_every_sample(
    stack: Stack, bus: str, new_stack: NewStack, tmp_path: Path
) -> None:
    events = [load_event(sample) for sample in BUS]
    kinds = {kind: {event["detail-type"] for event in events if about(event) == kind} for kind in map(about, events)}
    assert set(subjects()) == set(kinds)
    queues = {}
    for kind, detail_types in kinds.items():
        folder = tmp_path / kind.replace(" ", "-")
        folder.mkdir()
        shell = Shell(stack, folder)
        new_stack(shell, template_of(kind, detail_types), f"BusName={bus}")
        queues[kind] = queue_of(shell)
    put_samples(stack, bus)
    arn = stack.client("events").describe_event_bus(Name=bus)["Arn"]
    for kind, queue in queues.items():
        wanted = [mapped(event, arn) for event in events if about(event) == kind]
        found = collected(stack, queue, len(wanted))
        assert sorted(map(text_of, found)) == sorted(map(text_of, wanted))
        for each in found:
            made = JSONFormat().read(None, json.dumps(each))
            assert (made.get_id(), made.get_type(), made.get_data()) == (each["id"], each["type"], each["data"])


def text_of(value: Event) -> str:
    return json.dumps(value, sort_keys=True)


def mapped(event: Event, bus_arn: str) -> dict[str, Any]:
    """Map an event as the page's tables have it."""
    texts = {name: filled(text, event) for name, text in attributes().items() if name != "data"}
    subject = filled(subjects()[about(event)], event["detail"]["data"])
    return {"specversion": "1.0", **texts, "source": bus_arn, "subject": subject, "data": event["detail"]["data"]}


def collected(stack: Stack, queue: str, number: int) -> list[Event]:
    """Take so many messages from a queue."""
    found: list[Event] = []

    def look() -> list[Event]:
        found.extend(take_all(stack.client("sqs"), queue))
        return found

    return until(look, lambda taken: len(taken) >= number)
