"""Count the files that one piece of work passes through, over the fakes: `python -m tests.journeys`.

A file of functions/ or layers/ counts if it executes a line inside a function; what runs on import does not count.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from inspect import CO_OPTIMIZED
from pathlib import Path
from types import FrameType

import pytest

from earshot.adapters.sqs_submissions import pack
from tests.aws_events import http_event, sqs_event, stored, stream_event
from tests.factories import DAY, NOON, make_submission, uuid7
from tests.signed_tokens import signed
from tests.unit.functions.conftest import World, load, make_world

ROOT = Path(__file__).resolve().parents[1]
DEPLOYED = ("functions/", "layers/core/python/earshot/")


def deployed(frame: FrameType) -> str | None:
    """Return the name of a frame's file, if it is deployed."""
    path = Path(frame.f_code.co_filename)
    name = path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else ""
    return name if name.startswith(DEPLOYED) else None


def imports(frame: FrameType | None) -> bool:
    """Return whether a frame runs for the body of a deployed module, which is being imported."""
    while frame is not None:
        if frame.f_code.co_name == "<module>" and deployed(frame):
            return True
        frame = frame.f_back
    return False


@contextmanager
def traced(files: set[str]) -> Iterator[None]:
    """Collect the deployed files in which a function is called meanwhile."""

    def note(frame: FrameType, event: str, arg: object) -> None:
        # The body of a module or of a class is not optimized.
        if frame.f_code.co_flags & CO_OPTIMIZED and (name := deployed(frame)) and not imports(frame):
            files.add(name)

    before = sys.gettrace()
    sys.settrace(note)
    try:
        yield
    finally:
        sys.settrace(before)


def response_to_its_first_attempt(world: World) -> set[str]:
    """Follow a response from the widget to the CRM: a known person who is unhappy now, and was happy a week ago."""
    body = {
        "id": uuid7(),
        "score": 2,
        "comment": "late",
        "properties": {"plan": "pro"},
        "token": signed(world.identities.secret("demo"), {"sub": "ann", "exp": NOON // 1000 + 3600}),
    }
    request = http_event("POST /v1/surveys/{survey}/responses", "/v1/surveys/demo/responses", body)
    record_an_earlier_response(world)
    files: set[str] = set()
    with traced(files):
        assert load("submit_response").lambda_handler(request, None)["statusCode"] == 202
        messages = sqs_event(pack(world.queue.take()))
        assert load("record_responses").lambda_handler(messages, None) == {"batchItemFailures": []}
        changes = [(stored(old) if old else None, stored(new)) for old, new in world.ledger.history[1:]]
        assert load("publish_events").lambda_handler(stream_event(*changes), None) == {"batchItemFailures": []}
        alerts = sqs_event([task for task in world.tasks.take() if "responses" in task], "AlertQueue")
        assert load("evaluate_alerts").lambda_handler(alerts, None) == {"batchItemFailures": []}
        to_the_crm = [task for task, _ in world.delivery_queue.tasks if task["destination"] == "crm"]
        event = sqs_event(to_the_crm, "DeliveryQueue")
        assert load("sync_crm").lambda_handler(event, None) == {"batchItemFailures": []}
    assert [destination for destination, _ in world.receiver.calls] == ["crm"]
    return files


def score_query(world: World) -> set[str]:
    """Ask for the score of a survey with an API key."""
    record_an_earlier_response(world)
    path = "/v1/surveys/demo/nps"
    request = http_event("GET /v1/surveys/{survey}/nps", path, query="window=30d", key=world.key)
    files: set[str] = set()
    with traced(files):
        assert load("read_results").lambda_handler(request, None)["statusCode"] == 200
    return files


def record_an_earlier_response(world: World) -> None:
    """Record a response of last week."""
    time = NOON - 7 * DAY
    earlier = make_submission(9, id=uuid7(time, "earlier"), person="ann", received_at=time, first_received=time)
    event = sqs_event(pack([earlier]))
    assert load("record_responses").lambda_handler(event, None) == {"batchItemFailures": []}


JOURNEYS: dict[str, Callable[[World], set[str]]] = {
    "response to its first attempt": response_to_its_first_attempt,
    "score query": score_query,
}


def count(name: str) -> set[str]:
    """Return the files of a journey, in a world of its own."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        return JOURNEYS[name](make_world(monkeypatch))


def main() -> None:
    """Print the journeys with their files."""
    for name in JOURNEYS:
        files = count(name)
        sys.stdout.write("\n  ".join([f"{name}: {len(files)} files", *sorted(files)]) + "\n")


if __name__ == "__main__":
    main()
