"""The path that a function gets of the one that was sent, as an HTTP API of AWS makes it.

It decodes every path twice. In between it cuts it at a question mark, so what was sent as `a%3Fb` arrives as `a`. What
does not decode it refuses. Captured on AWS by others; the rows of tests/path_table.py say which, and
which are assumed. Where nothing is known the harder case is taken: the route is found by the path that is left, and
the second decoding takes `+` for a space.
"""

import re
from urllib.parse import quote, unquote, unquote_plus

# A percent sign that begins no escape.
MALFORMED = re.compile(r"%(?![0-9A-Fa-f]{2})")
# What may stand in a path as it is; everything else is sent to the engine escaped, which decodes it once.
PLAIN = "/:@!$&'()*,;=-._~"


def delivered_path(target: str) -> str:
    """Return the path that a function gets for a request target; ValueError for a target that AWS refuses."""
    if "#" in target:
        raise ValueError("a request target has no fragment")
    once = unquote(_checked(target.partition("?")[0]), errors="replace")
    twice = unquote_plus(_checked(once.partition("?")[0]), errors="replace")
    # Bytes outside ASCII that are no UTF-8.
    if not twice.isascii():
        twice.encode()
    return twice


def target_for_engine(path: str, target: str) -> str:
    """Return the request target from which the engine, which decodes a path once, makes this path.

    The query stays as it was sent.
    """
    _, mark, query = target.partition("?")
    return quote(path, safe=PLAIN) + mark + query


def _checked(path: str) -> str:
    if MALFORMED.search(path):
        raise ValueError("the path has a percent sign that begins no escape")
    return path
