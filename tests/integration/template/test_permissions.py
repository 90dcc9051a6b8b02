"""Roles: how they are written, who may take them on, and what no function may do; test_calls.py has what each needs."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from tests.integration.template.stack import (
    ACCOUNT,
    CREDENTIALS,
    EVENTS_SET,
    IDENTITIES,
    IDENTITY,
    INBOUND,
    OF_DESTINATIONS,
    OF_SES,
    SENDER,
    STREAMS,
    Properties,
    Stack,
    pascal,
    source,
    stack,
)

LOG = {"logs:CreateLogStream LogGroup", "logs:PutLogEvents LogGroup"}

# The schedules, each with the queue it asks through and that queue's dead-letter queue.
SCHEDULES = {
    "HourlyScheduleRole": {"sqs:SendMessage ScoreQueue", "sqs:SendMessage ScoreDeadLetters"},
    "ReconcileScheduleRole": {"sqs:SendMessage FeedbackQueue", "sqs:SendMessage FeedbackDeadLetters"},
    "RetentionScheduleRole": {"sqs:SendMessage BackfillQueue", "sqs:SendMessage BackfillDeadLetters"},
    "PlanScheduleRole": {"sqs:SendMessage PlanQueue", "sqs:SendMessage PlanDeadLetters"},
    "CampaignScheduleRole": {"sqs:SendMessage CampaignQueue", "sqs:SendMessage CampaignDeadLetters"},
}


def test_no_function_that_strangers_call_can_hash_an_address(variant: Stack) -> None:
    # Who takes one over would find out by trying which addresses are known.
    hashing = {
        name
        for name in variant.functions
        if "secretsmanager:GetSecretValue HashSecret" in set(grants(variant, f"{pascal(name)}Role"))
    }
    with_key = {
        name for name, function in variant.functions.items() if "EARSHOT_HASH_SECRET" in str(function["Environment"])
    }

    assert hashing == with_key
    assert {"record_responses", "manage_people", "ask_by_address"} <= hashing
    assert not hashing & {"submit_response", "serve_widget", "serve_pages", "serve_openapi"}
    assert "ask_by_address" not in variant.routes().values()


def test_a_schedule_may_put_into_its_queue_and_its_dead_letter_queue(variant: Stack) -> None:
    assert {role: set(grants(variant, role)) for role in SCHEDULES} == SCHEDULES


# The one exception: SES asks for these where a stack is tried, see below.
IN_THE_SANDBOX = {"ses:SendEmail Identities", "ses:SendRawEmail Identities"}


def test_no_permission_depends_on_the_stage_or_the_volume(variant: Stack) -> None:
    for name in variant.of_type("AWS::IAM::Role"):
        assert set(grants(variant, name)) - IN_THE_SANDBOX == set(grants(stack(), name)), name


def test_every_role_belongs_to_one_user(variant: Stack) -> None:
    functions = {variant.target(function["Role"]): name for name, function in variant.functions.items()}

    assert functions == {f"{pascal(name)}Role": name for name in variant.functions}
    assert set(variant.of_type("AWS::IAM::Role")) == {*functions, *SCHEDULES}


def test_only_its_own_service_may_take_on_a_role(variant: Stack) -> None:
    for name, role in variant.of_type("AWS::IAM::Role").items():
        trust = role["AssumeRolePolicyDocument"]
        (statement,) = (json.loads(trust) if isinstance(trust, str) else trust)["Statement"]
        service = "scheduler" if name in SCHEDULES else "lambda"
        assert statement == {
            "Effect": "Allow",
            "Principal": {"Service": f"{service}.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }, name


def test_no_managed_policy_is_attached_and_only_functions_share_a_policy(variant: Stack) -> None:
    for name, role in variant.of_type("AWS::IAM::Role").items():
        assert not role.get("ManagedPolicyArns"), name
    kinds = {resource["Type"] for resource in variant.resources.values()}
    assert not kinds & {"AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy", "AWS::IAM::User"}
    for name, policy in variant.of_type("AWS::IAM::Policy").items():
        assert not {"Users", "Groups"} & set(policy), name
        assert not {variant.target(role) for role in policy["Roles"]} & set(SCHEDULES), name


def test_every_function_writes_its_log_and_no_role_has_a_policy_twice(variant: Stack) -> None:
    for name in variant.functions:
        policies = [
            policy["PolicyName"] for policy in variant.resources[f"{pascal(name)}Role"]["Properties"]["Policies"]
        ]
        assert set(grants(variant, f"{pascal(name)}Role")) >= LOG, name
        assert len(policies) == len(set(policies)), name


def test_no_action_is_a_wildcard(variant: Stack) -> None:
    for name, statement in statements(variant):
        for action in _listed(statement["Action"]):
            assert "*" not in action, (name, action)


def test_every_resource_is_one_of_this_stack_and_nothing_wider(variant: Stack) -> None:
    kinds = {"AWS::DynamoDB::Table", "AWS::SQS::Queue", "AWS::Events::EventBus", "AWS::Logs::LogGroup"}
    kinds |= {"AWS::SecretsManager::Secret", "AWS::Lambda::Function"}
    for _, statement in statements(variant):
        for reference in _listed(statement["Resource"]):
            if reference == ACCOUNT:
                assert _listed(statement["Action"]) in (["ses:GetAccount"], ["ses:ListSuppressedDestinations"])
                continue
            if reference in OF_SES:
                assert all(action.startswith("ses:Send") for action in statement["Action"])
                continue
            if reference in OF_DESTINATIONS:
                assert all(action.startswith("secretsmanager:") for action in statement["Action"])
                continue
            assert variant.resources[variant.target(reference)]["Type"] in kinds


def test_a_destinations_credentials_are_read_by_who_delivers_and_written_by_who_manages(variant: Stack) -> None:
    writes = {"CreateSecret", "PutSecretValue", "DeleteSecret"}
    assert _users_of("Credentials", variant) == {"sync_crm": {"GetSecretValue"}, "manage_alerts": writes}


def test_what_a_destination_calls_with_is_read_by_who_is_called_and_written_by_who_manages(variant: Stack) -> None:
    writes = {"CreateSecret", "PutSecretValue", "DeleteSecret"}
    assert _users_of("InboundSecrets", variant) == {"receive_inbound": {"GetSecretValue"}, "manage_alerts": writes}


def _users_of(secrets: str, variant: Stack) -> dict[str, set[str]]:
    return {
        name: {action.partition(":")[2].partition(" ")[0] for action in actions}
        for name in variant.functions
        if (actions := {each for each in grants(variant, f"{pascal(name)}Role") if each.endswith(f" {secrets}")})
    }


def test_no_statement_stands_in_a_condition_since_the_doctor_reads_each() -> None:
    resources = source()["Resources"].values()
    documents = [one["Properties"]["PolicyDocument"] for one in resources if one.get("Type") == "AWS::IAM::Policy"]
    for role in (one["Properties"] for one in resources if one.get("Type") == "AWS::IAM::Role"):
        documents += [policy["PolicyDocument"] for policy in role.get("Policies", ())]
    assert len(documents) > 20
    assert all("Action" in statement for document in documents for statement in document["Statement"])


def test_mails_go_under_the_identity_of_the_sender_and_only_a_stack_on_trial_may_use_a_recipients() -> None:
    for stage in ("local", "dev", "prod"):
        sends: dict[str, list[Mapping[str, Any]]] = {}
        for name, each in statements(stack(stage)):
            if "ses:SendRawEmail" in each["Action"]:
                sends.setdefault(name, []).append(each)
        assert sends.keys() == {"SendEmailsRole", "SyncCrmRole"}
        for name, (own, *others) in sends.items():
            # SES reports what becomes of a mail that invites, and of none to staff.
            events = [EVENTS_SET] * (name == "SendEmailsRole")
            assert own["Resource"] == [{"Fn::Sub": arn} for arn in (IDENTITY, SENDER, *events)]
            assert [each["Resource"] for each in others] == ([{"Fn::Sub": IDENTITIES}] if stage == "dev" else [])
            for each in others:
                assert each["Condition"]["StringEquals"].keys() == {"ses:FromAddress"}


def test_every_statement_on_the_table_is_held_to_partition_keys(variant: Stack) -> None:
    for name, statement in statements(variant):
        on_stream = _listed(statement["Resource"]) == STREAMS
        if "Table" not in [named(variant, resource) for resource in _listed(statement["Resource"])] or on_stream:
            continue
        families = statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
        assert families, name
        # All that begins with a family's name, or one partition by its whole name.
        assert all(re.fullmatch(r"[A-Z]+(#[A-Z]+)*#\*|[A-Z]+", family) for family in families), families


def test_every_statement_has_a_purpose_in_its_name(variant: Stack) -> None:
    for name, statement in statements(variant):
        assert statement["Effect"] == "Allow", name
        assert statement["Sid"].isalnum(), name
        assert not {"NotAction", "NotResource", "NotPrincipal"} & set(statement), name


def grants(deployed: Stack, role: str) -> Iterator[str]:
    """Spell out a role: `action resource`, and for items of the table the family of their partition keys."""
    for statement in statements_of(deployed.resources[role]["Properties"]):
        yield from grants_of(deployed, statement)


def grants_of(deployed: Stack, statement: Mapping[str, Any]) -> Iterator[str]:
    """Spell out a statement of a role."""
    condition = statement.get("Condition", {}).get("ForAllValues:StringLike", {})
    families = condition.get("dynamodb:LeadingKeys", [""])
    for action in _listed(statement["Action"]):
        for reference in _listed(statement["Resource"]):
            yield from (f"{action} {named(deployed, reference)} {family}".strip() for family in families)


def statements(deployed: Stack) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Return every statement of every role, with the role's name."""
    for name, role in deployed.of_type("AWS::IAM::Role").items():
        for statement in statements_of(role):
            yield name, statement


def named(deployed: Stack, reference: Any) -> str:
    if reference == ACCOUNT:
        return "Account"
    outside = {IDENTITY: "Identity", SENDER: "Sender", IDENTITIES: "Identities", EVENTS_SET: "EventsSet"}
    outside |= {CREDENTIALS: "Credentials", INBOUND: "InboundSecrets"}
    written = reference.get("Fn::Sub") if isinstance(reference, Mapping) else None
    return outside.get(str(written)) or deployed.target(reference)


def statements_of(role: Properties) -> Iterator[Mapping[str, Any]]:
    for policy in role["Policies"]:
        yield from policy["PolicyDocument"]["Statement"]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
