"""What travels through a queue, a stream or a rule is never lost without a trace."""

import json
from itertools import chain
from typing import Any

import pytest

from earshot.adapters.dynamodb.stream import EVENT_READERS
from earshot.adapters.dynamodb.table_keys import DELIVERIES, INVITATIONS
from earshot.adapters.https_sender import Limits
from earshot.adapters.ses_account import CAREFUL_RATE
from earshot.adapters.ses_events import SECTIONS, SOURCE
from earshot.api.segment_values import SEGMENTS
from earshot.domain.alerts import RESPONSE_FACTS
from earshot.domain.deliveries import DeliveryState
from earshot.domain.invitation import InvitationState
from earshot.domain.segment_values import VALUES_PER_SEGMENT
from earshot.services.invitations.send_invitation import LONGEST_SEND
from earshot.services.invitations.send_rate import MOST_RECEIVES
from earshot.services.responses.transaction_chunks import MOST_ITEMS
from tests.integration.template.stack import Properties, Stack, source, stack

FOURTEEN_DAYS = 14 * 86_400
RESPONSES = ("ResponseQueue", "LinkQueue")
# What a record of the stream is called that leaves an item behind.
STORED = ["INSERT", "MODIFY"]


def test_every_queue_has_a_dead_letter_queue_or_is_one(variant: Stack) -> None:
    for name, queue in variant.queues.items():
        assert ("RedrivePolicy" in queue) != (name in variant.dead_letter_queues), name


def test_dead_letters_wait_fourteen_days(variant: Stack) -> None:
    assert variant.dead_letter_queues
    for name in variant.dead_letter_queues:
        assert variant.queues[name]["MessageRetentionPeriod"] == FOURTEEN_DAYS, name


def test_accepted_responses_and_dead_letters_outlive_the_stack(variant: Stack) -> None:
    """Of what the other queues hold the table has the cause, or there is nobody left to do it for."""
    kept = {name for name in variant.queues if name in RESPONSES or name.endswith("DeadLetters")}
    policies = {
        name: (each.get("DeletionPolicy"), each.get("UpdateReplacePolicy"))
        for name, each in variant.resources.items()
        if each["Type"] == "AWS::SQS::Queue"
    }

    assert len(kept) == 13
    assert {name for name, policy in policies.items() if policy == ("RetainExceptOnCreate", "Retain")} == kept
    assert {policy for name, policy in policies.items() if name not in kept} == {("Delete", "Delete")}


def test_no_queue_drops_a_message_before_its_dead_letter_queue_would(variant: Stack) -> None:
    # A message keeps its age when it is moved: a dead-letter queue that keeps it no longer would lose it at once.
    for name, queue in variant.queues.items():
        assert queue["MessageRetentionPeriod"] == FOURTEEN_DAYS, name


def test_no_two_queues_share_a_dead_letter_queue(variant: Stack) -> None:
    redrives = [queue["RedrivePolicy"] for queue in variant.queues.values() if "RedrivePolicy" in queue]
    used = [variant.target(redrive["deadLetterTargetArn"]) for redrive in redrives]

    assert len(used) == len(set(used))


def test_a_response_is_tried_ten_times_before_it_is_a_dead_letter(variant: Stack) -> None:
    for name in RESPONSES:
        assert variant.queues[name]["RedrivePolicy"]["maxReceiveCount"] >= 10


def test_no_mail_is_a_dead_letter_because_it_waited_its_turn(variant: Stack) -> None:
    assert variant.queues["EmailQueue"]["RedrivePolicy"]["maxReceiveCount"] > MOST_RECEIVES


def test_as_many_senders_share_the_rate_as_may_run_at_once(variant: Stack) -> None:
    mapping = variant.mappings["SendEmailsFunctionEmailQueue"]
    senders = variant.functions["send_emails"]["Environment"]["Variables"]["EARSHOT_MAX_CONCURRENCY"]

    assert mapping["ScalingConfig"]["MaximumConcurrency"] == int(senders)


@pytest.mark.parametrize(
    ("parameter", "mapping"),
    [("Senders", "SendEmailsFunctionEmailQueue"), ("CrmConcurrency", "SyncCrmFunctionDeliveryQueue")],
)
def test_how_many_work_at_once_is_a_parameter(parameter: str, mapping: str) -> None:
    resource = source()["Resources"][mapping.partition("Function")[0] + "Function"]["Properties"]
    (event,) = resource["Events"].values()
    assert event["Properties"]["ScalingConfig"] == {"MaximumConcurrency": {"Ref": parameter}}
    # Lambda takes no maximum below two.
    assert source()["Parameters"][parameter]["MinValue"] == 2
    assert (
        stack().mappings[mapping]["ScalingConfig"]["MaximumConcurrency"] == source()["Parameters"][parameter]["Default"]
    )


def test_a_whole_batch_of_mails_has_its_turn_in_one_run_at_the_slowest_rate_there_is(variant: Stack) -> None:
    mapping, function = variant.mappings["SendEmailsFunctionEmailQueue"], variant.functions["send_emails"]
    waits = mapping["BatchSize"] * mapping["ScalingConfig"]["MaximumConcurrency"] / CAREFUL_RATE

    assert function["Timeout"] > waits + LONGEST_SEND / 1000


def test_every_other_message_is_tried_five_times(variant: Stack) -> None:
    for name, queue in variant.queues.items():
        if "RedrivePolicy" in queue:
            assert queue["RedrivePolicy"]["maxReceiveCount"] >= 5, name


def test_every_queue_is_encrypted(variant: Stack) -> None:
    for name, queue in variant.queues.items():
        assert queue["SqsManagedSseEnabled"] is True, name


def test_every_mapping_reports_the_failed_messages_alone(variant: Stack) -> None:
    assert variant.mappings
    for name, mapping in variant.mappings.items():
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"], name


def test_every_queue_mapping_has_a_concurrency_of_its_own(variant: Stack) -> None:
    for name, mapping in _queue_mappings(variant):
        assert 2 <= mapping["ScalingConfig"]["MaximumConcurrency"] <= 5, name


def test_a_batch_above_ten_has_a_window(variant: Stack) -> None:
    for name, mapping in _queue_mappings(variant):
        assert mapping["BatchSize"] <= 10 or mapping["MaximumBatchingWindowInSeconds"] >= 1, name


@pytest.mark.parametrize("queue", RESPONSES)
@pytest.mark.parametrize(("high_volume", "expected"), [("false", (10, 0)), ("true", (99, 1))])
def test_high_volume_records_what_one_transaction_holds(
    high_volume: str, expected: tuple[int, int], queue: str
) -> None:
    mapping = stack("prod", high_volume).mappings[f"RecordResponsesFunction{queue}"]

    assert (mapping["BatchSize"], mapping["MaximumBatchingWindowInSeconds"]) == expected
    # With the count item of their day: a hundredth response would need a transaction of its own.
    assert mapping["BatchSize"] + 1 <= MOST_ITEMS


def test_a_message_stays_hidden_six_times_as_long_as_its_function_may_run(variant: Stack) -> None:
    for name, mapping in _queue_mappings(variant):
        function = variant.resources[variant.target(mapping["FunctionName"])]["Properties"]
        queue = variant.queues[variant.target(mapping["EventSourceArn"])]
        assert queue["VisibilityTimeout"] >= 6 * function["Timeout"], name


def test_the_scores_of_the_most_series_a_survey_may_have_are_recomputed_and_evaluated_in_one_run(
    variant: Stack,
) -> None:
    most = SEGMENTS * VALUES_PER_SEGMENT + 1
    # Each is read, written, and read again to be evaluated; the local engine took 10 ms a call (1,474 series in 30 s).
    assert variant.resources["RecomputeScoresFunction"]["Properties"]["Timeout"] >= most * 3 * 0.010


def test_a_queue_feeds_one_function_and_the_stream_two(variant: Stack) -> None:
    sources = [variant.target(mapping["EventSourceArn"]) for mapping in variant.mappings.values()]

    # More than two readers of a stream would be throttled.
    assert sorted(sources) == sorted([*set(sources), "Table"])
    assert set(sources) == {name for name, queue in variant.queues.items() if "RedrivePolicy" in queue} | {"Table"}


def test_the_stream_is_read_from_its_beginning_and_parks_what_fails(variant: Stack) -> None:
    mappings = [m for m in variant.mappings.values() if variant.target(m["EventSourceArn"]) == "Table"]

    for mapping in mappings:
        assert mapping["StartingPosition"] == "TRIM_HORIZON"
        assert mapping["BisectBatchOnFunctionError"] is True
        assert mapping["MaximumRetryAttempts"] == -1
        # Given up before the stream drops them, while they can still be read.
        assert 60 <= mapping["MaximumRecordAgeInSeconds"] == 22 * 3600 < 86_400
    parked = [variant.target(mapping["DestinationConfig"]["OnFailure"]["Destination"]) for mapping in mappings]
    assert sorted(parked) == ["ParkedRecords", "UncountedRecords"]


def test_the_funnel_hears_of_invitations_alone_and_never_of_its_own_counts(variant: Stack) -> None:
    (wanted,) = variant.mappings["CountFunnelFunctionTableStream"]["FilterCriteria"]["Filters"]

    assert json.loads(wanted["Pattern"]) == {"dynamodb": {"Keys": {"sk": {"S": [{"prefix": INVITATIONS}]}}}}


def test_publish_events_hears_of_what_makes_events_and_of_nothing_else(variant: Stack) -> None:
    wanted = variant.mappings["PublishEventsFunctionTableStream"]["FilterCriteria"]["Filters"]
    of_families, *of_invitations, of_deliveries = [json.loads(each["Pattern"]) for each in wanted]

    assert of_families == {"eventName": STORED, "dynamodb": {"Keys": {"pk": {"S": prefixes(*EVENT_READERS)}}}}
    # tests/integration/adapters/dynamodb/test_invitations.py compares them with what makes events.
    keys = {"sk": {"S": prefixes(INVITATIONS)}}
    assert of_invitations == [
        {"dynamodb": {"Keys": keys, "OldImage": {"state": {"S": [InvitationState.CLAIMED.value]}}}},
        {"dynamodb": {"Keys": keys, "NewImage": {"state": {"S": [InvitationState.DECLINED.value]}}}},
    ]
    parked = {"state": {"S": [DeliveryState.PARKED.value]}}
    assert of_deliveries == {"dynamodb": {"Keys": {"pk": {"S": prefixes(DELIVERIES)}}, "NewImage": parked}}


def test_no_mapping_has_more_filters_than_lambda_takes(variant: Stack) -> None:
    filters = [mapping.get("FilterCriteria", {"Filters": []})["Filters"] for mapping in variant.mappings.values()]

    assert max(map(len, filters)) <= 5
    assert all(len(each["Pattern"]) <= 4096 for some in filters for each in some)


def prefixes(*texts: str) -> list[dict[str, str]]:
    return [{"prefix": text} for text in texts]


def test_every_target_of_a_rule_or_schedule_is_a_queue_of_this_stack(variant: Stack) -> None:
    targets = list(variant.targets())

    assert targets
    for name, target in targets:
        assert variant.target(target["Arn"]) in variant.queues, name


def test_every_target_of_a_rule_or_schedule_has_a_dead_letter_queue_and_retries(variant: Stack) -> None:
    for name, target in variant.targets():
        assert variant.target(target["DeadLetterConfig"]["Arn"]) in variant.dead_letter_queues, name
        assert target["RetryPolicy"]["MaximumRetryAttempts"] >= 10, name
        assert target["RetryPolicy"]["MaximumEventAgeInSeconds"] >= 3600, name


def test_a_rule_tries_for_a_day(variant: Stack) -> None:
    rules = variant.of_type("AWS::Events::Rule").values()

    for target in chain.from_iterable(rule["Targets"] for rule in rules):
        assert target["RetryPolicy"] == {"MaximumEventAgeInSeconds": 86_400, "MaximumRetryAttempts": 185}


def test_a_rule_may_put_into_its_queue_and_its_dead_letter_queue_and_no_other_rule_may(variant: Stack) -> None:
    wanted = set()
    for rule in variant.of_type("AWS::Events::Rule"):
        for _, target in (pair for pair in variant.targets() if pair[0] == rule):
            wanted |= {(rule, variant.target(target["Arn"])), (rule, variant.target(target["DeadLetterConfig"]["Arn"]))}
    allowed = set()
    for policy in variant.of_type("AWS::SQS::QueuePolicy").values():
        (statement,) = policy["PolicyDocument"]["Statement"]
        assert (statement["Effect"], statement["Action"]) == ("Allow", "sqs:SendMessage")
        assert statement["Principal"] == {"Service": "events.amazonaws.com"}
        assert [variant.target(queue) for queue in policy["Queues"]] == [variant.target(statement["Resource"])]
        rules = statement["Condition"]["ArnEquals"]["aws:SourceArn"]
        allowed |= {(variant.target(rule), variant.target(statement["Resource"])) for rule in rules}

    assert allowed == wanted


def test_no_event_asks_for_scores(variant: Stack) -> None:
    # publish_events asks, once a batch: a rule would put a message for each response, and for the score's own events.
    assert "ScoreQueue" not in {variant.target(target["Arn"]) for name, target in variant.targets() if "Rule" in name}


def test_a_touchpoint_is_anyones_but_earshots_own(variant: Stack) -> None:
    pattern = variant.resources["TouchpointRule"]["Properties"]["EventPattern"]

    assert pattern == {"source": [{"anything-but": ["earshot"]}], "detail-type": ["TouchpointReached"]}


def test_every_rule_names_its_source_and_its_detail_types(variant: Stack) -> None:
    # A rule without detail-types hears everything, also what its own function causes.
    for name, rule in variant.of_type("AWS::Events::Rule").items():
        sources: dict[str, list[Any]] = {"TouchpointRule": [{"anything-but": ["earshot"]}], "FeedbackRule": ["aws.ses"]}
        assert rule["EventPattern"]["source"] == sources.get(name, ["earshot"]), name
        assert rule["EventPattern"]["detail-type"], name
        # SES can send to the account's default bus only, which is the one of a rule that names none.
        assert (variant.target(rule["EventBusName"]) if name != "FeedbackRule" else rule.get("EventBusName")) in (
            "Bus",
            None,
        ), name


def test_the_replay_rule_lets_through_what_alert_rules_fire_on_if_it_is_published_again(variant: Stack) -> None:
    # What is published for the first time reaches the queue from the publisher, once a batch.
    pattern = variant.resources["ReplayRule"]["Properties"]["EventPattern"]

    assert pattern.keys() == {"source", "detail-type", "detail"}
    assert set(pattern["detail-type"]) == RESPONSE_FACTS
    assert pattern["detail"] == {"metadata": {"replayed": [True]}}


def test_the_feedback_rule_lets_through_what_its_function_reads(variant: Stack) -> None:
    pattern = variant.resources["FeedbackRule"]["Properties"]["EventPattern"]

    assert pattern.keys() == {"source", "detail-type", "detail"}
    assert (pattern["source"], pattern["detail-type"]) == ([SOURCE], list(SECTIONS))


def test_the_feedback_rule_takes_only_reports_on_this_stacks_mails(variant: Stack) -> None:
    ours = {"mail": {"tags": {"ses:configuration-set": [{"Fn::Sub": "${AWS::StackName}-mails"}]}}}

    assert variant.resources["FeedbackRule"]["Properties"]["EventPattern"]["detail"] == ours
    for made in variant.of_type("AWS::SES::ConfigurationSet").values():
        assert ours["mail"]["tags"]["ses:configuration-set"] == [made["Name"]]


@pytest.mark.parametrize(("tracks", "expected"), [("false", []), ("true", ["open"])])
def test_ses_reports_deliveries_and_opens_only_when_configured(tracks: str, expected: list[str]) -> None:
    assert not stack("local").of_type("AWS::SES::ConfigurationSet")
    (destination,) = stack("prod", track_opens=tracks).of_type("AWS::SES::ConfigurationSetEventDestination").values()

    assert destination["EventDestination"]["MatchingEventTypes"] == [
        "delivery",
        "bounce",
        "complaint",
        "reject",
        *expected,
    ]
    assert destination["EventDestination"]["EventBridgeDestination"]["EventBusArn"]["Fn::Sub"].endswith(
        "event-bus/default"
    )


def test_nothing_but_the_http_api_invokes_a_function_from_outside(variant: Stack) -> None:
    # Everything else invokes a function through a queue of Lambda's own, which may drop events.
    principals = {permission["Principal"] for permission in variant.of_type("AWS::Lambda::Permission").values()}

    assert principals == {"apigateway.amazonaws.com"}


def _queue_mappings(variant: Stack) -> list[tuple[str, Properties]]:
    mappings = variant.mappings.items()
    return [
        (name, mapping) for name, mapping in mappings if variant.target(mapping["EventSourceArn"]) in variant.queues
    ]


def test_a_slow_receiver_makes_no_batch_run_out_of_time(variant: Stack) -> None:
    mapping, function = variant.mappings["SyncCrmFunctionDeliveryQueue"], variant.functions["sync_crm"]

    assert function["Timeout"] > mapping["BatchSize"] * Limits().total
