"""The first key of a deployed stack: no key can make it, so its function is invoked with AWS credentials."""

import json
from typing import Any

from earshot_cli.errors import CommandError


def create_first_key(function: str, wanted: dict[str, Any], region: str | None, profile: str | None) -> dict[str, Any]:
    """Invoke the function that makes keys with what a key shall be, and return the key."""
    # boto3 takes longer to import than every other command takes to run.
    from boto3 import Session  # noqa: PLC0415
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    try:
        client = Session(profile_name=profile, region_name=region).client("lambda")
        reply = client.invoke(FunctionName=function, Payload=json.dumps(wanted).encode())
        made = json.loads(reply["Payload"].read())
    except ClientError as error:
        problem = error.response["Error"]
        raise CommandError(f"AWS refused to invoke {function}: {problem['Message']} ({problem['Code']}).") from error
    except (BotoCoreError, ValueError) as error:
        raise CommandError(f"{function} could not be invoked: {str(error).rstrip('.')}.") from error
    if not isinstance(made, dict) or "key" not in made:
        raise CommandError(f"{function} created no key: {_reason(made)}.")
    return made


def _reason(reply: Any) -> str:
    message = reply.get("errorMessage") if isinstance(reply, dict) else None
    return str(message).rstrip(".") if message else "is it the stack's output KeysFunction?"
