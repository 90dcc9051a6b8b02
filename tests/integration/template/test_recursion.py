"""Functions that send to queues which invoke them again: Lambda stops such a chain unless it may be one."""

from tests.integration.template.stack import Stack, pascal
from tests.integration.template.test_permissions import grants

MAY_LOOP = {
    "plan_campaigns", "backfill_segments", "receive_feedback", "plan_reminders", "recompute_scores", "sync_crm",
}  # fmt: skip


def invoked_through_queues(deployed: Stack) -> dict[str, set[str]]:
    """Return which functions each function can have invoked by what it sends."""
    readers: dict[str, set[str]] = {name: set() for name in deployed.queues}
    for mapping in deployed.mappings.values():
        source = deployed.target(mapping["EventSourceArn"])
        if source in readers:
            readers[source].add(deployed.target(mapping["FunctionName"]))
    sent = {name: set(grants(deployed, f"{pascal(name)}Role")) for name in deployed.functions}
    return {
        name: {reader for queue in readers if f"sqs:SendMessage {queue}" in sent[name] for reader in readers[queue]}
        for name in deployed.functions
    }


def in_a_loop(deployed: Stack) -> set[str]:
    """Return the functions that what they send may lead back to, also by way of others."""
    invoked = invoked_through_queues(deployed)
    folders = {f"{pascal(name)}Function": name for name in invoked}

    def reached(name: str, seen: set[str]) -> set[str]:
        for function in invoked[name]:
            if folders[function] not in seen:
                seen.add(folders[function])
                reached(folders[function], seen)
        return seen

    return {name for name in invoked if name in reached(name, set())}


def test_every_function_that_feeds_itself_may_loop_and_no_other(variant: Stack) -> None:
    allowed = {name for name, function in variant.functions.items() if function.get("RecursiveLoop") == "Allow"}

    assert in_a_loop(variant) == allowed == MAY_LOOP
