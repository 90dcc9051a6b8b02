"""Many at once: posts of the same ids at the intake, and recorders on the same survey and day."""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from earshot.domain.statement import StatementKind
from tests.e2e import scenario
from tests.e2e.conftest import Stack
from tests.e2e.fault_injection import (
    FaultInjection,
    counted,
    links,
    open_fault_injection,
    pointers,
    recounted,
    responses,
    wanted_links,
    wanted_pointers,
)
from tests.e2e.survey_client import Survey, histogram, new_id, settle

THREADS = 8


@pytest.fixture(scope="module")
def lab(stack: Stack) -> Iterator[FaultInjection]:
    with open_fault_injection(stack.engine_endpoint) as it:
        yield it


def test_eight_threads_that_post_the_same_twenty_ids_count_twenty_responses(stack: Stack) -> None:
    survey = Survey(stack, segments=[{"name": "thread", "open": True}])
    ids = [new_id() for _ in range(20)]

    def post(thread: int) -> set[int]:
        order = random.Random(thread).sample(ids, len(ids))
        fields = {"score": thread, "properties": {"thread": f"t{thread}"}}
        return {survey.post(**fields, id=sent).status for sent in order}

    with ThreadPoolExecutor(THREADS) as pool:
        assert set().union(*pool.map(post, range(THREADS))) == {202}
    reported = survey.counted(20)
    kept = list(survey.responses())
    assert sorted(response["id"] for response in kept) == sorted(ids)
    assert reported["histogram"] == histogram(*(response["score"] for response in kept))
    by_thread = [survey.nps(segment=f"thread=t{thread}")["histogram"] for thread in range(THREADS)]
    assert [sum(scores) for scores in zip(*by_thread, strict=True)] == reported["histogram"]


def test_responses_corrections_and_erasures_at_once_leave_counts_that_equal_a_recount(stack: Stack) -> None:
    survey = Survey(stack)
    ids = [new_id() for _ in range(10)]
    for sent in ids:
        survey.send(5, id=sent)
    survey.counted(10)

    def disturb(thread: int) -> set[int]:
        chance = random.Random(thread)
        seen = set()
        for _ in range(10):
            sent = chance.choice(ids)
            what = chance.randrange(8)
            if what == 0:
                seen.add(survey.erase(sent).status)
            elif what < 4:
                seen.add(survey.correct(sent, score=chance.randrange(11)).status)
            else:
                seen.add(survey.post(chance.randrange(11), id=sent).status)
        return seen

    with ThreadPoolExecutor(THREADS) as pool:
        statuses = set().union(*pool.map(disturb, range(THREADS)))
    assert statuses <= {200, 202, 204, 404, 503}
    settle(stack)
    kept = list(survey.responses())
    assert survey.nps(window="all")["histogram"] == histogram(*(response["score"] for response in kept))


@pytest.mark.parametrize("seed", range(4))
def test_recorders_in_parallel_count_each_response_once(lab: FaultInjection, seed: int) -> None:
    chance = random.Random(seed)
    messages = [body for batch in scenario.batches() for body in batch] * 4
    chance.shuffle(messages)
    batches = [messages[start : start + 7] for start in range(0, len(messages), 7)]
    with lab.new_table(scenario.survey()):
        with ThreadPoolExecutor(THREADS) as pool:
            left = [body for failed in pool.map(lab.record, batches) for body in failed]
        for _ in lab.record_until_done(left) if left else ():
            pass
        items = lab.items()
    assert counted(items) == recounted(items)
    assert pointers(items) == wanted_pointers(items)
    assert links(items) == wanted_links(items)
    found = {scenario.name_of(item): (item["kind"], item.get("score")) for item in responses(items)}
    assert len(found) == len(responses(items)) == len(scenario.IDS) + 2, "two ids have two persons each"
    assert found[scenario.IDS["a"], "p1"] == (StatementKind.CHANGED_WITH_KEY, 6)
    assert found[scenario.IDS["c"], None] == (StatementKind.ERASED, None)
