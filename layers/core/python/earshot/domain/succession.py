"""What answers of one person make of each other: the link from one to the next, and a straight repeat."""

from dataclasses import replace

from earshot.domain.response import Response

DAY = 86_400_000


def is_of(place: Response, answer: Response) -> bool:
    """Tell whether an answer counts for the person whose place it is."""
    return answer.counts and answer.person == place.person


def linked(answer: Response, following: Response | None) -> Response:
    """Tell an answer when the next one came: the same object comes back if it knows."""
    day = following.day if following else None
    return answer if answer.superseded == day else replace(answer, superseded=day)


def noted(earlier: Response, later: Response) -> Response:
    """Note the later answer if it only says again what was said within a day before; what was noted once stays so."""
    is_same = (earlier.score, earlier.statement.comment) == (later.score, later.statement.comment)
    is_repeat = is_same and 0 <= later.answered - earlier.answered <= DAY
    return replace(later, repeated=True) if is_repeat and not later.repeated else later


def is_nearer(old: str | None, new: str | None) -> bool:
    """Tell whether a link now leads to an earlier day than before.

    Whoever puts an answer in between meanwhile finds either link wrong, and writes: so one of the two writers is
    refused, and looks again. In place of a link that now leads further they may have found theirs, and written nothing.
    """
    return new is not None and (old is None or new < old)
