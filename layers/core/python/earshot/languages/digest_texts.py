"""The words of digests in one language, and how that language writes days, numbers and shares."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from earshot.languages.catalogue import language_of
from earshot.languages.formats import Formats


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestTexts(Formats):
    """Every text of a digest in one language, with placeholders for `fill`."""

    # above everything
    every: Mapping[str, str]  # by rhythm: what the digest is called
    test: str  # stands before the subject of a test
    collected: str
    promoters: str
    passives: str
    detractors: str

    # the score
    score: str
    responses: str
    interval: str
    part_of: str  # {part} of {whole}
    too_few: str  # {least} responses are needed for a score
    change: str
    before: str
    no_change: str
    rise: str
    fall: str
    too_few_to_compare: str
    target: str
    target_status: Mapping[str, str]  # by status
    months_title: str
    moved: str
    none_moved: str
    rate: str
    invited: str  # the days of the invitations, {span}

    # comments
    comments: str
    no_comments: str
    thanks: str

    # cases
    cases: str
    open_cases: str
    overdue: str
    unowned: str
    oldest: str
    opened: str
    closed: str
    contacted_in_time: str
    late_by_owner: str
    nobody: str
    causes: str
    cause: Mapping[str, str]  # by the word of the API
    recovered: str
    responded_again: str
    without_contact: str
    difference: str
    not_random: str
    due_lists: Mapping[str, str]  # by `Due`: the heading of such cases of a member
    due_at: str  # {time}
    look_at_case: str

    # what casts doubt on the figures, and what they are
    health: str
    bounced: str
    silent: str
    not_by_segment: str
    as_of: str  # {day} in {zone}, read at {time}
    not_over: str  # {zone}
    same_in_api: str  # {as_of}

    # below everything, and the page that ends a digest
    reason: str
    stop: str
    stop_title: str
    stop_text: str
    stop_button: str
    stopped_title: str
    stopped_text: str
    undo_button: str
    undone_title: str
    undone_text: str


def digest_texts_for(locale: str | None) -> DigestTexts:
    """Return the texts for a BCP 47 locale; English for one without a catalogue."""
    return _catalogue(language_of(locale))


@cache
def _catalogue(language: str) -> DigestTexts:
    content = json.loads(
        files("earshot.languages").joinpath("staff", "digests", f"{language}.json").read_text(encoding="utf-8")
    )
    return DigestTexts(language=language, **content | {"months": tuple(content["months"])})
