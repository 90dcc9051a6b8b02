"""The whole examination of a stack, room by room in the order of a response's journey."""

from collections.abc import Callable, Iterator
from random import Random

from earshot_cli.client import Client
from earshot_cli.errors import CommandError
from earshot_cli.ops.aws_errors import told
from earshot_cli.ops.doctor import (
    api,
    consumers,
    counts,
    functions,
    mail,
    queues,
    roles,
    rules,
    schedules,
    stack_secrets,
    stack_status,
    table,
)
from earshot_cli.ops.doctor.deployed_template import read_blueprint
from earshot_cli.ops.doctor.results import Examined
from earshot_cli.ops.stack import Stack


def rooms(stack: Stack, url: str, api_key: str | None) -> Iterator[tuple[str, Callable[[], Examined]]]:
    """Give each room's name and the look into it; UnreachableError if not even the template can be read."""
    with told(stack.place):
        blueprint = read_blueprint(stack)
    yield "Stack", lambda: stack_status.examine(stack)
    yield "API", lambda: api.examine(url, api_key)
    yield "Queues", lambda: queues.examine(stack, blueprint)
    yield "Consumers", lambda: consumers.examine(stack, blueprint)
    yield "Functions", lambda: functions.examine(stack, blueprint)
    yield "Permissions", lambda: roles.examine(stack, blueprint)
    yield "Table", lambda: table.examine(stack)
    yield "Bus and rules", lambda: rules.examine(stack, blueprint)
    yield "Schedules", lambda: schedules.examine(stack)
    yield "Mail", lambda: mail.examine(stack, blueprint)
    yield "Secrets", lambda: stack_secrets.examine(stack)
    yield "Counts", lambda: _counts(url, api_key)


def look(stack: Stack, room: str, examine: Callable[[], Examined]) -> Examined:
    """Look into one room; what keeps it from being seen is told, and the others are still looked into."""
    try:
        with told(stack.place):
            return examine()
    except CommandError as error:
        return Examined(room, "", unseen=str(error))


def _counts(url: str, api_key: str | None) -> Examined:
    if not api_key:
        return Examined("Counts", "not looked at: that takes an API key (EARSHOT_API_KEY or --api-key)")
    return counts.examine(Client(url, api_key), Random())  # noqa: S311 - which days are looked at is no secret
