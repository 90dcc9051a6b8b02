"""Reading a JSON body that may be anything: every fault is reported, and nothing crashes."""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any, NoReturn

from earshot.domain.errors import FieldError, InvalidError, TooLargeError

ONE_RESPONSE = 64 * 1024
ONE_BATCH = 1024 * 1024
# No call needs more than five levels; a parser that recurses is never asked to go deep.
DEEPEST = 100
# No field takes a longer number, and reading one costs much.
LONGEST_NUMBER = 300

_BRACKETS = bytes.maketrans(b"{}", b"[]")
_NO_BRACKETS = bytes(set(range(256)) - set(b"{}[]"))
_DIGITS = bytes(0x30 if 0x30 <= byte <= 0x39 else 0x20 for byte in range(256))
_LONG_NUMBER = b"0" * (LONGEST_NUMBER + 1)


def body_bytes(event: Mapping[str, Any]) -> bytes:
    """Return the body of an HTTP API event as it was sent; InvalidError if its base64 is broken."""
    body = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        raw = str(body).encode("utf-8", "surrogatepass")
        if "\ufffd" in body and (event.get("headers") or {}).get("content-length", str(len(raw))) != str(len(raw)):
            # API Gateway passes text on with each invalid byte replaced, so that only the length shows it.
            raise InvalidError(FieldError("", "the body is not valid UTF-8"))
        return raw
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error as exc:
        raise InvalidError(FieldError("", "the body is not valid base64")) from exc


def check_size(size: int, limit: int) -> None:
    """Refuse a body over the limit, both in bytes, with TooLargeError."""
    if size > limit:
        raise TooLargeError(f"the body has {size} bytes; this call takes at most {limit}")


def json_object(raw: bytes) -> dict[str, Any]:
    """Parse a JSON object; InvalidError for anything else, however malformed or deeply nested."""
    parsed = _parse(raw, object_pairs_hook=_no_repeats)
    if not isinstance(parsed, dict):
        raise InvalidError(FieldError("", f"the body is {_KINDS[type(parsed)]}, not a JSON object"))
    return parsed


class Given(dict[str, Any]):
    """A JSON object as it was given: of a name that came more than once it holds the first value, and the name."""

    repeated: tuple[str, ...] = ()


def lenient_object(raw: bytes) -> Given:
    """Parse a JSON object in which names may be repeated and numbers be long; InvalidError for anything else."""
    parsed = _parse(raw, object_pairs_hook=_given, parse_int=_any_number)
    if not isinstance(parsed, Given):
        raise InvalidError(FieldError("", f"the body is {_KINDS[type(parsed)]}, not a JSON object"))
    return parsed


def object_within(event: Mapping[str, Any], limit: int) -> dict[str, Any]:
    """Read the JSON object of an HTTP API event, of at most `limit` bytes; TooLargeError or InvalidError."""
    raw = body_bytes(event)
    check_size(len(raw), limit)
    return json_object(raw)


_KINDS = {
    list: "an array",
    str: "a string",
    int: "a number",
    float: "a number",
    bool: "true or false",
    type(None): "null",
}


def _parse(raw: bytes, **hooks: Any) -> Any:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as exc:
        raise InvalidError(FieldError("", f"the body is not valid UTF-8 (byte {exc.start})")) from exc
    # RFC 8259 lets a reader pass over it, and some senders write it.
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise InvalidError(FieldError("", "the body is empty; a JSON object is expected"))
    if _is_deep(text):
        raise InvalidError(FieldError("", "the body is nested too deeply"))
    if _LONG_NUMBER not in raw.translate(_DIGITS):
        # A call for each number costs more than all else.
        hooks.pop("parse_int", None)
    try:
        return json.loads(text, parse_constant=_no_constant, **hooks)
    except RecursionError as exc:
        raise InvalidError(FieldError("", "the body is nested too deeply")) from exc
    except json.JSONDecodeError as exc:
        raise InvalidError(FieldError("", f"the body is not JSON: {exc.msg} at character {exc.pos}")) from exc
    except ValueError as exc:
        raise InvalidError(FieldError("", "the body contains a number that is too long")) from exc


def _is_deep(text: str) -> bool:
    """Return whether JSON nests more than `DEEPEST` levels; what a string holds is no level."""
    if text.count("{") + text.count("[") <= DEEPEST:
        return False
    # Without what is escaped, each second part between quotation marks is a string; one that is not closed, too.
    outside = "".join(text.replace("\\\\", "").replace('\\"', "").split('"')[::2])
    left, levels = outside.encode().translate(_BRACKETS, _NO_BRACKETS), 0
    # Each round takes the innermost pairs away; what pairs with nothing is no JSON, and stays.
    while levels < DEEPEST and b"[]" in left:
        left, levels = left.replace(b"[]", b""), levels + 1
    return b"[]" in left or left.count(b"[") > DEEPEST


def _no_constant(name: str) -> NoReturn:
    raise InvalidError(FieldError("", f"{name} is not JSON"))


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        twice = _first_repeat(pairs)[:64].encode("utf-8", "replace").decode()
        raise InvalidError(FieldError(twice, "this field is given twice"))
    return result


def _given(pairs: list[tuple[str, Any]]) -> Given:
    result = Given(pairs)
    if len(result) == len(pairs):
        return result
    seen: set[str] = set()
    names = (name for name, _ in pairs)
    result.repeated = tuple(dict.fromkeys(name for name in names if name in seen or seen.add(name)))  # type: ignore[func-returns-value]
    # Each name stays where it came first, with the value it had there.
    result.update(reversed(pairs))
    return result


def _any_number(digits: str) -> float:
    return int(digits) if len(digits) <= LONGEST_NUMBER else float(digits)


def _first_repeat(pairs: list[tuple[str, Any]]) -> str:
    """Return the name whose second occurrence comes first, empty if there is none."""
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            return name
        seen.add(name)
    return ""
