"""The stack as CloudFormation would make it: the translated template, for one value of each parameter."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

from earshot_cli.template_source import read_source

ROOT = Path(__file__).parents[3]
STAGES = ("local", "dev", "prod")
VARIANTS = list(product(STAGES, ("true", "false")))
# The variables that the local engine has, and no template.
LOCAL_ONLY = {"EARSHOT_CLOCK_FILE", "EARSHOT_SLACK_API", "EARSHOT_HUBSPOT_API"}
NO_VALUE = object()
UNKNOWN = object()

Properties = Mapping[str, Any]


# The ARN of the table in use, and of the other one that may be used as well while a restore switches between them.
ARNS = ("TableInUseArn", "OtherTableArn")
# The streams of the table: ListStreams is checked by all of them, not by the one there is now.
STREAMS = [{"Fn::Sub": f"${{{arn}.Value}}/stream/*"} for arn in ARNS]
# An index is a resource of its own for IAM; the partition keys its queries are held to are the index's.
INDEX_NAMES = ("DueIndex", "MailboxIndex", "PeopleIndex", "NameIndex")
INDEXES = [{"Fn::Sub": f"${{{arn}.Value}}/index/{name}"} for name in INDEX_NAMES for arn in ARNS]
# The identity under which mails are sent; it is verified once, by hand, outside of this stack.
IDENTITY = "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/${MailIdentity}"
# The same, if the sender's address was verified itself; and every identity, for recipients in the sandbox.
SENDER = "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/${MailFrom}"
IDENTITIES = "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/*"
# Where SES is configured which events to send; there is one on AWS, none on the local engine: it goes by its name.
EVENTS_SET = "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:configuration-set/${AWS::StackName}-mails"
OF_SES = [{"Fn::Sub": arn} for arn in (IDENTITY, SENDER, IDENTITIES, EVENTS_SET)]
# The credentials of destinations, and what they sign calls with: made by a function, so no resource of this stack.
CREDENTIALS = (
    "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:"
    "secret:${AWS::StackName}/destination/*/outbound*"
)
INBOUND = CREDENTIALS.replace("outbound", "inbound")
OF_DESTINATIONS = [{"Fn::Sub": CREDENTIALS}, {"Fn::Sub": INBOUND}]
# What asks about the account as a whole; IAM knows no narrower resource for it.
ACCOUNT = "*"


@dataclass(frozen=True)
class Stack:
    """The resources of the translated template, conditions and parameters resolved, references left as they are."""

    resources: Mapping[str, Mapping[str, Any]]

    def of_type(self, kind: str) -> dict[str, Properties]:
        """Return the properties of all resources of a type."""
        return {
            name: resource.get("Properties", {})
            for name, resource in self.resources.items()
            if resource["Type"] == kind
        }

    def target(self, reference: Any) -> str:
        """Name the resource of this stack that a reference means; LookupError for anything else."""
        if reference in (*STREAMS, *INDEXES):
            return "Table"
        for name, attribute in _references(reference):
            if name in ARNS or (name, attribute) == ("TableInUse", "Value"):
                return "Table"
            if name in self.resources and attribute in (None, "Arn", "StreamArn", "QueueName"):
                # An alias stands for its function.
                return str(self.resources[name]["Properties"]["FunctionName"]["Ref"]) if self.is_alias(name) else name
        raise LookupError(f"{reference!r} is no resource of this stack")

    def is_alias(self, name: str) -> bool:
        """Return whether a resource is an alias of a function."""
        return bool(self.resources[name]["Type"] == "AWS::Lambda::Alias")

    @property
    def functions(self) -> dict[str, Properties]:
        """Return the functions by the names of their folders."""
        found = self.of_type("AWS::Lambda::Function")
        return {folder_of(name): properties for name, properties in found.items()}

    @property
    def mappings(self) -> dict[str, Properties]:
        """Return the event source mappings."""
        return self.of_type("AWS::Lambda::EventSourceMapping")

    @property
    def queues(self) -> dict[str, Properties]:
        """Return the queues."""
        return self.of_type("AWS::SQS::Queue")

    @property
    def dead_letter_queues(self) -> set[str]:
        """Name the queues in which ends up what others could not deliver."""
        redriven = [queue["RedrivePolicy"]["deadLetterTargetArn"] for queue in self.queues.values()
                    if "RedrivePolicy" in queue]  # fmt: skip
        failed = [m["DestinationConfig"]["OnFailure"]["Destination"] for m in self.mappings.values()
                  if "DestinationConfig" in m]  # fmt: skip
        targets = [target["DeadLetterConfig"]["Arn"] for _, target in self.targets() if "DeadLetterConfig" in target]
        return {self.target(reference) for reference in (*redriven, *failed, *targets)}

    def targets(self) -> Iterator[tuple[str, Properties]]:
        """Return every target of a rule or a schedule, with the rule's or schedule's name."""
        for name, rule in self.of_type("AWS::Events::Rule").items():
            for target in rule["Targets"]:
                yield name, target
        for name, schedule in self.of_type("AWS::Scheduler::Schedule").items():
            yield name, schedule["Target"]

    def routes(self) -> dict[str, str]:
        """Return the folder of the function behind each route key of the HTTP API."""
        (api,) = self.of_type("AWS::ApiGatewayV2::Api").values()
        found = {}
        for path, methods in api["Body"]["paths"].items():
            for method, operation in methods.items():
                key = "$default" if path.strip("/") == "$default" else f"{method.upper()} {path}"
                uri = str(operation["x-amazon-apigateway-integration"]["uri"])
                found[key] = next(
                    name for name in self.functions if f"${{{pascal(name)}FunctionAliaslive}}/invocations" in uri
                )
        return found


@cache
def source() -> dict[str, Any]:
    """Read template.yaml, its loops expanded."""
    return read_source((ROOT / "template.yaml").read_text(encoding="utf-8"))


@cache
def stack(
    stage: str = "prod",
    high_volume: str = "false",
    track_opens: str = "false",
    reserved: str = "false",
    alarm_email: str = "",
    dashboard: str = "false",
    crm_url: str = "https://crm.example.com/hook",
    **others: str,
) -> Stack:
    """Translate the template, offline, and resolve it for these parameters."""
    parameters = {"Stage": stage, "HighVolume": high_volume, "TrackOpens": track_opens, "CrmUrl": crm_url}
    parameters |= {"ReservedConcurrency": reserved, "AlarmEmail": alarm_email, "MakeDashboard": dashboard}
    return translated_with(**parameters, **others)


@cache
def translated_with(**given: str) -> Stack:
    """Translate the template, offline, and resolve it for these parameters; without a stage for production."""
    parameters = defaults() | {"Stage": "prod", **given}
    return Stack(_with_shared_policies(_resolved(translated(source(), parameters), parameters)))


def defaults() -> dict[str, Any]:
    """Return each parameter with its default."""
    return {name: declared.get("Default") for name, declared in source()["Parameters"].items()}


def translated(template: Mapping[str, Any], parameters: Mapping[str, Any], **packages: str) -> dict[str, Any]:
    """Translate a template, offline; `packages` are the contents of single packages, by logical id."""
    template = deepcopy(dict(template))
    for name, resource in template["Resources"].items():
        for field in ("CodeUri", "ContentUri"):
            if field in resource.get("Properties", {}):
                resource["Properties"][field] = f"s3://packages/{packages.get(name, 'package')}.zip"
    found: dict[str, Any] = Translator({}, Parser(), boto_session=_Session()).translate(template, dict(parameters))
    return found


def folder_of(logical_id: str) -> str:
    """Return the folder of a function by its logical id."""
    words = "".join(f"_{char.lower()}" if char.isupper() else char for char in logical_id)
    return words.removeprefix("_").removesuffix("_function")


def pascal(folder: str) -> str:
    """Write a folder's name as logical ids are written."""
    return "".join(word.title() for word in folder.split("_"))


class _Session:
    """All the translator wants to know of AWS."""

    region_name = "eu-central-1"


def _references(value: Any) -> Iterator[tuple[str, str | None]]:
    if isinstance(value, Mapping) and set(value) == {"Ref"}:
        yield value["Ref"], None
    if isinstance(value, Mapping) and set(value) == {"Fn::GetAtt"}:
        named = value["Fn::GetAtt"]
        name, _, attribute = named.partition(".") if isinstance(named, str) else (named[0], "", named[1])
        yield name, attribute


def _resolved(template: Mapping[str, Any], parameters: Mapping[str, Any]) -> dict[str, Any]:
    conditions = {name: _value(condition, parameters, {}) for name, condition in template.get("Conditions", {}).items()}
    return {
        name: _value(resource, parameters, conditions)
        for name, resource in template["Resources"].items()
        if conditions.get(resource.get("Condition"), True)
    }


def _with_shared_policies(resources: dict[str, Any]) -> dict[str, Any]:
    """Add the policies that roles share to each of them, as IAM does: they are inline policies of every one."""
    for policy in [each["Properties"] for each in resources.values() if each["Type"] == "AWS::IAM::Policy"]:
        for name, _ in (reference for role in policy["Roles"] for reference in _references(role)):
            properties = resources[name]["Properties"]
            own = {key: policy[key] for key in ("PolicyName", "PolicyDocument")}
            properties["Policies"] = [*properties.get("Policies", ()), own]
    return resources


def _value(node: Any, parameters: Mapping[str, Any], conditions: Mapping[str, bool]) -> Any:
    """Work out parameters and conditions; what refers to resources stays as it is."""
    if isinstance(node, list):
        items = [_value(item, parameters, conditions) for item in node]
        return [item for item in items if item is not NO_VALUE]
    if not isinstance(node, Mapping):
        return node
    if len(node) == 1:
        ((name, argument),) = node.items()
        known = _known(name, argument, parameters, conditions)
        if known is not UNKNOWN:
            return known
    found = {name: _value(item, parameters, conditions) for name, item in node.items()}
    return {name: item for name, item in found.items() if item is not NO_VALUE}


def _known(name: str, argument: Any, parameters: Mapping[str, Any], conditions: Mapping[str, bool]) -> Any:
    """Work out one intrinsic; UNKNOWN if only CloudFormation can."""
    if name == "Ref":
        return NO_VALUE if argument == "AWS::NoValue" else parameters.get(argument, UNKNOWN)
    if name == "Fn::If":
        condition, true, false = argument
        return _value(true if conditions[condition] else false, parameters, conditions)
    if name == "Fn::Equals":
        left, right = (_value(side, parameters, conditions) for side in argument)
        return left == right
    if name == "Fn::Not":
        return not _value(argument[0], parameters, conditions)
    if name == "Fn::And":
        return all(_value(part, parameters, conditions) for part in argument)
    return UNKNOWN
