"""What the init bench runs: the program of each function's init, read off its app.py."""

import ast
from dataclasses import dataclass, field

from earshot_cli.local.settings import ROOT

FUNCTIONS = ROOT / "functions"
# What bootstrap gives that is neither a client nor an adapter.
PLAIN = frozenset({"now", "pause", "new_id", "draw", "hash_key", "salt", "limits_known"})
# What a function makes only for a request that needs it: one with a token, or one without a key.
LATER = frozenset({"rate_limits", "known_people", "showings", "by_address", "identities"})
# What asks for the keys of links, and so for the network, when it is made; its modules are imported instead.
ASKING = {"reader": "earshot.adapters.links", "composer": "earshot.emails.composer"}
# What a maker is given that only a message decides, and a value that will do.
GIVEN = {"queue.setting": "'EARSHOT_RESPONSE_QUEUE'"}
VARIABLES = {
    "EARSHOT_STAGE": "dev",
    "EARSHOT_TABLE": "earshot",
    "EARSHOT_BUS": "earshot",
    "EARSHOT_CONFIGURATION_SET": "earshot-mails",
    "EARSHOT_CRM_URL": "https://crm.example/earshot",
    **{f"EARSHOT_{name}_SECRET": "earshot" for name in ("HASH", "LINK", "IDENTITY")},
    "EARSHOT_MAIL_FROM": "survey@example.com",
    "EARSHOT_PUBLIC_URL": "https://earshot.example",
    "EARSHOT_SENDERS": "2",
    "EARSHOT_SALT": "stack/earshot/0b1c",
    "EARSHOT_ASK_BY_ADDRESS": "ask-by-address",
    "EARSHOT_PEOPLE_RETENTION_DAYS": "0",
    "POWERTOOLS_SERVICE_NAME": "earshot",
    "POWERTOOLS_LOGGER_LOG_EVENT": "false",
    **{
        f"EARSHOT_{name}_QUEUE": f"https://sqs.us-east-1.amazonaws.com/123456789012/{name.lower()}"
        for name in ("RESPONSE", "LINK", "SCORE", "BACKFILL", "PARKING", "EMAIL", "PLAN", "CAMPAIGN", "FEEDBACK")
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
    """Return the calls of the bootstrap's makers, as they stand in the source."""
    return {
        f"import {ASKING[node.func.attr]}" if node.func.attr in ASKING else _called(node)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "bootstrap"
        and node.func.attr not in PLAIN | LATER
    }


def _called(call: ast.Call) -> str:
    """Write a call as it stands in the source, with values for what only a message decides."""
    given = [GIVEN.get(written, written) for written in map(ast.unparse, call.args)]
    return f"{ast.unparse(call.func)}({', '.join(given)})"
