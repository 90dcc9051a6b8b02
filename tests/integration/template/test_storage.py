"""What is kept, how safely and how long."""

import re

import pytest

from benchmarks.price.bill import WARM_READS, WARM_WRITES
from earshot_cli.commands.probe import ACCESS_LOG
from earshot_cli.ops.doctor.account import PREFIX
from tests.integration.template.stack import ROOT, STAGES, Stack, source, stack, translated_with


def test_the_table_outlives_its_stack(variant: Stack) -> None:
    table = variant.resources["Table"]

    assert table["DeletionPolicy"] == table["UpdateReplacePolicy"] == "Retain"


@pytest.mark.parametrize("name", ["HashSecret", "LinkSecret", "IdentitySecret"])
def test_a_secret_outlives_the_stack_too(variant: Stack, name: str) -> None:
    secret = variant.resources[name]

    assert secret["DeletionPolicy"] == secret["UpdateReplacePolicy"] == "Retain"
    assert secret["Properties"]["GenerateSecretString"]["PasswordLength"] >= 32


def test_the_table_can_be_restored_to_any_second(variant: Stack) -> None:
    backup = variant.resources["Table"]["Properties"]["PointInTimeRecoverySpecification"]

    assert backup == {"PointInTimeRecoveryEnabled": True}


def test_the_stream_holds_old_and_new_images(variant: Stack) -> None:
    stream = variant.resources["Table"]["Properties"]["StreamSpecification"]

    assert stream == {"StreamViewType": "NEW_AND_OLD_IMAGES"}


def test_only_finished_deliveries_and_notes_of_what_was_done_before_expire(variant: Stack) -> None:
    expiry = variant.resources["Table"]["Properties"]["TimeToLiveSpecification"]

    assert expiry == {"AttributeName": "expires", "Enabled": True}
    adapters = (ROOT / "layers/core/python/earshot/adapters").rglob("*.py")
    writes = re.compile(r'"expires"|:expires')  # as an attribute, or the value of one
    assert sorted(path.name for path in adapters if writes.search(path.read_text(encoding="utf-8"))) == [
        "alerts.py",  # how many of a rule reached people in an hour
        "bulk_erasures.py",
        "deliveries.py",
        "destinations.py",  # that there was a deleted one, whose deliveries are listed as long as they are kept
        "digest_sendings.py",  # that a digest was sent to somebody
        "funnels.py",
        "imports.py",
        "inbound_calls.py",  # the ids of calls
        "rate_limits.py",
        "reached_places.py",  # which destinations had something of an erased person
        "sessions.py",
        "showings.py",
        "sign_ins.py",  # askings and invitations to the team
    ]


@pytest.mark.parametrize("stage", STAGES)
def test_the_table_cannot_be_deleted_except_on_the_local_engine(stage: str) -> None:
    table = stack(stage).resources["Table"]["Properties"]

    assert table["DeletionProtectionEnabled"] is (stage != "local")


def test_the_table_costs_nothing_without_responses(variant: Stack) -> None:
    assert variant.resources["Table"]["Properties"]["BillingMode"] == "PAY_PER_REQUEST"


def test_the_table_is_as_warm_as_a_new_one_unless_somebody_pays_for_more(variant: Stack) -> None:
    assert "WarmThroughput" not in variant.resources["Table"]["Properties"]
    declared = source()["Parameters"]
    for name, least in (("WarmWrites", WARM_WRITES), ("WarmReads", WARM_READS)):
        # AWS refuses less.
        assert declared[name]["Default"] == declared[name]["MinValue"] == least
    for given in ({"WarmWrites": 10_000}, {"WarmReads": 30_000}, {"WarmWrites": 10_000, "WarmReads": 30_000}):
        warm = {"WarmWrites": WARM_WRITES, "WarmReads": WARM_READS} | given
        found = translated_with(**given).resources["Table"]["Properties"]["WarmThroughput"]
        assert found == {"WriteUnitsPerSecond": warm["WarmWrites"], "ReadUnitsPerSecond": warm["WarmReads"]}


def test_no_index_has_an_attribute_that_only_responses_have(variant: Stack) -> None:
    # So responses write to no index, and a warm table is enough for them.
    for index in variant.resources["Table"]["Properties"]["GlobalSecondaryIndexes"]:
        assert index["KeySchema"][0]["AttributeName"] in {"due_shard", "mailbox", "people_shard"}


def test_logs_are_kept_as_long_as_the_parameter_sets(variant: Stack) -> None:
    groups = variant.of_type("AWS::Logs::LogGroup")

    assert {name: group["RetentionInDays"] for name, group in groups.items()} == dict.fromkeys(
        ("LogGroup", "AccessLog"), source()["Parameters"]["LogRetentionDays"]["Default"]
    )


def test_every_function_logs_to_the_group_that_expires(variant: Stack) -> None:
    for name, function in variant.functions.items():
        assert variant.target(function["LoggingConfig"]["LogGroup"]) == "LogGroup", name


def test_nothing_drops_the_lines_that_metrics_are_made_of(variant: Stack) -> None:
    # They have no level, so Lambda takes them for INFO; and a group of infrequent access makes no metrics.
    for name, function in variant.functions.items():
        assert "ApplicationLogLevel" not in function["LoggingConfig"], name
    assert "LogGroupClass" not in variant.resources["LogGroup"]["Properties"]


def test_no_function_logs_what_it_is_handed(variant: Stack) -> None:
    for name, function in variant.functions.items():
        assert function["Environment"]["Variables"]["POWERTOOLS_LOGGER_LOG_EVENT"] == "false", name


def test_the_access_log_names_no_caller_and_no_query(variant: Stack) -> None:
    (api_stage,) = variant.of_type("AWS::ApiGatewayV2::Stage").values()
    written = api_stage["AccessLogSettings"]["Format"]

    for personal in ("sourceIp", "userAgent", "$context.path", "rawQueryString", "authorization"):
        assert personal not in written


def test_the_access_log_has_a_group_whose_prefix_is_always_allowed(variant: Stack) -> None:
    # CloudWatch Logs adds this prefix to its policy of log deliveries before the policy is full.
    (api_stage,) = variant.of_type("AWS::ApiGatewayV2::Stage").values()

    assert variant.target(api_stage["AccessLogSettings"]["DestinationArn"]) == ACCESS_LOG
    name = variant.resources[ACCESS_LOG]["Properties"]["LogGroupName"]["Fn::Sub"]
    assert name == f"{PREFIX}${{AWS::StackName}}"


def test_the_api_leaves_cors_to_the_functions(variant: Stack) -> None:
    # Once configured, API Gateway disregards the CORS headers of the functions, and origins are a survey's own.
    (api,) = variant.of_type("AWS::ApiGatewayV2::Api").values()

    assert "CorsConfiguration" not in api
    assert "x-amazon-apigateway-cors" not in api["Body"]
