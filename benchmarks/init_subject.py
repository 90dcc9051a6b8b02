"""What the init bench runs: the program of each function's init, read off its app.py."""

import ast
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import cache

from earshot_cli.local.settings import ROOT

FUNCTIONS = ROOT / "functions"
BOOTSTRAP = ROOT / "layers/core/python/earshot/bootstrap.py"
# What bootstrap gives that is neither a client nor an adapter.
PLAIN = frozenset({"now", "pause", "new_id", "draw", "hash_key", "salt", "limits_known"})
# What a function makes only for a request that needs it: one with a token, or one without a key.
LATER = frozenset(
    {
        "rate_limits",
        "known_people",
        "showings",
        "by_address",
        "identity_tokens",
        "preview_digest",
        "plan_digest",
        "test_digest",
        "send_digest",
    }
)
# What asks for keys of links or the CRM's address, and so for the network, when it is made; its module is imported.
ASKING = {
    "link_reader": "earshot.adapters.link_reader",
    "digest_link_reader": "earshot.adapters.link_reader",
    "composer": "earshot.emails.composer",
}
# What a maker is given that only a message decides, and a value that will do.
GIVEN = {
    "queue.setting": "'EARSHOT_RESPONSE_QUEUE'",
    "url": "'https://hooks.example.com/'",
    "host": "'api.example.com'",
}
VARIABLES = {
    "EARSHOT_STAGE": "dev",
    "EARSHOT_TABLE": "earshot",
    "EARSHOT_BUS": "earshot",
    "EARSHOT_ALL_DEAD_LETTERS": "https://sqs.us-east-1.amazonaws.com/123456789012/dead-letters",
    "EARSHOT_CONFIGURATION_SET": "earshot-mails",
    **{f"EARSHOT_{name}_SECRET": "earshot" for name in ("HASH", "LINK", "IDENTITY", "CRM")},
    "EARSHOT_CDN_SECRET": "",
    "EARSHOT_MAIL_FROM": "survey@example.com",
    "EARSHOT_PUBLIC_URL": "https://earshot.example",
    "EARSHOT_MAX_CONCURRENCY": "2",
    "EARSHOT_DEAD_LETTERS": "https://sqs.us-east-1.amazonaws.com/123456789012/dead-letters",
    "EARSHOT_SALT": "stack/earshot/0b1c",
    "EARSHOT_ASK_BY_ADDRESS": "ask-by-address",
    "EARSHOT_STACK": "earshot",
    "EARSHOT_API_URL": "https://api.example.com",
    "EARSHOT_HAS_CRM": "true",
    "EARSHOT_PEOPLE_RETENTION_DAYS": "0",
    "POWERTOOLS_SERVICE_NAME": "earshot",
    "POWERTOOLS_LOGGER_LOG_EVENT": "false",
    **{
        f"EARSHOT_{name}_QUEUE": f"https://sqs.us-east-1.amazonaws.com/123456789012/{name.lower()}"
        for name in (
            *("RESPONSE", "LINK", "SCORE", "BACKFILL", "PARKING", "EMAIL", "PLAN", "CAMPAIGN", "FEEDBACK"),
            *("ALERT", "DELIVERY"),
        )
    },
}


@dataclass(frozen=True, slots=True)
class Subject:
    """A program, and the variables it runs with."""

    name: str
    code: str
    file: str
    variables: dict[str, str] = field(default_factory=dict)


BARE = Subject("bare interpreter", "pass", "bare")
REFERENCE = Subject('boto3.client("dynamodb")', 'import boto3; boto3.client("dynamodb")', "reference")


def functions() -> list[str]:
    """Name all functions."""
    return sorted(path.parent.name for path in FUNCTIONS.glob("*/app.py"))


def subject_of(function: str) -> Subject:
    """Write the program: import the app, then make everything it ever asks bootstrap for."""
    made = made_by(FUNCTIONS.joinpath(function, "app.py").read_text())
    code = f"import app; from earshot import bootstrap; {'; '.join(sorted(made))}"
    return Subject(function, code, function, VARIABLES)


def made_by(source: str) -> set[str]:
    """Return the calls of the bootstrap's makers, those inside its factories of dependencies too."""
    return set(_made(ast.parse(source)))


def _made(tree: ast.AST, own: Collection[str] = ()) -> Iterator[str]:
    """Yield the calls of makers in a tree; inside the bootstrap they go by their `own` names alone.

    A maker that is handed over as a keyword argument is called by its receiver.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and (handed := _maker(node.value, ())) and handed not in PLAIN | LATER:
            yield f"bootstrap.{handed}()"
        maker = _maker(node.func, own) if isinstance(node, ast.Call) else None
        if not isinstance(node, ast.Call) or maker is None or maker in PLAIN | LATER:
            continue
        if maker.endswith("_deps"):
            # What only a message decides is given to the factory; nothing it makes needs that.
            yield from _made(_makers()[maker], own=_makers())
        else:
            yield f"import {ASKING[maker]}" if maker in ASKING else _called(maker, node)


def _maker(func: ast.expr, own: Collection[str]) -> str | None:
    if isinstance(func, ast.Name):
        return func.id if func.id in own else None
    if isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name) and func.value.id == "bootstrap":
        return func.attr
    return None


@cache
def _makers() -> dict[str, ast.FunctionDef]:
    tree = ast.parse(BOOTSTRAP.read_text(encoding="utf-8"))
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def _called(maker: str, call: ast.Call) -> str:
    """Write a call as it stands in the source, with values for what only a message decides."""
    given = [GIVEN.get(written, written) for written in map(ast.unparse, call.args)]
    return f"bootstrap.{maker}({', '.join(given)})"
