"""The link that signs a member in once: its function is invoked with AWS credentials, as no API reply may hold it."""

import json
from typing import Any

from earshot_cli.connection import Console, local_console
from earshot_cli.errors import CommandError


def invitation_link(
    member: str, function: str | None, url: str, *, region: str | None = None, profile: str | None = None
) -> str:
    """Return a new link for a member: of a deployed stack by its function, else of the local one of this directory."""
    # boto3 takes longer to import than every other command takes to run.
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    console = None if function else local_console(url)
    name, base = (console.function, console.url) if console else (str(function), f"{url.rstrip('/')}/app")
    try:
        client = _client(console, region, profile)
        reply = client.invoke(FunctionName=name, Payload=json.dumps({"member": member}).encode())
        made = json.loads(reply["Payload"].read())
    except ClientError as error:
        problem = error.response["Error"]
        raise CommandError(f"AWS refused to invoke {name}: {problem['Message']} ({problem['Code']}).") from error
    except (BotoCoreError, ValueError) as error:
        raise CommandError(f"{name} could not be invoked: {str(error).rstrip('.')}.") from error
    if not isinstance(made, dict) or "path" not in made:
        raise CommandError(f"{name} made no link: is it the stack's output InvitationsFunction?")
    return base.removesuffix("/app") + str(made["path"])


def _client(console: Console | None, region: str | None, profile: str | None) -> Any:
    """Return a client of the engine, or of AWS."""
    from boto3 import Session  # noqa: PLC0415 - as above

    if console is None:
        return Session(profile_name=profile, region_name=region).client("lambda")
    from earshot_cli.local.aws import client, leave_the_users_account_alone  # noqa: PLC0415

    leave_the_users_account_alone(console.engine.token)
    return client("lambda", console.engine)
