"""What a response remembers of its events: published again, they are the same under the same ids."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from earshot.adapters.dynamodb.response_items import read_response
from earshot.adapters.dynamodb.table import unmarshalled
from earshot.domain.events import Event, repeated_events, response_events
from earshot.domain.merge import merge
from earshot.domain.response import Response, first_response
from earshot.domain.statement import Statement, StatementKind
from earshot.domain.submission import Submission
from tests.aws_events import stored
from tests.factories import NOON, make_submission, uuid7
from tests.integration.contracts import faults

TIME = "2026-11-21T12:00:00.000Z"
STATED = [
    StatementKind.PARTIAL,
    StatementKind.FINAL,
    StatementKind.CHANGED_BY_RESPONDENT,
    StatementKind.CHANGED_WITH_KEY,
    StatementKind.ANONYMISED,
]
BERLIN = ZoneInfo("Europe/Berlin")

moments = st.integers(NOON, NOON + 5)
statements = (
    st.builds(
        Statement,
        kind=st.sampled_from(STATED),
        received_at=moments,
        score=st.integers(0, 10),
        emit_events=st.booleans(),
    )
    | st.builds(Statement, kind=st.just(StatementKind.ERASED), received_at=moments, emit_events=st.booleans())
    | st.builds(Statement, kind=st.just(StatementKind.CHANGED_BY_RESPONDENT), received_at=moments)
    | st.builds(
        Statement,
        kind=st.sampled_from([StatementKind.CHANGED_WITH_KEY, StatementKind.ANONYMISED]),
        received_at=moments,
        score=st.integers(0, 10),
        excluded=st.just(True),
    )
)
# Besides statements there are writes that publish nothing: a backfill, a link between two responses.
SILENT = "silent"
steps = st.lists(statements | st.just(SILENT), max_size=6)


def first(statement: Statement) -> Response:
    return first_response(Submission("demo", uuid7(), statement, NOON, correlation="c"), BERLIN)


def history(statement: Statement, later: list[Statement | str]) -> list[Response]:
    """Make the response as it stands after each write, read back from its item each time."""
    written = [first(statement)]
    for step in later:
        old = read_response(unmarshalled(stored(written[-1])))
        new = replace(old, revision=old.revision + 1, series=(f"a={old.revision}",))
        if isinstance(step, Statement):
            new = merge(old, step, "c")
        written += [new] if new is not old else []
    return written


def published(written: list[Response]) -> list[list[Event]]:
    return [response_events(old, new, TIME) for old, new in zip([None, *written[:-1]], written, strict=True)]


def ids(events: list[Event]) -> set[str]:
    return {event.id for event in events}


@given(statements, steps)
def test_no_id_is_replayed_that_was_never_published(statement: Statement, later: list[Statement | str]) -> None:
    written = history(statement, later)
    assert ids(repeated_events(written[-1])) <= ids([event for events in published(written) for event in events])


@given(statements, steps)
def test_a_replay_publishes_the_last_published_state(statement: Statement, later: list[Statement | str]) -> None:
    written = history(statement, later)
    found = [events for events in published(written) if events]
    repeated = repeated_events(written[-1])
    if written[-1].counts and not written[-1].statement.emit_events:
        assert repeated == []
    elif found:
        assert ids(found[-1]) <= ids(repeated)


@given(statements, steps)
def test_a_current_detractor_is_identified_again(statement: Statement, later: list[Statement | str]) -> None:
    written = history(statement, later)
    identified = [e for events in published(written) for e in events if e.detail_type == "DetractorIdentified"]
    again = [event.id for event in repeated_events(written[-1]) if event.detail_type == "DetractorIdentified"]
    stands = written[-1]
    is_detractor = stands.statement.emit_events and stands.counts and (stands.score or 0) <= 6
    assert again == ([identified[-1].id] if is_detractor else [])


@given(statements, steps)
def test_a_replayed_event_keeps_its_contract_and_is_labelled_as_a_replay(
    statement: Statement, later: list[Statement | str]
) -> None:
    events = repeated_events(history(statement, later)[-1])
    assert [fault for event in events for fault in faults(event.detail_type, event.detail)] == []
    assert all(event.detail["metadata"]["replayed"] for event in events)
    revisions = [event.detail["data"]["revision"] for event in events]
    assert revisions == sorted(revisions)


@given(statements, st.lists(statements, max_size=3))
def test_a_replay_repeats_the_event_while_nothing_else_was_written(
    statement: Statement, later: list[Statement]
) -> None:
    written = history(statement, list(later))
    found = [events for events in published(written) if events]
    if not found or not published(written)[-1]:
        return
    again = {event.id: event.detail["data"] for event in repeated_events(written[-1])}
    for event in found[-1]:
        assert again[event.id] | {"previous_series": None} == event.detail["data"] | {"previous_series": None}


@given(statements, steps)
def test_the_memory_survives_the_table(statement: Statement, later: list[Statement | str]) -> None:
    stands = history(statement, later)[-1]
    kept = read_response(unmarshalled(stored(stands)))
    if stands.statement.emit_events:
        assert (kept.last_event, kept.detractor_event_revision) == (stands.last_event, stands.detractor_event_revision)


def test_an_ordinary_response_carries_no_memory_and_a_backfill_adds_none() -> None:
    for score in (3, 9, 10):
        response = first_response(make_submission(score), BERLIN)
        for written in (response, replace(response, revision=2, series=("a=b",))):
            assert not {"last_event", "detractor_event_revision"} & set(stored(written))


def test_receivers_of_a_response_hear_that_it_is_erased_also_where_it_went_quietly() -> None:
    written = history(
        submission := make_submission(3).statement, [Statement(StatementKind.ERASED, NOON + 9, emit_events=False)]
    )
    assert [[event.detail_type for event in events] for events in published(written)] == [
        ["ResponseRecorded", "DetractorIdentified"],
        ["ResponseErased"],
    ]
    quiet = history(
        replace(submission, emit_events=False), [Statement(StatementKind.ERASED, NOON + 9, emit_events=False)]
    )
    assert published(quiet) == [[], []]


def test_history_imported_quietly_is_not_published_by_a_replay() -> None:
    assert repeated_events(first_response(make_submission(3, emit_events=False), BERLIN)) == []


def test_the_time_is_when_it_was_received_and_not_when_it_is_replayed() -> None:
    (again,) = repeated_events(first_response(make_submission(9), BERLIN))
    assert again.detail["metadata"]["time"] == "2026-11-21T12:00:00.000Z"
