"""With ReservedConcurrency a flood of one public function leaves room for the others, and for what works behind."""

from collections import Counter

from tests.integration.template.stack import Stack, folder_of, stack
from tests.integration.template.test_limits import unauthenticated

# What must go on while the public functions are flooded: responses are recorded, and mails sent.
BEHIND = {"record_responses", "send_emails"}
# AWS leaves 100 of an account unreserved; with its least other share this is what the parameter's text asks for.
UNRESERVED, ACCOUNT = 100, 300


def reserved(of: Stack) -> dict[str, int]:
    return {
        name: function["ReservedConcurrentExecutions"]
        for name, function in of.functions.items()
        if "ReservedConcurrentExecutions" in function
    }


def test_nothing_is_reserved_by_default_as_a_new_account_has_ten(variant: Stack) -> None:
    assert reserved(variant) == {}


def test_each_function_of_a_route_without_a_key_has_a_bound_of_its_own() -> None:
    guarded = stack(reserved="true")
    public = {function for route, function in guarded.routes().items() if route in unauthenticated()}

    assert set(reserved(guarded)) == public | BEHIND


def test_the_account_keeps_what_aws_wants_unreserved() -> None:
    assert sum(reserved(stack(reserved="true")).values()) <= ACCOUNT - UNRESERVED


def test_a_reader_of_queues_may_run_as_often_as_its_queues_call_it() -> None:
    guarded = stack(reserved="true")
    called: Counter[str] = Counter()
    for mapping in guarded.mappings.values():
        called[folder_of(guarded.target(mapping["FunctionName"]))] += mapping.get("ScalingConfig", {}).get(
            "MaximumConcurrency", 0
        )
    for name in BEHIND:
        assert 0 < called[name] <= reserved(guarded)[name], name
