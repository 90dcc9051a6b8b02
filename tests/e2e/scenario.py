"""A story that mixes everything a recorder may meet, in batches of messages."""

import json
from typing import Any

from earshot.domain import ids
from earshot.domain.survey import Survey

# 2026-06-01T10:00:00Z; the messages bring their own clock along.
MORNING = 1_780_308_000_000
MINUTE, DAY = 60_000, 86_400_000
SURVEY = "story"
KEYED = ("changed_with_key", "erased")

Submission = dict[str, Any]
Batch = list[str]


def survey() -> Survey:
    """The survey of the story."""
    return Survey(
        id=SURVEY, name="Story", timezone="Europe/Berlin", segments=("cabin", "plan"), open_segments=("cabin", "plan")
    )


def an_id(name: str, at: int = MORNING, version: str = "7") -> str:
    """The id of one response of the story, the same each time."""
    head = f"{at:012x}"
    return f"{head[:8]}-{head[8:]}-{version}{ord(name):03x}-8000-{name.encode().hex():0>12}"


IDS = {
    **{name: an_id(name) for name in "abdeghijknpqr"},
    "c": an_id("c", version="4"),
    "f": an_id("f", MORNING - 8 * DAY),
    "i": an_id("i", MORNING + 10 * MINUTE),
}
# A second person's statement under an id is a response of its own; the order decides which of them bears the id.
SENT = {ids.of_person(SURVEY, IDS[name], person): IDS[name] for name in "hn" for person in ("p2", "p4", "p5", "p6")}


def name_of(item: dict[str, Any]) -> tuple[str, str | None]:
    """Return the name of a response in the story: its id as sent and its person, whichever id it bears."""
    name = str(item.get("sent_id", item["sk"]))
    return SENT.get(name, name), item.get("person")


def submission(label: str, kind: str, score: int | None, minute: int, **fields: Any) -> Submission:
    """One statement about one response, received so many minutes into the story."""
    given = {
        "survey": SURVEY,
        "id": IDS[label],
        "kind": kind,
        "received": MORNING + minute * MINUTE,
        "score": score,
        "correlation": f"{label}{minute}",
        **fields,
    }
    return {name: value for name, value in given.items() if value is not None}


def body(*submissions: Submission) -> str:
    """A message of these statements."""
    return json.dumps({"version": 1, "submissions": submissions})


def by_queue_and_by_key(batch: Batch) -> tuple[Batch, list[Submission]]:
    """Part a batch into what the intake puts into its queue, and what a key does itself, as one statement each."""
    queued: Batch = []
    keyed: list[Submission] = []
    for message in batch:
        statements = json.loads(message)["submissions"]
        keyed += [each for each in statements if each["kind"] in KEYED]
        if left := [each for each in statements if each["kind"] not in KEYED]:
            queued.append(body(*left))
    return queued, keyed


def batches() -> list[Batch]:
    """The story: repeats, partials, wrong clocks, repeated persons, edits, erasures, new values of segments.

    No queue carries edits and erasures: a test below the queues may hand them on all the same, since
    the recorder joins every kind of statement.
    """
    economy, first, pro = {"cabin": "Economy"}, {"cabin": "First", "plan": "pro"}, {"plan": "pro"}
    opening = [
        body(submission("a", "final", 3, 1, properties=economy, person="p1", comment="cold")),
        body(submission("a", "final", 3, 1, properties=economy, person="p1", comment="cold")),
        body(submission("b", "partial", 8, 1, properties=first)),
        body(submission("c", "final", 2, 1, person="p1", comment="a clock from nowhere")),
        body(submission("d", "final", 9, 1, properties=first, person="p2")),
        body(submission("e", "erased", None, 2)),
        body(
            submission("q", "final", 0, 1, announce=False, rank="keyed"),
            submission("r", "final", 10, 1, announce=False, rank="keyed", properties=pro),
        ),
    ]
    return [
        opening,
        [
            body(submission("b", "final", 10, 3, properties=first)),
            body(submission("c", "final", 9, 3, person="p1", comment="a clock from nowhere")),
            body(submission("a", "final", 10, 3, properties=economy, person="p1")),
            body(submission("e", "final", 1, 3, person="p3")),
            body(submission("f", "partial", 5, 3, properties={"cabin": "Crew"})),
            body(
                submission("g", "final", 7, 3, person="p2"), submission("h", "final", 4, 3, person="p2", properties=pro)
            ),
            body(submission("k", "partial", 2, 3), submission("k", "final", 9, 4)),
        ],
        [
            body(submission("a", "changed_with_key", 9, 5, properties=economy, person="p1", comment="warm")),
            body(submission("f", "final", 4, 5, properties={"cabin": "Crew"})),
            body(submission("d", "erased", None, 5)),
            body(submission("i", "final", 6, 5, person="p2", properties=first)),
            body(submission("j", "partial", 6, 5)),
            body(submission("j", "partial", 7, 6)),
            body(submission("n", "changed_with_key", 5, 6, person="p4"), submission("n", "final", 10, 5, person="p5")),
        ],
        opening,
        [
            body(submission("a", "changed_with_key", 6, 8, properties=economy, person="p1")),
            body(submission("g", "changed_with_key", 0, 8, person="p2")),
            body(submission("h", "changed_with_key", 5, 8, person="p6", properties=pro)),
            body(submission("c", "erased", None, 8)),
            body(submission("q", "changed_with_key", 1, 8)),
            body(
                submission(
                    "p",
                    "final",
                    1,
                    8,
                    responded_at="2026-05-30",
                    rank="keyed",
                    person="p1",
                    properties={"cabin": "New"},
                )
            ),
        ],
    ]
