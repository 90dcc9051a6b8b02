"""Holds every call to the role it is made with, also where MiniStack by itself does not look, and writes it down.

MiniStack (AUTH=true) runs each function with credentials of its role, checks their signature and evaluates the role's
policy. It does not know which partition keys a request touches (`dynamodb:LeadingKeys`), of the attributes that it
names only those of a projection (`dynamodb:Attributes`), nor what a mail needs; all of this is added here. What
AWS's own services do with a role or by a queue's policy is in ministack_services.py.
"""

import hmac
import json
import logging
import os
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ministack import app
from ministack.core import iam_actions, iam_evaluator, lambda_runtime, responses
from ministack.services import dynamodb, lambda_svc, secretsmanager, ses, ses_v2, sts

from earshot_cli.local.ministack_requests import conditions, family, from_address, leading_keys, mail_needs

logger = logging.getLogger("roles")
FROM = "ses:FromAddress"
# What is asked before there is a secret.
CREATIONS = frozenset({"secretsmanager:CreateSecret"})
# SQS has no permission for a batch: who may send or delete one message may do so with many.
BATCHES = {f"sqs:{one}Batch": f"sqs:{one}" for one in ("SendMessage", "DeleteMessage", "ChangeMessageVisibility")}


class Record:
    """Each decision once, a JSON line each: who asked for what, with which keys, and whether it was allowed.

    Keys are kept as their families, so that the file identifies no person.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: set[str] = set()
        self._lock = threading.Lock()

    def add(self, holder: str, action: str, resource: str, values: Iterable[str], allowed: bool) -> None:
        """Note a decision; `holder` is the role, or the queue whose policy decided."""
        noted = {"holder": holder, "action": action, "resource": resource, "values": sorted(set(values))}
        line = json.dumps({**noted, "allowed": allowed})
        with self._lock:
            if line in self._known:
                return
            self._known.add(line)
            with self._path.open("a", encoding="utf-8") as file:
                file.write(line + "\n")
        if not allowed:
            logger.warning("AccessDenied: %s may not %s on %s %s", holder, action, resource, noted["values"] or "")


def hold_to_roles() -> Record:
    """Make the engine authorize what it would let pass, and note every decision in the file EARSHOT_DECISIONS."""
    record = Record(Path(os.environ["EARSHOT_DECISIONS"]))
    _note_what_is_decided(record)
    _record_table_requests()
    _ask_for_each_resource_of_a_mail()
    return record


def give_functions_secrets(secret: str, tokens: set[str]) -> None:
    """Derive the functions' credentials from the secret of the run, and add their session tokens to `tokens`.

    MiniStack's own are hashes of ARNs, which anybody can compute.
    """

    def credentials(function: dict[str, Any]) -> dict[str, str]:
        made = execution_credentials(function, secret)
        tokens.add(made["AWS_SESSION_TOKEN"])
        return made

    lambda_runtime.execution_credentials = lambda_svc.execution_credentials = credentials


def execution_credentials(function: dict[str, Any], secret: str) -> dict[str, str]:
    """Register a session of the function's role and return its credentials, the same ones for all of its workers."""
    arn, role = str(function["FunctionArn"]), str(function.get("Role", ""))
    name, session = role.rpartition("/")[2], str(function.get("FunctionName", arn))[:64]

    def derived(use: str) -> str:
        return hmac.new(secret.encode(), f"{use}:{arn}:{role}".encode(), "sha256").hexdigest()

    made = {
        "AWS_ACCESS_KEY_ID": f"ASIA{derived('key')[:16].upper()}",
        "AWS_SECRET_ACCESS_KEY": derived("secret"),
        "AWS_SESSION_TOKEN": derived("token"),
    }
    decided = {
        "Arn": f"arn:aws:sts::{arn.split(':')[4]}:assumed-role/{name}/{session}",
        "UserId": f"{name}:{session}",
        "SecretAccessKey": made["AWS_SECRET_ACCESS_KEY"],
        "SessionToken": made["AWS_SESSION_TOKEN"],
    }
    sts.register_session(made["AWS_ACCESS_KEY_ID"], decided)
    return made


def role_allows(record: Record, role: str, action: str, resource: str) -> bool:
    """Authorize what one of AWS's services does with a role (its ARN), such as polling a queue for a function."""
    account, name = role.split(":")[4], role.rpartition("/")[2]
    asked = iam_evaluator.EvalContext(
        principal_arn=f"arn:aws:sts::{account}:assumed-role/{name}/service",
        principal_type="AssumedRole",
        principal_account=account,
        action=action,
        resource_arn=resource,
        region=responses.get_region(),
    )
    decided = iam_evaluator.evaluate(asked, iam_evaluator._gather_role_policies(name, account))
    record.add(name, action, resource, (), decided.decision == "Allow")
    return bool(decided.decision == "Allow")


def _note_what_is_decided(record: Record) -> None:
    enforce = iam_evaluator.enforce

    def enforced(access_key: str, action: str, service: str, region: str, **more: Any) -> Any:
        action = BATCHES.get(action, action)
        if service == "secretsmanager" and action not in CREATIONS:
            more["resource_arn"] = _as_iam_knows(more["resource_arn"])
        denied = enforce(access_key, action, service, region, **more)
        if service == "secretsmanager" and denied is not None:
            more["resource_arn"] = _as_referred_to(more["resource_arn"])
            denied = enforce(access_key, action, service, region, **more)
        session = sts._sessions.get(access_key or "")
        if session and not isinstance(denied, iam_evaluator.AuthError):
            keys = (more.get("service_context") or {}).get("dynamodb:LeadingKeys", ())
            role = session["Arn"].split("/")[1]
            record.add(role, action, more.get("resource_arn", "*"), map(family, keys), denied is None)
        return denied

    iam_evaluator.enforce = enforced


def _as_iam_knows(secret: str) -> str:
    """Return the ARN of a secret; of one that is not there only the name, which no policy with an ARN allows."""
    _, found = secretsmanager._resolve(secret)
    return secret if found else secret.rpartition(":secret:")[2]


def _as_referred_to(secret: str) -> str:
    """Return a secret as MiniStack's !Ref has it in a policy, by its name; on AWS it is the ARN."""
    name = secret.rpartition(":secret:")[2].rpartition("-")[0]
    return name if name in secretsmanager._secrets else secret


def _record_table_requests() -> None:
    def context(body: bytes) -> dict[str, Any]:
        known = conditions(body)
        keys = leading_keys(body, _partition_key)
        return {**known, "dynamodb:LeadingKeys": keys} if keys else known

    iam_actions.dynamodb_service_context = context


def _partition_key(table: str, index: str | None) -> str:
    """Look up the name of a partition key; "" for a table that is not there, which DynamoDB itself will say."""
    described = dynamodb._tables.get(table) or {}
    for schema in [described, *described.get("GlobalSecondaryIndexes", ())]:
        if schema.get("IndexName") == index:
            return next(str(key["AttributeName"]) for key in schema["KeySchema"] if key["KeyType"] == "HASH")
    return ""


def _ask_for_each_resource_of_a_mail() -> None:
    """MiniStack asks for ses:SendEmail on everything, which no role of least privilege has."""
    enforce = app._enforce_ses_v2

    def enforced(method: str, path: str, headers: Any, body: bytes, query: Any, request_id: str) -> Any:
        if not (method == "POST" and path.rstrip("/").endswith("/outbound-emails")):
            return enforce(method, path, headers, body, query, request_id)
        account, region, context = responses.get_account_id(), responses.get_region(), {FROM: from_address(body)}
        identities, in_sandbox = {*ses._identities, *ses_v2._identities}, not ses._production_access_enabled()
        for action, resource in mail_needs(body, account, region, identities, in_sandbox=in_sandbox):
            named = {"resource_arn": resource, "named_resource": resource, "service_context": context}
            if denied := app._enforce_data_plane("sesv2", action, headers, query, request_id, **named):
                return denied
        return None

    app._enforce_ses_v2 = enforced
