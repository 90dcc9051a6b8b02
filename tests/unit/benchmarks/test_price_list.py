"""The price list: every figure has a source, and no assumption is lowered without a measurement on AWS."""

import tomllib
from typing import Any

import pytest

from benchmarks.price.price_list import FILE, PriceList, read_price_list
from tests.integration.template.handlers import FUNCTIONS

# What was agreed before anything ran on AWS. A figure below it needs a source that begins with "Measured on AWS".
AGREED = {
    "polls_a_minute": 3,
    "pollers": 2,
    "pollers_with_maximum_concurrency": 5,
    "platform_bytes_at_info": 800,
    "platform_bytes_at_warn": 0,
    "bytes_more_a_line": 26,
    "header_bytes": 200,
    "feedback_a_mail": 1.5,
    "seconds_to_the_delivery": 5,
    "detractors": 0.2,
    "stream_shards": 4,
    "views_with_the_script": 0.5,
    "cache_misses": 0.05,
}
# More of these make a unit of use cheaper.
AGREED_AT_MOST = {"responses_a_batch": 10, "mails_a_run": 5, "mails_a_window": 40}
AGREED_MILLISECONDS = {
    "submit_response": 35,
    "record_responses": 60,
    "publish_events": 25,
    "recompute_scores": 150,
    "evaluate_alerts": 20,
    "sync_crm": 300,
    "serve_widget": 15,
    "ask_by_address": 15,
    "serve_pages": 35,
    "send_emails": 150,
    "request_invitations": 35,
    "count_funnel": 30,
    "receive_feedback": 60,
    "plan_reminders": 40,
    "plan_campaigns": 40,
    "backfill_segments": 40,
}
MEASURED = "Measured on AWS"


@pytest.fixture(scope="module")
def written() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def listed() -> PriceList:
    return read_price_list()


def lowered(assumptions: dict[str, Any]) -> set[str]:
    """Name the assumptions that make something cheaper than agreed, and were not measured."""
    cheaper = {name for name, least in AGREED.items() if assumptions[name]["value"] < least}
    cheaper |= {name for name, most in AGREED_AT_MOST.items() if assumptions[name]["value"] > most}
    return {name for name in cheaper if not assumptions[name]["source"].startswith(MEASURED)}


def test_every_price_and_every_assumption_has_a_source(written: dict[str, Any]) -> None:
    given = [*written["prices"].values(), *written["assumptions"].values()]

    assert all(each["source"] for each in given)
    assert all(each["dollars"] > 0 and each["unit"] for each in written["prices"].values())


def test_every_assumption_is_agreed(written: dict[str, Any]) -> None:
    assert written["assumptions"].keys() == AGREED.keys() | AGREED_AT_MOST.keys()
    assert written["milliseconds"].keys() == AGREED_MILLISECONDS.keys()


def test_no_assumption_is_lowered_without_a_measurement(written: dict[str, Any]) -> None:
    assert lowered(written["assumptions"]) == set()


def test_a_lowered_assumption_is_found_unless_it_was_measured(written: dict[str, Any]) -> None:
    cheap = {"value": 4, "source": "It is surely less"}

    assert lowered(written["assumptions"] | {"pollers_with_maximum_concurrency": cheap}) != set()
    assert lowered(written["assumptions"] | {"responses_a_batch": cheap | {"value": 20}}) != set()
    assert lowered(written["assumptions"] | {"pollers_with_maximum_concurrency": cheap | {"source": MEASURED}}) == set()


def test_no_run_is_shorter_than_agreed(written: dict[str, Any]) -> None:
    """The list has no source for each; who measured one on AWS changes it here as well."""
    assert {name: each for name, each in written["milliseconds"].items() if each < AGREED_MILLISECONDS[name]} == {}


def test_the_milliseconds_are_those_of_functions_that_there_are(listed: PriceList) -> None:
    assert listed.milliseconds.keys() <= set(FUNCTIONS)


def test_a_function_that_is_not_listed_has_no_price(listed: PriceList) -> None:
    with pytest.raises(ValueError, match="has no read_results"):
        listed.milliseconds_of("read_results")
