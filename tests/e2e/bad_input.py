"""Everything a response can get wrong: the bytes of a body, and the field that the refusal must name."""

import json
from typing import Any
from uuid import uuid4

HALF = "\ud800"  # json.dumps writes it as an escape, which is valid JSON for half a character


def body(**fields: Any) -> bytes:
    """A response with these fields and a good score, unless they hold others."""
    return json.dumps({"score": 9, **fields}).encode()


def raw(score: str) -> bytes:
    """A response whose score is written exactly so."""
    return f'{{"score": {score}}}'.encode()


def nested(depth: int) -> bytes:
    return b'{"score": 9, "properties": ' + b"[" * depth + b"]" * depth + b"}"


def nested_objects(depth: int) -> bytes:
    return b'{"a":' * depth + b"1" + b"}" * depth


SCORES = {
    "a string": raw('"9"'),
    "a string of a word": raw('"nine"'),
    "half a character": raw('"\\ud800"'),
    "a fraction": raw("9.5"),
    "true": raw("true"),
    "false": raw("false"),
    "eleven": raw("11"),
    "minus one": raw("-1"),
    "null": raw("null"),
    "an array": raw("[9]"),
    "an object": raw('{"score": 9}'),
    "a huge float": raw("1e400"),
    "a huge negative float": raw("-1e400"),
    "a huge whole number": raw("9" * 400),
    "absent": b"{}",
}

# The body as a whole, or a field that cannot be named.
BODIES = {
    "empty": b"",
    "blank": b" \n",
    "not JSON": b"score=9",
    "cut off": b'{"score": 9',
    "two objects": b'{"score": 9}{"score": 9}',
    "single quotes": b"{'score': 9}",
    "an array": b'[{"score": 9}]',
    "a string": b'"9"',
    "a number": b"9",
    "null": b"null",
    "NaN": raw("NaN"),
    "Infinity": raw("Infinity"),
    "minus Infinity": raw("-Infinity"),
    "a number of 5,000 digits": raw("9" * 5000),
    "a leading zero": raw("09"),
    "invalid UTF-8": b'{"score": 9, "comment": "\xff\xfe"}',
    "a surrogate as UTF-8": b'{"score": 9, "comment": "\xed\xa0\x80"}',
    "UTF-16": '{"score": 9}'.encode("utf-16"),
    "a NUL byte": b'{"score": 9, "comment": "\x00"}',
    "arrays 5,000 deep": nested(5_000),
    "arrays 30,000 deep": nested(30_000),
    "objects 5,000 deep": nested_objects(5_000),
    "objects 10,000 deep": nested_objects(10_000),
}

FIELDS = {
    "id, not a UUID": ("id", body(id="42")),
    "id, empty": ("id", body(id="")),
    "id, a number": ("id", body(id=42)),
    "id, in parentheses": ("id", body(id=f"({uuid4()})")),
    "id, with underscores": ("id", body(id=str(uuid4()).replace("-", "_"))),
    "id, of version 0": ("id", body(id="019a9c4e-0000-0000-8000-000000000000")),
    "id, half a character": ("id", body(id=HALF)),
    "id, with digits of another script": ("id", body(id="٠19a9c4e-0000-7000-8000-000000000000")),
    "comment, too long": ("comment", body(comment="x" * 10_001)),
    "comment, a number": ("comment", body(comment=5)),
    "comment, half a character": ("comment", body(comment=f"so {HALF} so")),
    "properties, 21 of them": ("properties", body(properties={f"p{n}": "x" for n in range(21)})),
    "properties, a name too long": ("properties", body(properties={"n" * 65: "x"})),
    "properties, an empty name": ("properties", body(properties={"": "x"})),
    "properties, a value too long": ("properties", body(properties={"plan": "x" * 257})),
    "properties, a value that is an object": ("properties", body(properties={"plan": {}})),
    "properties, a value that is an array": ("properties", body(properties={"plan": ["pro"]})),
    "properties, an array": ("properties", body(properties=[])),
    "properties, half a character as name": ("properties", body(properties={HALF: "x"})),
    "properties, half a character as value": ("properties", body(properties={"plan": HALF})),
    "properties, a name given twice": ("plan", b'{"score": 9, "properties": {"plan": "a", "plan": "b"}}'),
    "channel, too long": ("channel", body(channel="x" * 65)),
    "channel, half a character": ("channel", body(channel=HALF)),
    "channel, an object": ("channel", body(channel={})),
    "final, a word": ("final", body(final="yes")),
    "final, a number": ("final", body(final=1)),
    "final, null": ("final", body(final=None)),
    "score, given twice": ("score", b'{"score": 9, "score": 3}'),
    "an unknown field": ("color", body(color="red")),
    "an unknown field, half a character": ("?", body(**{HALF: 1})),
}

# What the public endpoint does instead with these: what it says it ignored, and what is stored with the score.
# A name makes an id of the server's, and nothing is ignored. The fields that are not here it refuses as well.
_NAME = "a name has 1 to 64 characters"
_BROKEN = "invalid characters were removed (an unpaired surrogate, U+FFFE or U+FFFF)"
CLEANED: dict[str, tuple[list[tuple[str, str]], dict[str, Any]]] = {
    "id, not a UUID": ([], {}),
    "id, in parentheses": ([], {}),
    "id, with underscores": ([], {}),
    "id, of version 0": ([], {}),
    "id, with digits of another script": ([], {}),
    "comment, too long": ([("comment", "it was cut at 10000 characters")], {"comment": "x" * 10_000}),
    "comment, a number": ([("comment", "the number was converted to text")], {"comment": "5"}),
    "comment, half a character": ([("comment", _BROKEN)], {"comment": "so  so"}),
    "properties, 21 of them": (
        [("properties.p20", "at most 20 properties are kept: tracked ones, then the first")],
        {"properties": {f"p{n}": "x" for n in range(20)}},
    ),
    "properties, a name too long": ([("properties." + "n" * 65, _NAME)], {}),
    "properties, an empty name": ([("properties.", _NAME)], {}),
    "properties, a value too long": (
        [("properties.plan", "it was cut at 256 characters")],
        {"properties": {"plan": "x" * 256}},
    ),
    "properties, a value that is an object": (
        [("properties.plan", "it must be text, a number, true or false, not an object")],
        {},
    ),
    "properties, a value that is an array": (
        [("properties.plan", "it must be text, a number, true or false, not an array")],
        {},
    ),
    "properties, an array": ([("properties", "it must be an object, not an array")], {}),
    "properties, half a character as name": ([("properties.?", _NAME)], {}),
    "properties, half a character as value": ([("properties.plan", _BROKEN)], {}),
    "properties, a name given twice": (
        [("properties.plan", "it is given twice; only the first one counts")],
        {"properties": {"plan": "a"}},
    ),
    "channel, too long": ([("channel", "it was cut at 64 characters")], {"channel": "x" * 64}),
    "channel, half a character": ([("channel", _BROKEN)], {}),
    "channel, an object": ([("channel", "it must be a string, not an object")], {}),
    "an unknown field": ([("color", "there is no such field")], {}),
    "an unknown field, half a character": ([("?", "there is no such field")], {}),
}
# A final that is none counts as false: such a response waits for its final one.
UNFINISHED = {"final, a word": "a string", "final, a number": "a number", "final, null": "null"}

# Fields that need a key: each is refused without one, and these values with one.
KEYED_FIELDS = {
    "person, a number": ("person", body(person=42)),
    "person, too long": ("person", body(person="x" * 257)),
    "person, half a character": ("person", body(person=HALF)),
    "responded_at, a word": ("responded_at", body(responded_at="yesterday")),
    "responded_at, no such day": ("responded_at", body(responded_at="2015-02-30")),
    "responded_at, a number": ("responded_at", body(responded_at=1438473600)),
    "responded_at, in the future": ("responded_at", body(responded_at="2099-01-01")),
    "responded_at, before 1970": ("responded_at", body(responded_at="1969-12-31")),
    "responded_at, half a character": ("responded_at", body(responded_at=HALF)),
    "responded_at, the year 1 east of Greenwich": ("responded_at", body(responded_at="0001-01-01T00:00:00+14:00")),
    "responded_at, the last day there is": ("responded_at", body(responded_at="9999-12-31T23:59:59-14:00")),
    "announce, a word": ("announce", body(announce="no")),
}

GOOD = {"score": 9}


def batch(*rows: Any, **fields: Any) -> bytes:
    return json.dumps({"responses": list(rows), **fields}).encode()


BATCHES = {
    "empty": ("responses", batch()),
    "501 rows": ("responses", batch(*[GOOD] * 501)),
    "an object for rows": ("responses", json.dumps({"responses": {}}).encode()),
    "null for rows": ("responses", json.dumps({"responses": None}).encode()),
    "a row that is no object": ("responses[1]", batch(GOOD, 9)),
    "one bad score among good ones": ("responses[2].score", batch(GOOD, GOOD, {"score": 11}, GOOD)),
    "a row without a score": ("responses[0].score", batch({})),
    "half a character in a row": ("responses[1].comment", batch(GOOD, {"score": 1, "comment": HALF})),
    "half a character as a person": ("responses[0].person", batch({"score": 1, "person": HALF})),
    "an unknown field in a row": ("responses[0].color", batch({"score": 1, "color": "red"})),
    "announce inside a row": ("responses[0].announce", batch({"score": 1, "announce": True})),
    "an answer beside the rows": ("score", batch(GOOD, score=9)),
    "announce that is a word": ("announce", batch(GOOD, announce="no")),
    "a bad time in a row": ("responses[0].responded_at", batch({"score": 1, "responded_at": "2015-13-01"})),
}
