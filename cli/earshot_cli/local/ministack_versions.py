"""Publishes versions of functions as strictly as AWS Lambda.

Loaded by ministack_main.py in the engine's own Python. A version needs a change of code or configuration since the last
one. MiniStack takes every update for a change, also one back to what the last version has; AWS says only "haven't
changed", so the harder is assumed: what counts is the content, and a description is not part of it. And a version stays
as long as an alias leads to it.
"""

from typing import Any

from ministack.services import lambda_svc
from ministack.services.cloudformation import provisioners

# What says when and how a configuration came to be, not what it is; a version has a description of its own.
ABOUT = frozenset({"Description", "FunctionArn", "LastModified", "RevisionId", "Version"})
ABOUT_STATE = ("State", "LastUpdateStatus")


def publish_as_on_aws() -> None:
    """Make the engine publish only what changed, and delete no version that is in use."""
    lambda_svc._publish_version = _by_content(lambda_svc._publish_version, _by_name)
    handlers = provisioners._RESOURCE_HANDLERS["AWS::Lambda::Version"]
    handlers["create"] = _by_content(handlers["create"], lambda _id, properties, *_: _of(properties))
    handlers["update"] = _by_content(handlers["update"], lambda _id, _old, properties, *_: _of(properties))
    handlers["delete"] = _unless_in_use(handlers["delete"])


def content(configuration: dict[str, Any]) -> dict[str, Any]:
    """Return what a version keeps of a configuration."""
    return {
        name: value
        for name, value in configuration.items()
        if name not in ABOUT and not name.startswith(ABOUT_STATE) and value
    }


def _by_content(publish: Any, find: Any) -> Any:
    """Make MiniStack, which compares revisions, meet the same revision where the content is the same."""

    def published(*args: Any, **more: Any) -> Any:
        if function := find(*args):
            newest = function["versions"].get(max(function["versions"], key=int, default=None))
            if newest and content(newest["config"]) == content(function["config"]):
                newest["function_revision"] = function["config"]["RevisionId"]
        return publish(*args, **more)

    return published


def _unless_in_use(delete: Any) -> Any:
    def deleted(physical: str, properties: dict[str, Any], *rest: Any) -> Any:
        version, aliases = physical.rsplit(":", 1)[-1], (_of(properties) or {}).get("aliases", {})
        if used := sorted(name for name, alias in aliases.items() if alias["FunctionVersion"] == version):
            raise ValueError(f"Unable to delete version because the following aliases reference it: {used}")
        return delete(physical, properties, *rest)

    return deleted


def _by_name(name: str, _given: Any) -> dict[str, Any] | None:
    found: dict[str, Any] | None = lambda_svc._functions.get(name)
    return found


def _of(properties: dict[str, Any]) -> dict[str, Any] | None:
    found: dict[str, Any] | None = provisioners._lambda_function_for_cfn_ref(properties.get("FunctionName", ""))[0]
    return found
