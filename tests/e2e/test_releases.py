"""The real template on the engine: what was deployed is served, and what was served before never again."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from earshot_cli.local.artifacts import Artifact
from earshot_cli.local.aws import client
from earshot_cli.local.deploy import STACK, Deployed, _events, deploy
from earshot_cli.local.endpoint import Endpoint
from earshot_cli.local.engine import Engine
from earshot_cli.local.errors import DeployError
from earshot_cli.local.settings import Settings
from earshot_cli.local.template import Template

FUNCTION = "AWS::Serverless::Function"
KEY = "python/earshot/domain/api_key.py"
WANTED = json.dumps({"name": "a release", "scopes": ["surveys:read"]})
READERS = {"ReadTrendsFunction", "BackfillSegmentsFunction"}
TABLE_LIKE = ("BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")
STREAM_READERS = ("PublishEventsFunctionTableStream", "CountFunnelFunctionTableStream")


@dataclass(frozen=True)
class Live:
    """What the alias of a function runs."""

    version: str
    layer: str
    code: str
    variables: dict[str, str]


class Releases:
    """A stack on an engine of its own, deployed again and again."""

    def __init__(self, endpoint: Endpoint, template: Template) -> None:
        self._endpoint = endpoint
        self.template = template
        self.deployed: Deployed = deploy(endpoint, template)
        self.lambda_client = client("lambda", endpoint)

    def deploy(self, template: Template) -> None:
        self.deployed = deploy(self._endpoint, template)

    @property
    def functions(self) -> list[str]:
        resources = self.template.body["Resources"].items()
        return sorted(name for name, resource in resources if resource["Type"] == FUNCTION)

    def live(self) -> dict[str, Live]:
        return {name: self._configuration(name, "live") for name in self.functions}

    def latest(self) -> dict[str, Live]:
        return {name: replace(self._configuration(name, "$LATEST"), version="") for name in self.functions}

    def published(self, function: str) -> list[str]:
        listed = self.lambda_client.list_versions_by_function(FunctionName=self.deployed.resources[function])
        return [version["Version"] for version in listed["Versions"] if version["Version"] != "$LATEST"]

    def in_use(self) -> dict[str, Any]:
        """Return what an update may change: parameters, the table in use, who reads which stream, what is live."""
        stack = client("cloudformation", self._endpoint).describe_stacks(StackName=STACK)["Stacks"][0]
        ssm, mappings = client("ssm", self._endpoint), self.lambda_client.list_event_source_mappings()
        return {
            "parameters": {one["ParameterKey"]: one["ParameterValue"] for one in stack["Parameters"]},
            "output": next(one["OutputValue"] for one in stack["Outputs"] if one["OutputKey"] == "TableName"),
            "table": ssm.get_parameter(Name=self.deployed.resources["TableInUse"])["Parameter"]["Value"],
            "readers": {
                one["UUID"]: (one["EventSourceArn"], one["State"])
                for one in mappings["EventSourceMappings"]
                if ":dynamodb:" in one["EventSourceArn"]
            },
            "live": self.live(),
        }

    def moved(self) -> set[str]:
        """Return the resources that the last update had changed until it failed."""
        events = _events(client("cloudformation", self._endpoint))
        last = next(
            place for place, event in enumerate(events) if event["ResourceStatus"] == "UPDATE_ROLLBACK_COMPLETE"
        )
        begun = next(
            place
            for place, event in enumerate(events)
            if place > last
            and (event["LogicalResourceId"], event["ResourceStatus"]) == (STACK, "UPDATE_ROLLBACK_IN_PROGRESS")
        )
        names: set[str] = set()
        for event in events[begun:]:
            if (event["LogicalResourceId"], event["ResourceStatus"]) == (STACK, "UPDATE_IN_PROGRESS"):
                return names
            if event["ResourceStatus"] in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}:
                names.add(event["LogicalResourceId"])
        raise AssertionError("the update never began")

    def make_table(self, name: str) -> str:
        """Make another table like the stack's; return its stream's ARN."""
        properties = self.template.body["Resources"]["Table"]["Properties"]
        like = {name: properties[name] for name in TABLE_LIKE}
        stream = {"StreamEnabled": True, **properties["StreamSpecification"]}
        made = client("dynamodb", self._endpoint).create_table(TableName=name, StreamSpecification=stream, **like)
        return str(made["TableDescription"]["LatestStreamArn"])

    def items(self, table: str) -> int:
        return int(client("dynamodb", self._endpoint).scan(TableName=table, Select="COUNT")["Count"])

    def make_key(self) -> str:
        reply = self.lambda_client.invoke(FunctionName=self.deployed.outputs["KeysFunction"], Payload=WANTED)
        return str(json.loads(reply["Payload"].read())["key"])

    def _configuration(self, name: str, qualifier: str) -> Live:
        found = self.lambda_client.get_function_configuration(
            FunctionName=self.deployed.resources[name], Qualifier=qualifier
        )
        (layer,) = found["Layers"]
        return Live(found["Version"], layer["Arn"], found["CodeSha256"], found["Environment"]["Variables"])


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Releases]:
    settings = Settings.from_env({"EARSHOT_LOCAL_DIR": str(tmp_path_factory.mktemp("releases"))})
    engine = Engine.start(settings)
    engine.wait()
    yield Releases(engine.endpoint, Template.read(settings, "http://127.0.0.1:8080"))
    engine.stop(lambda _: None)


def with_parameters(template: Template, **parameters: str) -> Template:
    return replace(template, parameters=template.parameters | parameters)


def with_package(template: Template, name: str, inside: str, path: Path) -> Template:
    """Return a template of whose packages one has another file."""
    body = deepcopy(template.body)
    properties = body["Resources"][name]["Properties"]
    field = "ContentUri" if "ContentUri" in properties else "CodeUri"
    old = next(artifact for artifact in template.artifacts if artifact.uri == properties[field])
    members = {**dict(old.members), inside: path}
    new = Artifact(old.name, tuple(sorted(members.items())))
    properties[field] = new.uri
    others = tuple(artifact for artifact in template.artifacts if artifact is not old)
    return replace(template, body=body, artifacts=(*others, new))


def with_other_keys(template: Template, folder: Path, word: str) -> Template:
    """Return a template whose layer makes keys that begin with another word."""
    settings = Settings.from_env({})
    source = (settings.root / "layers/core" / KEY).read_text(encoding="utf-8")
    assert source.count('f"earshot_{key_id}') == 1
    changed = folder / f"{word}.py"
    changed.write_text(source.replace('f"earshot_{key_id}', f'f"{word}_{{key_id}}'), encoding="utf-8")
    return with_package(template, "CoreLayer", KEY, changed)


def failing(template: Template, functions: list[str], *after: str) -> Template:
    """Return a template that fails once all aliases of functions, and other resources, have changed."""
    # Lambda publishes nothing twice.
    twice: dict[str, Any] = {
        "Type": "AWS::Lambda::Version",
        "DependsOn": [*(f"{name}Aliaslive" for name in functions), *after],
        "Properties": {"FunctionName": {"Ref": "ManageKeysFunction"}},
    }
    return replace(template, body={**template.body, "Resources": {**template.body["Resources"], "Twice": twice}})


@contextmanager
def keys_meanwhile(releases: Releases) -> Iterator[list[str]]:
    """Make keys all the while, and collect their first words."""
    words: list[str] = []
    over = threading.Event()

    def make() -> None:
        while not over.is_set():
            words.append(releases.make_key().partition("_")[0])

    thread = threading.Thread(target=make)
    thread.start()
    try:
        yield words
    finally:
        over.set()
        thread.join()


def changed(before: dict[str, Live], after: dict[str, Live]) -> set[str]:
    return {name for name in before if before[name].version != after[name].version}


def test_what_was_deployed_first_is_live(releases: Releases) -> None:
    live = releases.live()

    assert {name: replace(each, version="") for name, each in live.items()} == releases.latest()
    assert {len(releases.published(name)) for name in live} == {1}
    assert releases.make_key().startswith("earshot_")


def test_a_changed_layer_is_live_in_every_function_and_the_former_is_never_served_again(
    releases: Releases, tmp_path: Path
) -> None:
    before = releases.live()
    with keys_meanwhile(releases) as words:
        releases.deploy(with_other_keys(releases.template, tmp_path, "newshot"))
        words.append("deployed")
    after = releases.live()

    assert changed(before, after) == set(releases.functions)
    assert {each.layer for each in before.values()} & {each.layer for each in after.values()} == set()
    # First the old ones, then the new ones.
    assert [word for at, word in enumerate(words) if word == "earshot" and "newshot" in words[:at]] == []
    assert set(words[words.index("deployed") + 1 :]) <= {"newshot"}
    assert releases.make_key().startswith("newshot_")
    assert {name: replace(each, version="") for name, each in after.items()} == releases.latest()
    releases.deploy(releases.template)
    assert releases.make_key().startswith("earshot_")


def test_changed_code_of_one_function_gives_it_a_version_and_no_other(releases: Releases, tmp_path: Path) -> None:
    (tmp_path / "more.py").write_text("MORE = 1\n", encoding="utf-8")
    before = releases.live()
    releases.deploy(with_package(releases.template, "ServePagesFunction", "more.py", tmp_path / "more.py"))
    after = releases.live()

    assert changed(before, after) == {"ServePagesFunction"}
    assert before["ServePagesFunction"].code != after["ServePagesFunction"].code


def test_a_changed_parameter_is_live_where_it_reaches_also_when_it_goes_back(releases: Releases) -> None:
    releases.deploy(releases.template)
    for days in ("90", "0", "90", "0"):
        before = releases.live()
        releases.deploy(with_parameters(releases.template, PeopleRetentionDays=days))
        after = releases.live()

        assert changed(before, after) == READERS
        assert {after[name].variables["EARSHOT_PEOPLE_RETENTION_DAYS"] for name in READERS} == {days}
        assert {name: replace(each, version="") for name, each in after.items()} == releases.latest()
        assert {len(releases.published(name)) for name in releases.functions} == {1}


def test_a_deployment_that_fails_leaves_live_alone_and_does_not_stand_in_the_way_of_the_next(
    releases: Releases, tmp_path: Path
) -> None:
    releases.deploy(releases.template)
    before, kept = releases.live(), {name: releases.published(name) for name in releases.functions}
    wanted = with_other_keys(with_parameters(releases.template, PeopleRetentionDays="45"), tmp_path, "failshot")
    with pytest.raises(DeployError, match="A version for this Lambda function exists"):
        releases.deploy(failing(wanted, releases.functions))

    assert releases.live() == before
    assert {name: releases.published(name) for name in releases.functions} == kept
    assert releases.make_key().startswith("earshot_")
    releases.deploy(wanted)
    assert releases.make_key().startswith("failshot_")
    assert changed(before, releases.live()) == set(releases.functions)


def test_a_switch_to_a_restored_table_that_fails_leaves_table_readers_and_parameters_as_they_were(
    releases: Releases, monkeypatch: pytest.MonkeyPatch
) -> None:
    releases.deploy(releases.template)
    before = releases.in_use()
    stream = releases.make_table("taken-back")
    switch = {"RestoredTable": "taken-back", "RestoredStreamArn": stream, "OtherTable": before["table"]}
    # Else they would keep the values that they have.
    monkeypatch.setattr("earshot_cli.local.deploy.KEPT", frozenset())

    with pytest.raises(DeployError, match="A version for this Lambda function exists"):
        releases.deploy(failing(with_parameters(releases.template, **switch), releases.functions, *STREAM_READERS))

    aliases = {f"{name}Aliaslive" for name in releases.functions}
    assert {"TableInUse", *STREAM_READERS} <= releases.moved(), "it failed before anything was switched"
    assert aliases & releases.moved()
    # A mapping that was made again would read its stream from the beginning, or from now on.
    assert releases.in_use() == before
    there = releases.items(before["table"])
    assert releases.make_key().startswith("earshot_")
    assert releases.items(before["table"]) > there
    assert releases.items("taken-back") == 0
