"""Least privilege: a function may do what its code does, and nothing else."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.integration.template.stack import ACCOUNT, EVENTS_SET, IDENTITY, STREAMS, Properties, Stack, pascal, stack

LOG = {"logs:CreateLogStream LogGroup", "logs:PutLogEvents LogGroup"}

# What a transaction writes stands in one statement: whether DynamoDB shows IAM all leading keys of a transaction at
# once is nowhere documented. So the responses, counts and people of a transaction are allowed the same three actions.
RECORD = {
    f"dynamodb:{action} Table {family}"
    for action in ("PutItem", "UpdateItem", "DeleteItem")
    for family in ("R#*", "C#*", "P#*")
}
# What an import brought is counted in the transaction that records it.
IMPORTS = {f"dynamodb:{action} Table IM#*" for action in ("PutItem", "UpdateItem", "DeleteItem")}
# So are the mailboxes of a transaction, which is as likely one of people.
MAILBOXES = {f"dynamodb:{action} Table M#*" for action in ("PutItem", "UpdateItem", "DeleteItem")}
# Who keeps a survey, or notes a value of a segment: a transaction may hold both.
KEEP_SURVEY = {
    f"dynamodb:{action} Table {family}"
    for action in ("PutItem", "UpdateItem")
    for family in ("SURVEYS", "SURVEY#*", "VALUES#*")
}
# Who records looks up the values of segments, notes those seen for the first time, and has their past looked for.
VALUES = {*KEEP_SURVEY, "dynamodb:BatchGetItem Table VALUES#*", "sqs:SendMessage BackfillQueue"}
# Who checks a key notes the day of its use.
KEY = {"dynamodb:GetItem Table KEYS", "dynamodb:UpdateItem Table KU#*"}
# Who invites creates and updates people, decides, keeps the decision and queues the mail.
INVITE = {
    "dynamodb:GetItem Table SURVEY#*",
    "dynamodb:GetItem Table P#*",
    *(f"dynamodb:BatchGetItem Table {family}" for family in ("P#*", "M#*", "X#*")),
    *(f"dynamodb:{action} Table {family}" for action in ("PutItem", "UpdateItem") for family in ("P#*", "M#*")),
    "secretsmanager:GetSecretValue HashSecret",
    "sqs:SendMessage EmailQueue",
}
# The schedules, each with the queue it asks through and that queue's dead letters.
SCHEDULES = {
    "HourlyScheduleRole": {"sqs:SendMessage ScoreQueue", "sqs:SendMessage ScoreDeadLetters"},
    "ReconcileScheduleRole": {"sqs:SendMessage FeedbackQueue", "sqs:SendMessage FeedbackDeadLetters"},
    "RetentionScheduleRole": {"sqs:SendMessage BackfillQueue", "sqs:SendMessage BackfillDeadLetters"},
    "PlanScheduleRole": {"sqs:SendMessage PlanQueue", "sqs:SendMessage PlanDeadLetters"},
    "CampaignScheduleRole": {"sqs:SendMessage CampaignQueue", "sqs:SendMessage CampaignDeadLetters"},
}


def reads(queue: str) -> set[str]:
    """Say what Lambda needs to poll a queue."""
    return {f"sqs:{action} {queue}" for action in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")}


# Function by function, what its code calls: the action, the resource, and for the table the family of partition keys.
NEEDS: dict[str, set[str]] = {
    "serve_widget": {
        "dynamodb:GetItem Table SURVEY#*",
        *(f"dynamodb:{action} Table P#*" for action in ("GetItem", "Query")),
        "dynamodb:GetItem Table M#*",  # when the mailbox was last asked
        "dynamodb:GetItem Table W#*",
        "dynamodb:UpdateItem Table W#*",  # a signed person was shown the question
        "secretsmanager:GetSecretValue IdentitySecret",  # whom a page says it knows
        "lambda:InvokeFunction AskByAddressFunction",  # who an address is, is not for it to know
    },
    "ask_by_address": {
        "dynamodb:GetItem Table SURVEY#*",
        *(f"dynamodb:{action} Table P#*" for action in ("GetItem", "Query")),
        "dynamodb:GetItem Table M#*",
        *(f"dynamodb:{action} Table W#*" for action in ("GetItem", "UpdateItem")),
        "secretsmanager:GetSecretValue HashSecret",
        "secretsmanager:GetSecretValue IdentitySecret",  # what nobody signed is not looked up
    },
    "submit_response": {
        *KEY,
        "dynamodb:GetItem Table SURVEY#*",
        "dynamodb:UpdateItem Table RL#*",  # how many came from one network
        "secretsmanager:GetSecretValue IdentitySecret",  # who signed that they know the person
        "dynamodb:GetItem Table W#*",  # what was shown while a token was good that is over
        "lambda:InvokeFunction AskByAddressFunction",
        "sqs:SendMessage ResponseQueue",
        "dynamodb:GetItem Table IM#*",  # the import that a batch belongs to
    },
    "record_responses": {
        *(line for queue in ("ResponseQueue", "LinkQueue") for line in reads(queue)),
        # A message that is refused comes back at once.
        *(f"sqs:ChangeMessageVisibility {queue}" for queue in ("ResponseQueue", "LinkQueue")),
        "dynamodb:GetItem Table SURVEY#*",
        *VALUES,
        # The first answer fixes the zone.
        "dynamodb:GetItem Table R#*",
        "dynamodb:BatchGetItem Table R#*",  # the answers beside one
        *(f"dynamodb:BatchGetItem Table {family}" for family in ("P#*", "M#*")),  # who was erased
        "dynamodb:Query Table P#*",  # the answers of the same person before and after one
        *IMPORTS,
        "dynamodb:GetItem Table IM#*",  # a message that came again
        *RECORD,
        *MAILBOXES,  # a pointer from an unverified address
        "secretsmanager:GetSecretValue HashSecret",  # whose an address is
    },
    "publish_events": {
        *(f"dynamodb:{action} Table" for action in ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")),
        "events:PutEvents Bus",
        "sqs:SendMessage ParkedRecords",
    },
    "count_funnel": {
        *(f"dynamodb:{action} Table" for action in ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")),
        "dynamodb:UpdateItem Table F#*",
        "dynamodb:UpdateItem Table FS#*",
        "dynamodb:BatchGetItem Table FS#*",  # what was counted before
        "sqs:SendMessage UncountedRecords",  # what the stream gave up
    },
    "sync_crm": reads("CrmQueue") | {"dynamodb:GetItem Table R#*"},
    "recompute_scores": {
        *reads("ScoreQueue"),
        "sqs:SendMessage ScoreQueue",
        *(f"dynamodb:Query Table {family}" for family in ("SURVEYS", "VALUES#*", "C#*", "S#*", "J#*")),
        "dynamodb:GetItem Table SURVEY#*",
        "dynamodb:PutItem Table S#*",
        "dynamodb:PutItem Table J#*",  # a day is judged
    },
    "read_results": {
        *KEY,
        *(f"dynamodb:Query Table {family}" for family in ("VALUES#*", "C#*", "R#*", "F#*")),
        "dynamodb:GetItem Table SURVEY#*",
        "dynamodb:GetItem Table R#*",
        "dynamodb:BatchGetItem Table P#*",  # who gave the responses of a page
    },
    "read_trends": {
        *KEY,
        "dynamodb:GetItem Table SURVEY#*",
        *(f"dynamodb:Query Table {family}" for family in ("VALUES#*", "C#*", "F#*")),
    },
    "revise_response": {
        *KEY,
        "dynamodb:GetItem Table SURVEY#*",
        *VALUES,  # a corrected property has a value seen for the first time
        "dynamodb:GetItem Table R#*",
        "dynamodb:Query Table R#*",  # what an import first recorded
        *IMPORTS,
        *(f"dynamodb:{action} Table IM#*" for action in ("GetItem", "Query")),
        *RECORD,
        *MAILBOXES,
        "dynamodb:Query Table P#*",  # the invitation whose answer is erased
        "dynamodb:DeleteItem Table PC#*",  # its comments
        *(f"dynamodb:{action} Table ER#*" for action in ("GetItem", "PutItem", "DeleteItem")),  # how far an erasing is
    },
    "manage_surveys": {
        *KEY,
        "dynamodb:GetItem Table SURVEY#*",
        *(f"dynamodb:Query Table {family}" for family in ("SURVEYS", "VALUES#*", "C#*")),
        "dynamodb:BatchGetItem Table VALUES#*",
        *KEEP_SURVEY,
        *(f"dynamodb:DeleteItem Table {family}" for family in ("SURVEYS", "SURVEY#*", "VALUES#*")),
        *(f"dynamodb:Query Table {family}" for family in ("F#*", "K#*")),  # what keeps a survey from being deleted
        "secretsmanager:GetSecretValue IdentitySecret",  # what a customer signs identities with
        "sqs:SendMessage BackfillQueue",
    },
    "manage_people": {
        *KEY,
        *(f"dynamodb:GetItem Table {family}" for family in ("P#*", "M#*", "R#*")),
        *(f"dynamodb:Query Table {family}" for family in ("P#*", "M#*")),
        *(f"dynamodb:BatchGetItem Table {family}" for family in ("P#*", "M#*", "X#*")),
        *(f"dynamodb:{action} Table PC#*" for action in ("GetItem", "Query", "DeleteItem")),  # comments of presses
        "dynamodb:Query Table PEOPLE#*",  # everybody by id and by name
        "dynamodb:PutItem Table X#*",
        "dynamodb:DeleteItem Table X#*",  # a suppression is lifted
        "dynamodb:Query Table SURVEYS",  # the widgets that may have asked an erased person
        "dynamodb:DeleteItem Table W#*",
        "secretsmanager:GetSecretValue HashSecret",
        *RECORD,  # people are kept, and their responses anonymised or erased
        *MAILBOXES,
    },
    "request_invitations": {
        *KEY,
        "dynamodb:Query Table P#*",  # why somebody was or wasn't asked
        "dynamodb:GetItem Table PC#*",  # the comment of an answer that counts after all
        "sqs:SendMessage LinkQueue",  # an answer that counts after all
        *INVITE,
    },
    "receive_touchpoints": reads("TouchpointQueue") | INVITE,
    "manage_campaigns": {
        *KEY,
        "dynamodb:GetItem Table SURVEY#*",
        *(f"dynamodb:{action} Table K#*" for action in ("GetItem", "Query", "PutItem")),
        "sqs:SendMessage CampaignQueue",  # a campaign begins at once
    },
    "plan_campaigns": {
        *reads("CampaignQueue"),
        "sqs:SendMessage CampaignQueue",
        "dynamodb:Query Table DUE#*",
        "dynamodb:Query Table WHO#*",  # the people directory
        "dynamodb:GetItem Table K#*",
        "dynamodb:PutItem Table K#*",
        *INVITE,
    },
    "plan_reminders": {
        *reads("PlanQueue"),
        "sqs:SendMessage PlanQueue",
        "dynamodb:Query Table DUE#*",
        "sqs:GetQueueAttributes EmailQueue",  # how much the sender has to do
        "sqs:SendMessage EmailQueue",
        "ses:GetAccount Account",  # whether there is any use in planning
    },
    "send_emails": {
        *reads("EmailQueue"),
        "sqs:ChangeMessageVisibility EmailQueue",  # a mail that waits its turn
        "dynamodb:GetItem Table SURVEY#*",
        "dynamodb:GetItem Table P#*",
        "dynamodb:Query Table P#*",  # whether somebody who is to be reminded has answered
        "dynamodb:GetItem Table R#*",  # whether what they pressed was recorded
        "dynamodb:BatchGetItem Table X#*",
        "dynamodb:UpdateItem Table P#*",
        "dynamodb:UpdateItem Table B#*",  # the day's budget
        "secretsmanager:GetSecretValue HashSecret",
        "secretsmanager:GetSecretValue LinkSecret",
        "dynamodb:GetItem Table M#*",
        "dynamodb:UpdateItem Table M#*",  # a late mail, or one that is put off, is asked later
        "dynamodb:Query Table M#*",  # who else has the mailbox
        "ses:GetAccount Account",
        "ses:SendEmail Identity",
        "ses:SendRawEmail Identity",  # what SES asks for when the MIME is ours
        "ses:SendEmail EventsSet",  # so that SES tells what becomes of a mail
        "ses:SendRawEmail EventsSet",
    },
    "receive_feedback": {
        *reads("FeedbackQueue"),
        "sqs:SendMessage FeedbackQueue",  # the next page of the suppression list
        "dynamodb:PutItem Table X#*",
        "dynamodb:UpdateItem Table P#*",  # marks, stops and retries
        "dynamodb:GetItem Table RECONCILIATIONS",
        "dynamodb:UpdateItem Table RECONCILIATIONS",
        "secretsmanager:GetSecretValue HashSecret",
        "ses:ListSuppressedDestinations Account",
    },
    "serve_pages": {
        "dynamodb:GetItem Table SURVEY#*",
        "dynamodb:GetItem Table P#*",
        "dynamodb:GetItem Table R#*",  # the comment as it stands
        "dynamodb:UpdateItem Table P#*",  # a press of the button
        *(f"dynamodb:{action} Table PC#*" for action in ("GetItem", "PutItem", "DeleteItem")),  # its comment
        *(f"dynamodb:{action} Table X#*" for action in ("GetItem", "PutItem", "DeleteItem")),  # unsubscribing, its undo
        "secretsmanager:GetSecretValue LinkSecret",
        "sqs:SendMessage LinkQueue",
    },
    "backfill_segments": {
        *reads("BackfillQueue"),
        "sqs:SendMessage BackfillQueue",
        "secretsmanager:GetSecretValue HashSecret",  # what somebody answered under their address
        "dynamodb:GetItem Table SURVEY#*",
        "dynamodb:Query Table VALUES#*",
        *VALUES,
        "dynamodb:Query Table R#*",
        # What is older than its survey keeps it is anonymised, in its invitation too.
        "dynamodb:Query Table SURVEYS",
        "dynamodb:GetItem Table R#*",
        "dynamodb:DeleteItem Table PC#*",
        # Who was silent for long is looked for among all people, and forgotten with what they said.
        "dynamodb:Query Table PEOPLE#*",
        *(f"dynamodb:Query Table {family}" for family in ("P#*", "M#*", "PC#*")),
        *(f"dynamodb:{action} Table {family}" for action in ("GetItem", "BatchGetItem") for family in ("P#*", "M#*")),
        *RECORD,
        *MAILBOXES,
    },
    "serve_openapi": set(),
    "manage_keys": {
        *KEY,
        *(f"dynamodb:{action} Table KEYS" for action in ("Query", "PutItem", "UpdateItem")),
        "dynamodb:BatchGetItem Table KU#*",  # when each was last used
    },
}


@pytest.mark.parametrize("function", NEEDS)
def test_a_function_may_do_what_it_does_and_nothing_else(function: str) -> None:
    assert set(grants(stack(), f"{pascal(function)}Role")) == NEEDS[function] | LOG


def test_every_function_is_in_the_table_above(prod: Stack) -> None:
    assert set(prod.functions) == set(NEEDS)


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


def test_a_schedule_may_put_into_its_queue_and_its_dead_letters(variant: Stack) -> None:
    assert {role: set(grants(variant, role)) for role in SCHEDULES} == SCHEDULES


def test_no_permission_depends_on_the_stage_or_the_volume(variant: Stack) -> None:
    for name in variant.of_type("AWS::IAM::Role"):
        assert set(grants(variant, name)) == set(grants(stack(), name)), name


def test_every_role_belongs_to_one_user(variant: Stack) -> None:
    functions = {variant.target(function["Role"]): name for name, function in variant.functions.items()}

    assert functions == {f"{pascal(name)}Role": name for name in variant.functions}
    assert set(variant.of_type("AWS::IAM::Role")) == {*functions, *SCHEDULES}


def test_only_its_own_service_may_take_on_a_role(variant: Stack) -> None:
    for name, role in variant.of_type("AWS::IAM::Role").items():
        (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
        service = "scheduler" if name in SCHEDULES else "lambda"
        assert statement == {
            "Effect": "Allow",
            "Principal": {"Service": f"{service}.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }, name


def test_no_managed_policy_is_attached_and_no_policy_stands_alone(variant: Stack) -> None:
    for name, role in variant.of_type("AWS::IAM::Role").items():
        assert not role.get("ManagedPolicyArns"), name
    kinds = {resource["Type"] for resource in variant.resources.values()}
    assert not kinds & {"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy", "AWS::IAM::User"}


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
            if reference in ({"Fn::Sub": IDENTITY}, {"Fn::Sub": EVENTS_SET}):
                assert all(action.startswith("ses:Send") for action in statement["Action"])
                continue
            assert variant.resources[variant.target(reference)]["Type"] in kinds


def test_every_statement_on_the_table_is_held_to_partition_keys(variant: Stack) -> None:
    for name, statement in statements(variant):
        on_stream = _listed(statement["Resource"]) == [STREAMS]
        if "Table" not in [named(variant, resource) for resource in _listed(statement["Resource"])] or on_stream:
            continue
        families = statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
        assert families, name
        assert all(family.rstrip("*") and family.rstrip("*")[-1] in "#SY" for family in families), families


def test_every_statement_says_what_it_is_for(variant: Stack) -> None:
    for name, statement in statements(variant):
        assert statement["Effect"] == "Allow", name
        assert statement["Sid"].isalnum(), name
        assert not {"NotAction", "NotResource", "NotPrincipal"} & set(statement), name


def grants(deployed: Stack, role: str) -> Iterator[str]:
    """Spell out a role: `action resource`, and for items of the table the family of their partition keys."""
    for statement in _statements_of(deployed.resources[role]["Properties"]):
        condition = statement.get("Condition", {}).get("ForAllValues:StringLike", {})
        families = condition.get("dynamodb:LeadingKeys", [""])
        for action in _listed(statement["Action"]):
            for reference in _listed(statement["Resource"]):
                yield from (f"{action} {named(deployed, reference)} {family}".strip() for family in families)


def statements(deployed: Stack) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Give every statement of every role, with the role's name."""
    for name, role in deployed.of_type("AWS::IAM::Role").items():
        for statement in _statements_of(role):
            yield name, statement


def named(deployed: Stack, reference: Any) -> str:
    if reference == ACCOUNT:
        return "Account"
    outside = {IDENTITY: "Identity", EVENTS_SET: "EventsSet"}
    written = reference.get("Fn::Sub") if isinstance(reference, Mapping) else None
    return outside.get(str(written)) or deployed.target(reference)


def _statements_of(role: Properties) -> Iterator[Mapping[str, Any]]:
    for policy in role["Policies"]:
        yield from policy["PolicyDocument"]["Statement"]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
