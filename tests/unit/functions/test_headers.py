"""The headers of every response over HTTP, whatever it is and for every client."""

import pytest

from earshot.api.http import ALWAYS
from tests.aws_events import EVENTS, load_event, samples
from tests.unit.functions.conftest import World, load

NAMES = [name for folder in sorted(EVENTS.iterdir()) if folder.is_dir() for name in samples(folder.name)]
SAMPLES = [name for name in NAMES if "http" in load_event(name).get("requestContext", {})]


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("key", [True, False], ids=["with a key", "without"])
def test_every_response_is_read_as_its_declared_type_and_fetched_by_https_alone(
    world: World, sample: str, key: bool
) -> None:
    event = load_event(sample)
    event["headers"] |= {"authorization": f"Bearer {world.key}"} if key else {}
    if not key:
        event["headers"].pop("authorization", None)
    headers = load(sample.partition("/")[0]).lambda_handler(event, None)["headers"]
    assert {name: headers.get(name) for name in ALWAYS} == {
        "x-content-type-options": "nosniff",
        "strict-transport-security": "max-age=31536000",
    }


def test_every_http_function_has_a_sample() -> None:
    apps = (EVENTS.parent / "functions").glob("*/app.py")
    handlers = {app.parent.name for app in apps if "ROUTES" in app.read_text(encoding="utf-8")}
    assert {name.partition("/")[0] for name in SAMPLES} == handlers
