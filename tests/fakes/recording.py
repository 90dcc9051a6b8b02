"""A survey in memory whose responses are recorded, and imported, by the real services."""

from typing import Any

from earshot.domain.submission import Submission
from earshot.services.responses.count_known_rows import Parts
from earshot.services.responses.record_responses import record
from tests.factories import NOON, make_survey
from tests.fakes.fake_time import no_pause
from tests.fakes.imports import InMemoryImports
from tests.fakes.ledger import InMemoryLedger
from tests.fakes.people import InMemoryPeople
from tests.fakes.surveys import InMemorySurveys


class RecordingWorld:
    """A survey that tracks the segment plan; `ports` are those that every change of a response takes."""

    def __init__(self) -> None:
        self.surveys = InMemorySurveys(make_survey(segments=("plan",), open_segments=("plan",)))
        self.ledger = InMemoryLedger()
        self.people = InMemoryPeople(self.ledger)
        self.ports: dict[str, Any] = {"ledger": self.ledger, "people": self.people, "pause": no_pause}


class ImportingWorld(RecordingWorld):
    """The survey, and imports into it."""

    def __init__(self) -> None:
        super().__init__()
        self.imports = InMemoryImports(self.ledger)

    def deliver(self, *messages: list[Submission]) -> set[int]:
        """Record messages as the recorder does; return the places of the submissions that failed."""
        submissions = [submission for message in messages for submission in message]
        names = [str(at) for at, message in enumerate(messages) for _ in message]
        parts = Parts(submissions, names)
        return record(
            submissions,
            surveys=self.surveys,
            note_known=lambda known, failed: parts.note_known(known, failed, NOON, imports=self.imports),
            **self.ports,
        )
