"""How people are found: by the beginning of their id or of their name, in whatever case and accents it is typed."""

from dataclasses import dataclass

from earshot.domain.person import Person
from earshot.domain.unicode_text import normal

# Of a longer name the beginning; with the longest id it fits a sort key.
LONGEST_NAME_KEY = 512


@dataclass(frozen=True, slots=True)
class Search:
    """A search of people: `by` is `email`, `id_prefix` or `name_prefix`, `value` the searched text."""

    by: str
    value: str


def name_key(name: str) -> str:
    """Return a name for comparison: without case, accents and invisible characters, cut to the longest key."""
    # Only who keeps or looks for a name pays for the start of the tables.
    from unicodedata import category, normalize  # noqa: PLC0415

    folded = normalize("NFKD", normalize("NFKD", normal(name)).casefold())
    # A name that is nothing but marks keeps them.
    plain = "".join(character for character in folded if category(character) != "Mn").strip() or folded
    return plain.encode()[:LONGEST_NAME_KEY].decode(errors="ignore")


def name_order(person: Person) -> str | None:
    """Return what a person is sorted by among all names; None without a name."""
    return f"{name_key(person.name)}#{person.id}" if person.name else None


def fits(person: Person, search: Search) -> bool:
    """Return whether a person still matches the search: an index may be a moment behind."""
    if search.by == "id_prefix":
        return person.id.startswith(search.value)
    return name_key(person.name or "").startswith(name_key(search.value))
