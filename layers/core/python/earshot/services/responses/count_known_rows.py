"""Count the rows of imports that were known before, each message once however often it comes."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from earshot.domain.errors import BusyError
from earshot.domain.submission import Submission
from earshot.ports.imports import Imports


@dataclass(frozen=True, slots=True)
class Parts:
    """The submissions of a batch, and the message in which each came."""

    submissions: Sequence[Submission]
    messages: Sequence[str]

    def note_known(self, known: Collection[int], failed: Collection[int], now: int, *, imports: Imports) -> set[int]:
        """Add the known rows of each message to its import; return the places of those that could not be noted.

        A message that failed in part comes back whole, and is counted then. Its name is made of the ids
        in it, so that a batch that was posted twice is noted once.
        """
        unnoted: set[int] = set()
        for places in self._of_imports():
            count = sum(place in known for place in places)
            if not count or any(place in failed for place in places):
                continue
            first = self.submissions[places[0]]
            part = _name(self.submissions[place].id for place in places)
            try:
                imports.note_known(first.survey, first.import_id or "", part, count, now)
            except BusyError:
                unnoted.update(places)
        return unnoted

    def _of_imports(self) -> list[list[int]]:
        parts: dict[tuple[str, str, str], list[int]] = {}
        for place, (submission, message) in enumerate(zip(self.submissions, self.messages, strict=True)):
            if submission.import_id is not None:
                parts.setdefault((message, submission.survey, submission.import_id), []).append(place)
        return list(parts.values())


def _name(ids: Iterable[str]) -> str:
    return sha256("\n".join(sorted(ids)).encode()).hexdigest()[:32]
