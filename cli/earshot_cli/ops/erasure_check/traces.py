"""What could identify an erased person, and which items of the table still hold it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from earshot.adapters.dynamodb import table_keys
from earshot.domain.message_types import DELETION
from earshot.domain.personal_data import INVITATION, PERSON, REACHED, kind_of

# What an erasure leaves in addition to the person's id, once it is done: a tombstone, what the funnel counts, and which
# destinations had something of them.
LEFT = {
    PERSON.name: frozenset({"pk", "sk", "erased_at", "subtract", "v"}),
    INVITATION.name: frozenset({"pk", "sk", "type", "survey", "channel", "stages", "day", "columns"}),
    REACHED.name: frozenset({"pk", "sk", "type", "destination", "deletion", "expires"}),
}
# A comment shorter than this may be anybody's word, and is looked for as a whole alone.
SHORT_COMMENT = 12
# An id shorter than this, or a number, occurs in other texts by chance, and is looked for as a whole alone.
SHORT_ID = 6

Item = Mapping[str, Any]


@dataclass(frozen=True)
class Person:
    """An erased person and what is looked for, as it was exported before; of all but the id nothing may be left.

    `ids` are those of their responses, invitations and mails; `made` are the ids by which they were known under their
    address alone.
    """

    id: str
    names: frozenset[str] = frozenset()
    comments: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()
    made: frozenset[str] = frozenset()


# What begins the partitions that belong to a person, before their id.
OWN = (table_keys.person(""), table_keys.attempt_comments(""))


@dataclass(frozen=True)
class Trace:
    """Where something of an erased person was found: the kind of the item, the attribute, what it is, and the key."""

    kind: str
    attribute: str
    what: str
    key: tuple[str, str]


@dataclass
class Search:
    """A search through items for what is left of people; `items` counts those that were looked at."""

    people: tuple[Person, ...]
    items: int = 0
    found: list[Trace] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._own = {name for person in self.people for name in (person.id, *person.made)}
        words = {each: "id" for each in self._own if len(each) >= SHORT_ID and not each.isdecimal()}
        self._words = _pattern(words | self._all("names", "name or address"))
        self._ids = _pattern(self._all("ids", "id of a response, an invitation or a mail"))
        comments = {each.casefold() for person in self.people for each in person.comments if each.strip()}
        self._comments = {each for each in comments if len(each) >= SHORT_COMMENT}
        self._short = comments - self._comments

    def look(self, items: Iterable[Item]) -> None:
        """Read items, and remember what in them leads back to a person."""
        for item in items:
            self.items += 1
            self.found += self._traces(item)

    def _all(self, name: str, what: str) -> dict[str, str]:
        return {text: what for person in self.people for text in getattr(person, name) if text}

    def _traces(self, item: Item) -> list[Trace]:
        pk, sk = item["pk"]["S"], item["sk"]["S"]
        kind = kind_of(pk, sk, item)
        prefix = next((each for each in OWN if pk.startswith(each)), None)
        owner = pk.removeprefix(prefix) if prefix else item.get("person", {}).get("S")
        if owner is not None and owner not in self._own:
            return []
        key, name = (pk, sk), kind.name if kind else "an unknown item"
        if prefix:
            left = LEFT.get(name, frozenset())
            kept = frozenset(item) - left
            return [Trace(name, attribute, "what an erasure takes away", key) for attribute in sorted(kept)]
        # The response itself is found by its id, and no longer identifies a person.
        own = {sk, item["target"]["S"], item.get("sent_id", {}).get("S")} if "target" in item else {sk}
        own |= {item["sent_id"]["S"]} if "sent_id" in item else set()
        # By this id the destination finds what it is to delete; it is gone once that is done.
        own |= {item["subject"]["S"]} if item.get("sends") == {"S": DELETION} else set()
        own = own if pk.startswith((table_keys.RESPONSES, table_keys.DELIVERIES)) else set()
        texts = ((attribute, text) for attribute, value in item.items() for text in _texts(value))
        traces = ((attribute, self._what(text, own)) for attribute, text in texts)
        return [Trace(name, attribute, what, key) for attribute, what in traces if what]

    def _what(self, text: str, own: set[str]) -> str | None:
        """Return what a text holds of a person; None if nothing."""
        if text in own:
            return None
        if text in self._own:
            return "id"
        folded = text.casefold()
        for pattern in (self._words, self._ids):
            if pattern and (match := pattern[0].search(folded)):
                return pattern[1][match[0]]
        is_comment = folded in self._short or any(comment in folded for comment in self._comments)
        return "comment" if is_comment else None


def person_of(exported: Mapping[str, Any]) -> Person:
    """Return what to look for of a person, from their export."""
    person = exported["person"] or {}
    responses, invitations = exported["responses"], exported["invitations"]
    texts = [person.get("email"), person.get("name"), *(each["unverified_email"] for each in responses)]
    comments = [one["comment"] for each in invitations for one in (*each["submissions"], *each["clicks"])]
    ids = [each["id"] for each in responses]
    for each in invitations:
        ids += [each["id"], each["response"], each["message_id"], *(mail["message_id"] for mail in each["mails"])]
    return Person(
        exported["id"],
        frozenset(filter(None, texts)),
        frozenset(filter(None, [*(each["comment"] for each in responses), *comments])),
        frozenset(filter(None, ids)),
        frozenset(filter(None, (each["person"] for each in (*responses, *invitations)))) - {exported["id"]},
    )


def _pattern(words: Mapping[str, str]) -> tuple[re.Pattern[str], Mapping[str, str]] | None:
    """Return what finds whole words in folded texts, and what each of them is; None if there are none."""
    folded = {word.casefold(): what for word, what in words.items() if word.strip()}
    if not folded:
        return None
    longest_first = sorted(map(re.escape, folded), key=len, reverse=True)
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(longest_first)})(?![^\W_])"), folded


def _texts(value: Mapping[str, Any]) -> Iterator[str]:
    """Return all texts in the value of an attribute, names of properties among them."""
    for kind, held in value.items():
        if kind == "S":
            yield held
        elif kind == "SS":
            yield from held
        elif kind == "L":
            for each in held:
                yield from _texts(each)
        elif kind == "M":
            yield from held
            for each in held.values():
                yield from _texts(each)
