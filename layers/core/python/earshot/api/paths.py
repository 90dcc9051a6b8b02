"""The error where no route matched: the path has other methods, or does not exist."""

import re
from collections.abc import Iterator
from functools import cache

from earshot.api.all_paths import PATHS
from earshot.domain.errors import EarshotError, MethodNotAllowedError, NotFoundError


def is_known(path: str) -> bool:
    """Return whether a path, as a function gets it, is one of the product's."""
    return any(pattern.fullmatch(path) for pattern, _ in _patterns())


def route_key(method: str, path: str) -> str:
    """Return the key of the route that takes a request: `$default` if there is none of its own."""
    for pattern, template in _templates():
        if pattern.fullmatch(path) and method in PATHS[template]:
            return f"{method} {template}"
    return "$default"


def unmatched(method: str, path: str) -> EarshotError:
    """Return why no route matched: the path has other methods, or does not exist."""
    for pattern, methods in _patterns():
        if pattern.fullmatch(path):
            return MethodNotAllowedError(f"{method} is not allowed for this path", methods)
    return NotFoundError("there is no such path; /v1/openapi.json lists them all")


def _patterns() -> Iterator[tuple[re.Pattern[str], tuple[str, ...]]]:
    return ((pattern, PATHS[template]) for pattern, template in _templates())


@cache
def _templates() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return the pattern of each path; a path with fewer parts that vary goes first, as API Gateway has it.

    The one whose last part takes all that follows goes last.
    """
    ordered = sorted(PATHS, key=lambda template: (template.endswith("+}"), template.count("{")))
    return tuple((re.compile(_pattern(template)), template) for template in ordered)


def _pattern(template: str) -> str:
    return re.sub(r"\{\w+\}", "[^/]+", re.sub(r"\{\w+\+\}", ".+", template))
