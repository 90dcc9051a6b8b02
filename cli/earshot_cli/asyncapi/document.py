"""The whole document: every channel with its messages and samples, in AsyncAPI 3.0."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from earshot import __version__
from earshot.api.touchpoints import DETAIL_TYPE as INCOMING
from earshot_cli.asyncapi.channels import CHANNELS, Channel, incoming_event
from earshot_cli.asyncapi.contracts import Contract, read_contracts
from earshot_cli.asyncapi.errors import DescriptionError
from earshot_cli.asyncapi.payload_schemas import payload_schemas

# Others send this event, so its sample is what comes out of the queue of the function that receives it.
INCOMING_SAMPLE = "receive_touchpoints/one.json"
Part = dict[str, Any]


def text(events: Path) -> str:
    """Return the document as it is stored."""
    return json.dumps(document(events), indent=1, ensure_ascii=False) + "\n"


def document(events: Path) -> Part:
    """Make the document of what a folder like events/ holds; a channel without any contract is left out."""
    used = [(channel, found) for channel in CHANNELS if (found := _contracts(channel, events))]
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Earshot",
            "version": __version__,
            "description": "What Earshot publishes, and what it listens to. `docs/events.md` is the guide for "
            "consumers. The payloads are written from the contracts under `events/schemas`.",
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": dict(channel.server for channel, _ in used),
        "channels": {channel.name: _channel(channel, found) for channel, found in used},
        "operations": dict(pair for channel, found in used for pair in _operations(channel, found)),
        "components": {
            "messages": {each.name: _message(channel, each) for channel, found in used for each in found},
            "schemas": dict(pair for channel, found in used for pair in _schemas(channel, found)),
            "correlationIds": {channel.name: channel.correlation for channel, _ in used},
        },
    }


def _contracts(channel: Channel, events: Path) -> list[Contract]:
    """Read a channel's contracts; DescriptionError for one that has no sample."""
    found = read_contracts(events / channel.schemas, events / channel.samples)
    for contract in found:
        if contract.name == INCOMING:
            (record,) = json.loads((events / INCOMING_SAMPLE).read_text(encoding="utf-8"))["Records"]
            contract.samples["one"] = json.loads(record["body"])
        if not contract.samples:
            raise DescriptionError(f"{contract.name} has no sample in events/{channel.samples}")
    return found


def _channel(channel: Channel, found: Iterable[Contract]) -> Part:
    messages = {each.name: {"$ref": f"#/components/messages/{each.name}"} for each in found}
    return {**channel.definition, "servers": [{"$ref": f"#/servers/{channel.server[0]}"}], "messages": messages}


def _operations(channel: Channel, found: Iterable[Contract]) -> Iterator[tuple[str, Part]]:
    """Yield what Earshot does with a channel: it sends, and on the bus it also receives."""
    names = {each.name for each in found}
    for name, action, taken in (
        (channel.operation, "send", names - {INCOMING}),
        (channel.incoming_operation, "receive", names & {INCOMING}),
    ):
        if taken:
            part: Part = {"action": action, "channel": {"$ref": f"#/channels/{channel.name}"}}
            part["messages"] = [{"$ref": f"#/channels/{channel.name}/messages/{each}"} for each in sorted(taken)]
            yield name, part | ({"bindings": channel.bindings} if channel.bindings else {})


def _message(channel: Channel, contract: Contract) -> Part:
    is_incoming = contract.name == INCOMING
    part: Part = {
        "name": contract.name,
        "title": contract.name,
        "summary": contract.schema["description"].partition(". ")[0].rstrip(".") + ".",
        "payload": incoming_event(contract.name) if is_incoming else channel.payload(contract.name),
        "examples": [{"name": case, "payload": sample} for case, sample in contract.samples.items()],
    }
    if not is_incoming:
        part["correlationId"] = {"$ref": f"#/components/correlationIds/{channel.name}"}
    return part | ({"headers": channel.headers} if channel.headers else {})


def _schemas(channel: Channel, found: Iterable[Contract]) -> Iterator[tuple[str, Part]]:
    yield from channel.components.items()
    for contract in found:
        yield from payload_schemas(contract.name, contract.schema).items()
