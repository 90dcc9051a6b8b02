"""An owner of the local team, and a link with which they sign in to the console."""

import json
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from earshot_cli.local.aws import client
from earshot_cli.local.endpoint import Endpoint
from earshot_cli.local.errors import StackReplyError
from earshot_cli.local.seed import Api, call

TEAM, INVITATIONS = "/v1/team", "/v1/team/invitations"
OWNER = {"email": "owner@example.com", "name": "Owner", "role": "owner", "mail": False}


def console_link(api: Api, key: str, function: str, console: str) -> str:
    """Return a link that signs an owner in once; there is one afterwards, if there was none before."""
    return fresh_link(api.endpoint, function, owner_of(api.url, key), console)


def owner_of(url: str, key: str) -> str:
    """Return the id of the first owner of the team, who is made where there is none."""
    status, reply = call(url, key, "GET", TEAM)
    if status != 200:
        raise StackReplyError(f"The team could not be read: {status}")
    owners = [each["id"] for each in json.loads(reply)["members"] if each["role"] == "owner"]
    if owners:
        return str(owners[0])
    status, reply = call(url, key, "POST", INVITATIONS, OWNER)
    if status != 202:
        raise StackReplyError(f"The owner could not be made: {status}")
    return str(json.loads(reply)["id"])


def fresh_link(endpoint: Endpoint, function: str, member: str, console: str) -> str:
    """Return a new link that signs a member in once, within 72 hours of the stack's clock."""
    try:
        reply = client("lambda", endpoint).invoke(FunctionName=function, Payload=json.dumps({"member": member}))
        made: Any = json.loads(reply["Payload"].read())
        return console.removesuffix("/app") + str(made["path"])
    except (ClientError, BotoCoreError) as error:
        raise StackReplyError(f"The link to sign in could not be made: {error}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise StackReplyError("The link to sign in could not be made: the function returned none.") from error
