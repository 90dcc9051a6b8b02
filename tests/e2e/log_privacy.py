"""Personal data that the tests of a session sent, and where a log repeats it."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

# Shorter words stand in a log for reasons of their own; the canaries of test_logs.py are long enough.
SHORTEST = 8
PERSONAL = ("comment", "email", "account", "person")
# The company chooses the id of a member, which names them in audit logs, also where a property repeats it.
MEMBER = re.compile(r"/v1/team/([\w-]+)")
# A line of the engine itself; what stands between one that introduces output and the next is a function's.
ENGINES = re.compile(r"\[?\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
OUTPUT = re.compile(r"Lambda (\S+) output:$")


class SentTexts:
    """Every comment, address, name, account, person and value of a property that was sent to the stack."""

    def __init__(self) -> None:
        self._words: set[str] = set()
        self._members: set[str] = set()

    @property
    def words(self) -> set[str]:
        """What no log may repeat."""
        return self._words - self._members

    def note_path(self, path: str) -> None:
        """Note the member that a path names."""
        self._members |= set(MEMBER.findall(path))

    def note(self, raw: bytes | None) -> None:
        """Note what a request body says, JSON or a form; anything else says nothing."""
        text = (raw or b"").decode(errors="replace")
        try:
            body = json.loads(text)
        except (ValueError, RecursionError):
            body = dict(parse_qsl(text))
        self._words |= {word for word in personal(body) if len(word) >= SHORTEST and word.isprintable()}


def personal(body: Any) -> Iterator[str]:
    """Return the texts of a request that identify a person."""
    if isinstance(body, list):
        for each in body:
            yield from personal(each)
    if not isinstance(body, Mapping):
        return
    for name, value in body.items():
        if isinstance(value, str) and (name in PERSONAL or (name == "name" and "email" in body)):
            yield value
        elif name == "properties" and isinstance(value, Mapping):
            yield from (each for each in value.values() if isinstance(each, str))
        else:
            yield from personal(value)


def function_lines(log: str) -> Iterator[tuple[str, str]]:
    """Return every line that a function wrote, with the function's name; the engine's own lines are left out."""
    function = ""
    for line in log.splitlines():
        if ENGINES.match(line):
            found = OUTPUT.search(line)
            function = found[1] if found else ""
        elif function:
            yield function, line


def leaks(words: Iterable[str], log: str) -> list[str]:
    """Return the lines of functions that repeat one of these words, each with the word."""
    written = [f"{function}: {line}" for function, line in function_lines(log)]
    text = "\n".join(written)
    found = [word for word in words if word in text]
    return [f"{word!r} in {line}" for word in found for line in written if word in line]
