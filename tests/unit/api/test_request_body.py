"""Bodies that may be anything: each is an object or a clear refusal."""

import base64
import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.api.request_body import body_bytes, check_size, json_object, lenient_object
from earshot.domain.errors import InvalidError, TooLargeError


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "empty"),
        (b"  ", "empty"),
        (b"nope", "not JSON"),
        (b'{"score": 9', "not JSON"),
        (b'{"score": NaN}', "NaN is not JSON"),
        (b'{"score": Infinity}', "Infinity is not JSON"),
        (b"[1]", "an array"),
        (b'"x"', "a string"),
        (b"null", "null"),
        (b"9", "a number"),
        (b"\xff\xfe", "not valid UTF-8"),
        (b"[" * 5_000, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b'{"a":[' * 50 + b"[1]" + b"]}" * 50, "nested too deeply"),
        (b'{"a":' + b"[" * 100, "nested too deeply"),
        (b'{"score": ' + b"9" * 5_000 + b"}", "too long"),
        (b'{"score": 1, "score": 9}', "given twice"),
    ],
)
def test_what_is_no_object_is_refused_with_its_reason(raw: bytes, reason: str) -> None:
    with pytest.raises(InvalidError) as refused:
        json_object(raw)
    shown = str(refused.value.detail)
    # Python 3.13 parses deeper than 3.11; then the end that never comes is the fault.
    assert reason in shown or (reason == "nested too deeply" and "not JSON" in shown)


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":' * 99 + b"[1]" + b"}" * 99,
        b'{"comment": "' + b"[{" * 5_000 + b'"}',
        b'{"comment": "\\"' + b"[{" * 5_000 + b'\\\\", "a": []}',
        b'{"responses": [' + b",".join([b'{"score": 9, "properties": {}}'] * 500) + b"]}",
    ],
)
def test_adjacent_brackets_or_brackets_in_a_text_are_no_nesting(body: bytes) -> None:
    assert isinstance(json_object(body), dict)


@given(st.binary(max_size=200))
def test_no_body_crashes(raw: bytes) -> None:
    with contextlib.suppress(InvalidError):
        assert isinstance(json_object(raw), dict)


@pytest.mark.parametrize(
    ("event", "raw"),
    [
        ({"body": '{"a":1}'}, b'{"a":1}'),
        ({"body": base64.b64encode(b"\xff").decode(), "isBase64Encoded": True}, b"\xff"),
        ({}, b""),
        ({"body": None}, b""),
        ({"body": "\ud800"}, b"\xed\xa0\x80"),
    ],
)
def test_a_body_comes_out_as_it_was_sent(event: dict[str, Any], raw: bytes) -> None:
    assert body_bytes(event) == raw


def test_broken_base64_is_refused() -> None:
    with pytest.raises(InvalidError):
        body_bytes({"body": "%%%", "isBase64Encoded": True})


def test_a_body_over_the_limit_is_refused_with_its_size() -> None:
    check_size(10, 10)
    with pytest.raises(TooLargeError, match="11 bytes; this call takes at most 10"):
        check_size(11, 10)


def test_a_bom_costs_no_response() -> None:
    assert json_object(b'\xef\xbb\xbf{"score": 9}') == lenient_object(b'\xef\xbb\xbf{"score": 9}') == {"score": 9}
