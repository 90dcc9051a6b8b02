"""Batches from SQS: what a message holds, and which come back."""

from typing import Any

import pytest

from earshot.api.sqs_batch import correlation_of, failures, json_body, sent_at


@pytest.mark.parametrize("body", ["[1]", '"text"', "1", "null", "{", ""])
def test_a_body_that_is_no_object_is_refused(body: str) -> None:
    with pytest.raises(ValueError, match=r"JSON|Expecting"):
        json_body({"body": body})


def test_an_object_is_read() -> None:
    assert json_body({"body": '{"survey": "demo"}'}) == {"survey": "demo"}


def test_only_what_failed_comes_back_each_once() -> None:
    assert failures({"b", "a"}) == {"batchItemFailures": [{"itemIdentifier": "a"}, {"itemIdentifier": "b"}]}
    assert failures([]) == {"batchItemFailures": []}


@pytest.mark.parametrize(
    "record", [{}, {"body": "{"}, {"body": "{}"}, {"body": '{"detail": 1}'}, {"body": '{"detail": {"metadata": {}}}'}]
)
def test_a_broken_event_has_no_correlation(record: dict[str, Any]) -> None:
    assert correlation_of(record) == ""


def test_the_correlation_of_an_event_is_found() -> None:
    assert correlation_of({"body": '{"detail": {"metadata": {"correlation_id": "r-1"}}}'}) == "r-1"


def test_the_time_of_a_message_is_a_number() -> None:
    assert sent_at({"attributes": {"SentTimestamp": "1795262400000"}}) == 1795262400000
