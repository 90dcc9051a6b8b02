"""Values of every kind, odd ones among them, and what a check and its schema say of one."""

import json
import re
from typing import Any

from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from earshot.api.schema import PLAIN, Context, Field, Schema

# What a pattern is made of: an escaped character, a class, or any other one.
DOLLAR = re.compile(r"\\.|\[(?:\\.|[^\]])*\]|\$", re.DOTALL)
ODD = [
    "",
    " ",
    "\n",
    ".",
    "..",
    "/",
    "\x00",
    "\x1f",
    "\x85",
    "a\u2028",
    "\ufffe",
    "\uffff",
    "ß",
    "😀",
    "a" * 63,
    "a" * 64,
    "-a",
    "A",
]
NUMBERS = [0, -1, 1, 10, 11, 24, 60, 61, 365, 366, 1_000_000, 1_000_001, 10**250, 10**251, 0.5, 1.5, 1e300, -1e300]
LIKELY = [
    *(
        "plan=pro",
        "=",
        "a=",
        "=b",
        "a=b=c",
        "demo",
        "day",
        "30d",
        "0d",
        "3650d",
        "3651d",
        "all",
        "month",
        "1999d",
        "04d",
    ),
    *("#1d4ed8", "#1D4ED8", "#1d4ed", "https://a.example/logo.png", "http://a.example/", "https://a.example"),
    *("de", "pt-BR", "pt_BR", "zh-Hant-TW", "de-", "d", "open", "closed", "true", "keys", "7", "007", "500", "501"),
    *(
        "019e6f1c-2a00-7c3f-9d1e-5b7a0c4d8e21",
        "019E6F1C-2A00-7C3F-9D1E-5B7A0C4D8E21",
        "019e6f1c-2a00-0c3f-9d1e-5b7a0c4d8e21",
    ),
]
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([*ODD, *NUMBERS, *LIKELY]),
    st.text(max_size=300).filter(lambda text: not any("\ud800" <= char <= "\udfff" for char in text)),
)
values = st.one_of(
    scalars,
    st.lists(scalars, max_size=12),
    st.lists(st.integers(0, 70), max_size=4),
    st.dictionaries(st.one_of(st.sampled_from([*ODD, "plan"]), st.text(max_size=70)), scalars, max_size=22),
)


def takes(field: Field, value: Any, context: Context = PLAIN) -> bool:
    """Return whether a field takes a value."""
    try:
        field.check_in(value, context)
    except ValueError:
        return False
    return True


def allows(field: Field, value: Any) -> bool:
    """Return whether the schema of a field allows a value."""
    return fits(field.schema(), value)


def fits(schema: Schema, value: Any) -> bool:
    """Check whether a schema allows a value, as it would come over the wire."""
    return Draft202012Validator(_ended(schema)).is_valid(json.loads(json.dumps(value)))


def _ended(schema: Any) -> Any:
    """Return a schema whose patterns end where ECMA 262 ends them: Python's `$` also matches before a final newline."""
    if isinstance(schema, dict):
        return {key: _end(each) if key == "pattern" else _ended(each) for key, each in schema.items()}
    return [_ended(each) for each in schema] if isinstance(schema, list) else schema


def _end(pattern: Any) -> Any:
    """Return a pattern with `\\Z` for each `$` that is neither escaped nor within a class."""
    return DOLLAR.sub(lambda found: r"\Z" if found[0] == "$" else found[0], pattern)


def some(*known: Any) -> st.SearchStrategy[Any]:
    """Draw mostly one of what is likely, else anything."""
    return st.one_of(st.sampled_from(known), st.sampled_from(known), values)
