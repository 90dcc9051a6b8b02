"""Fields that pages send wrongly with a score, which they must not cost; by what is wrong with each."""

from typing import Any

LABELS: dict[str, dict[str, Any]] = {
    # A page that stays open overnight, and what pages say of their users.
    "open overnight": {"seconds": 90_000},
    "nested property": {"properties": {"plan": {"tier": "pro"}}},
    "list as property": {"properties": {"tags": ["a"]}},
    "null properties": {"properties": None},
    "long value": {"properties": {"ref": "x" * 300}},
    "25 properties": {"properties": {f"p{number}": "x" for number in range(25)}},
    "number as address": {"email": 42},
    "false as token": {"token": False},
    # Others of the same kind.
    "clock set back": {"seconds": -30},
    "half a character": {"comment": "so good \ud83d"},
    "a long comment": {"comment": "c" * 10_001},
    "number as comment": {"comment": 10},
    "a field of another tool": {"surveyResponseId": "42"},
    "name of a property too long": {"properties": {"n" * 65: "x"}},
    "text as final": {"final": "true"},
    "long channel": {"channel": "x" * 65},
}
