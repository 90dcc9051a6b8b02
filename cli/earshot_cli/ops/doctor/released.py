"""What `live` runs, compared with what was deployed last: an alias points to a version, and the two may differ."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from earshot_cli.ops.doctor.results import REDEPLOY
from earshot_cli.phrases import listed

LIVE = "live"
# What a version keeps for good, with the name for it.
KEPT = {
    "CodeSha256": "the code",
    "Role": "the role",
    "Handler": "the handler",
    "Runtime": "the runtime",
    "Timeout": "the timeout",
    "MemorySize": "the memory",
}


@dataclass(frozen=True)
class Release:
    """How `live` stands to its function; `shifting` are the versions it passes a part of the calls to."""

    is_live: bool = True
    differs: list[str] = field(default_factory=list)
    shifting: Mapping[str, float] = field(default_factory=dict)


def faults(release: Release) -> Iterator[tuple[str, str, str | None]]:
    """Yield each fault: there is no alias, it runs something else, or it is only partly switched."""
    if not release.is_live:
        yield f"it has no alias {LIVE}, so nothing that calls it reaches it.", REDEPLOY, "releases"
    if release.differs:
        fault = f"its alias {LIVE} runs a version that differs from what was deployed last: {listed(release.differs)}."
        yield fault, "Undo what was changed by hand, or publish it.", "releases"
    for version, part in release.shifting.items():
        fault = f"{part:.0%} of its calls go to version {version}: its deployment is going on, or was left there."
        yield fault, "See its deployment in CodeDeploy.", "releases"


def configuration(client: Any, function: str) -> dict[str, Any] | None:
    """Read the configuration that `live` runs; None if the function has no such alias, or it leads nowhere."""
    try:
        return dict(client.get_function_configuration(FunctionName=function, Qualifier=LIVE))
    except client.exceptions.ResourceNotFoundException:
        return None


def other_versions(client: Any, function: str) -> dict[str, float]:
    """Return the other versions that get a part of the calls of `live`, with their part."""
    routing = client.get_alias(FunctionName=function, Name=LIVE).get("RoutingConfig") or {}
    return dict(routing.get("AdditionalVersionWeights") or {})


def differences(latest: Mapping[str, Any], live: Mapping[str, Any]) -> list[str]:
    """Name what differs between two configurations of a function; of variables the names, never the values."""
    named = [words for name, words in KEPT.items() if latest.get(name) != live.get(name)]
    layers = [[layer["Arn"] for layer in each.get("Layers") or ()] for each in (latest, live)]
    before, after = ((each.get("Environment") or {}).get("Variables") or {} for each in (live, latest))
    variables = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
    return [*named, *(["the layer"] if layers[0] != layers[1] else []), *variables]
