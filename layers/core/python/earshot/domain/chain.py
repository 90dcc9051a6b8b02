"""The answers of one person to a survey in their order, as far as pointers to them were read."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from earshot.domain.response import Key


@dataclass(frozen=True, slots=True)
class Chain:
    """Answers of one person to a survey in their order, by the pointers to them, and those that are looked after.

    `begins` and `ends` tell whether the person's first and last answer are among them.
    """

    survey: str
    person: str
    ids: Sequence[str]
    places: AbstractSet[str]
    begins: bool = True
    ends: bool = True

    def before(self, at: int) -> Iterator[Key]:
        """Name those before one, nearest first."""
        return ((self.survey, self.ids[place]) for place in range(at - 1, -1, -1))

    def after(self, at: int) -> Iterator[Key]:
        """Name those after one, nearest first."""
        return ((self.survey, self.ids[place]) for place in range(at + 1, len(self.ids)))

    def looked_after(self) -> Iterator[int]:
        """Give where those are that are looked after."""
        return (at for at, response_id in enumerate(self.ids) if response_id in self.places)
