"""A person's responses to a survey in their order: which one supersedes which, and which only repeats the last."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from earshot.domain.response import Key, Response

DAY = 86_400_000


@dataclass(frozen=True, slots=True)
class ResponseSequence:
    """Ids of a person's responses to a survey in their order, as far as the pointers to them were read.

    `checked` are those whose links are to be reconciled. `has_first` and `has_last` say whether the person's first and
    last response are among `ids`.
    """

    survey: str
    person: str
    ids: Sequence[str]
    checked: AbstractSet[str]
    has_first: bool = True
    has_last: bool = True

    def before(self, position: int) -> Iterator[Key]:
        """Yield the keys of those before a position, nearest first."""
        return ((self.survey, self.ids[at]) for at in range(position - 1, -1, -1))

    def after(self, position: int) -> Iterator[Key]:
        """Yield the keys of those after a position, nearest first."""
        return ((self.survey, self.ids[at]) for at in range(position + 1, len(self.ids)))

    def checked_positions(self) -> Iterator[int]:
        """Yield the positions of those whose links are to be reconciled."""
        return (at for at, response_id in enumerate(self.ids) if response_id in self.checked)


def counts_for(response: Response, person: str | None) -> bool:
    """Return whether a response counts, and is this person's."""
    return response.counts and response.person == person


def superseded_by(response: Response, following: Response | None) -> Response:
    """Return the response with the day of the person's next one; the same object if it has that day already."""
    day = following.day if following else None
    return response if response.superseded_on == day else replace(response, superseded_on=day)


def with_repeat_flag(earlier: Response, later: Response) -> Response:
    """Return `later`, noted as a repeat if it has the score and comment of `earlier` and came within a day.

    A response that is noted once stays so.
    """
    is_same = (earlier.score, earlier.statement.comment) == (later.score, later.statement.comment)
    is_repeat = is_same and 0 <= later.responded_at - earlier.responded_at <= DAY
    return replace(later, is_repeat=True) if is_repeat and not later.is_repeat else later


def moves_earlier(old: str | None, new: str | None) -> bool:
    """Return whether a link leads to an earlier day now than before.

    A concurrent insert between the two finds either link wrong and writes: one of the two writers is refused, and looks
    again. Where a link leads further now, another writer may have found it right, and written nothing.
    """
    return new is not None and (old is None or new < old)
