"""The lines to try in docs/api.md."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

PAGE = (Path(__file__).parents[1] / "docs/api.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINE = re.compile(r"curl .*")
# What a line calls by a variable, and which path that is.
LINKS = {"$LINK": "/s/token", "$UNSUBSCRIBE": "/u/token"}


def blocks() -> list[str]:
    return BLOCK.findall(PAGE)


def calls() -> Iterator[tuple[str, str]]:
    """Yield the method and path of each curl line."""
    for line in (line for block in blocks() for line in LINE.findall(block)):
        words = shlex.split(line.partition(" | ")[0])
        yield method_of(words), path_of(words)


def method_of(words: list[str]) -> str:
    if "-X" in words:
        return words[words.index("-X") + 1]
    if "-I" in words:
        return "HEAD"
    return "POST" if {"--json", "-d"} & set(words) else "GET"


def path_of(words: list[str]) -> str:
    (target,) = [word for word in words if word.startswith(("$URL", *LINKS))]
    for name, path in LINKS.items():
        target = target.replace(name, f"$URL{path}")
    return target.removeprefix("$URL").partition("?")[0]


def is_missing(route: str, tried: set[tuple[str, str]]) -> bool:
    """Check whether no line calls a route such as `GET /v1/surveys/{survey}`; OPTIONS needs none."""
    method, path = route.split(" ")
    like = re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path)))
    return method != "OPTIONS" and not any(how == method and like.fullmatch(where) for how, where in tried)
