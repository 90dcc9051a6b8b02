"""A stack in a new account at its worst: ten functions at a time, and every fifth transaction in another one's way."""

import json
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.e2e.cli_runner import Doctor, earshot
from tests.e2e.conftest import Crm, Reply, Stack, _end, start_stack
from tests.e2e.iam_walk_triggers import reconfigure
from tests.e2e.invitation_client import a_survey, an_address, eventually, id_of, mails_to, send_form
from tests.e2e.survey_client import Survey, depth, histogram, new_id, physical, settle, until

RESPONSES, MAILS, THREADS = 150, 15, 24
# What a throttled batch waits for, shortened: in the template it is minutes.
VISIBILITY = {"ResponseQueue": 2, "EmailQueue": 5, "CampaignQueue": 15}
# What the gateway's 503 is, where no function is free. That of a function is a problem or a page, and never expected.
THROTTLED = "application/json"
# How long a caller goes on, and waits between two calls (seconds).
PATIENCE, SHORTEST_PAUSE, LONGEST_PAUSE = 90, 0.02, 0.5


@dataclass
class ThrottledStack(Stack):
    """A stack whose callers try again while no function is free; `refusals` has the calls that were throttled."""

    refusals: list[str] = field(default_factory=list)

    def call(self, method: str, path: str, *args: Any, **kwargs: Any) -> Reply:
        deadline, pause = time.monotonic() + PATIENCE, SHORTEST_PAUSE
        while True:
            reply = super().call(method, path, *args, **kwargs)
            if reply.status != 503 or reply.headers["content-type"] != THROTTLED:
                return reply
            self.refusals.append(f"{method} {path}")
            if time.monotonic() > deadline:
                pytest.fail(f"{method} {path} was throttled for {PATIENCE} s")
            time.sleep(pause)
            pause = min(pause * 1.5, LONGEST_PAUSE)


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory, crm: Crm) -> Iterator[ThrottledStack]:
    running = start_stack(tmp_path_factory.mktemp("strict"), crm.url, EARSHOT_STRICT="conflicts=0.2,concurrency=10")
    for queue, seconds in VISIBILITY.items():
        attributes = {"VisibilityTimeout": str(seconds)}
        running.client("sqs").set_queue_attributes(QueueUrl=physical(running, queue), Attributes=attributes)
    yield ThrottledStack(**vars(running))
    _end(running.process)


def logged(stack: Stack) -> list[str]:
    return (stack.local_dir / "engine.log").read_text(errors="replace").splitlines()


def test_the_doctor_says_that_the_account_is_a_new_one(strict: ThrottledStack) -> None:
    assert Doctor(strict).complains("Account", "at most 10 functions at a time", "--quota-code L-B99A9384")


def test_recording_loses_nothing_and_counts_equal_a_recount(strict: ThrottledStack) -> None:
    survey = Survey(strict, segments=[{"name": "plan", "open": True}])
    sent = [(new_id(), number % 11) for number in range(RESPONSES)]

    def post(one: tuple[str, int]) -> Reply:
        return survey.post(one[1], id=one[0])

    with ThreadPoolExecutor(THREADS) as pool:
        statuses = {reply.status for reply in pool.map(post, sent)}
    assert statuses == {202}
    assert f"POST {survey.path}/responses" in strict.refusals, "no caller was throttled"
    reported = survey.counted(RESPONSES, PATIENCE)
    assert reported["histogram"] == histogram(*(score for _, score in sent))
    assert {response["id"] for response in survey.responses()} == {name for name, _ in sent}
    assert earshot(strict, "audit", survey.id).returncode == 0
    assert depth(strict, "ResponseDeadLetters") == 0


def test_every_mail_goes_out_once(strict: ThrottledStack) -> None:
    survey, people = a_survey(strict), [an_address("ann") for _ in range(MAILS)]
    wishes = [{"person": {"id": id_of(name), "email": name}} for name in people]
    with ThreadPoolExecutor(THREADS) as pool:
        path = f"/v1/surveys/{survey}/invitations"
        replies = list(pool.map(lambda wish: strict.call("POST", path, {"invitations": [wish]}), wishes))
    assert {reply.status for reply in replies} == {202}
    eventually(lambda: sum(len(mails_to(strict, name)) for name in people), lambda mails: mails >= MAILS, PATIENCE)
    settle(strict)
    assert {len(mails_to(strict, name)) for name in people} == {1}
    assert depth(strict, "EmailDeadLetters") == 0
    # A form and an erasure write single items that transactions write, too: nobody is shown an error for that.
    forms = {send_form(strict, mails_to(strict, name)[0].respond, score=9).status for name in people}
    erased = {strict.call("DELETE", f"/v1/people/{id_of(name)}?id={id_of(name)}").status for name in people}
    assert forms == {200}
    assert erased <= {200, 202}


def test_a_campaign_of_more_than_sixteen_turns_runs_to_its_end(strict: ThrottledStack) -> None:
    survey, plan = a_survey(strict), f"plan-{uuid.uuid4().hex[:6]}"
    # So short that each step is a turn.
    reconfigure(strict, "PlanCampaignsFunction", timeout=10)
    for batch in range(10):
        known = [{"id": f"{plan}-{batch}-{number}", "properties": {"plan": "none"}} for number in range(100)]
        if batch % 5 == 0:
            name = an_address(plan)
            known[0] = {"id": id_of(name), "email": name, "properties": {"plan": plan}}
        assert strict.call("POST", "/v1/people", {"people": known}).status == 200
    path = f"/v1/surveys/{survey}/campaigns/spring"
    assert strict.call("PUT", path, {"segment": f"plan={plan}", "daily_budget": 9}).status == 201
    done = until(lambda: strict.call("GET", path).body, lambda seen: seen["state"] == "finished", PATIENCE)
    assert done["asked"] == 2
    turns = [json.loads(line)["turn"] for line in logged(strict) if '"message":"campaign planned"' in line]
    assert max(turns) > 16
    assert depth(strict, "CampaignDeadLetters") == 0
