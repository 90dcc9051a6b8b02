"""The tags of a mail: whatever a person's id is made of, SES takes them, and they come back as they were."""

import re

import pytest

from earshot.adapters.ses_tags import INVITATION, LAST_WAVE, LONGEST_TAG, PERSON, WAVE, read_tags, tags_of
from earshot.domain.eligibility import MOST_REMINDERS
from earshot.domain.email_feedback import Origin
from tests.factories import uuid7

# What SES takes as the name or the value of a tag.
TAKEN = re.compile(r"[A-Za-z0-9_-]{1,256}")


def event_tags(origin: Origin) -> dict[str, list[str]]:
    return {name: [value] for name, value in tags_of(origin).items()}


@pytest.mark.parametrize(
    "person",
    ["ann", "Ann Smith", "crm/42?x=1", "a@example.com", "żółw💬", "a", "ab", "abc", "-_+/=", "x" * 192, "ß" * 96],
)
def test_any_id_survives_in_characters_that_ses_takes(person: str) -> None:
    origin = Origin(person, uuid7(), 3)
    assert read_tags(event_tags(origin)) == origin
    assert all(TAKEN.fullmatch(part) for pair in tags_of(origin).items() for part in pair)


@pytest.mark.parametrize("person", ["x" * 193, "ß" * 97, "💬" * 256])
def test_a_person_whose_id_is_too_long_for_a_tag_has_none(person: str) -> None:
    assert tags_of(Origin(person, uuid7(), 1)) == {}


def test_the_longest_id_fills_a_tag() -> None:
    assert len(tags_of(Origin("x" * 192, uuid7(), 1))[PERSON]) == LONGEST_TAG


def test_the_tags_of_others_do_not_disturb() -> None:
    origin = Origin("ann", uuid7(), 1)
    assert read_tags(event_tags(origin) | {"ses:operation": ["SendEmail"], "team": ["a", "b"]}) == origin


@pytest.mark.parametrize("missing", [PERSON, INVITATION, WAVE])
def test_a_mail_without_all_of_our_tags_is_not_ours(missing: str) -> None:
    tags = event_tags(Origin("ann", uuid7(), 1))
    del tags[missing]
    assert read_tags(tags) is None


@pytest.mark.parametrize(
    ("name", "values"),
    [
        (PERSON, []),
        (PERSON, ["YW5u", "YW5u"]),
        (PERSON, [""]),
        (PERSON, ["a"]),
        (PERSON, ["Ä"]),
        (PERSON, ["not base64!"]),
        (PERSON, ["_w"]),
        (PERSON, [7]),
        (PERSON, None),
        (INVITATION, [""]),
        (WAVE, ["0"]),
        (WAVE, ["-1"]),
        (WAVE, ["two"]),
        (WAVE, [1]),
    ],
)
def test_tags_that_nobody_here_wrote_are_not_ours(name: str, values: object) -> None:
    assert read_tags(event_tags(Origin("ann", uuid7(), 1)) | {name: values}) is None


@pytest.mark.parametrize("tags", [None, [], "tags", 7])
def test_what_are_no_tags_are_nobodys(tags: object) -> None:
    assert read_tags(tags) is None


@pytest.mark.parametrize("wave", [0, -1, LAST_WAVE + 1, 99, 10**300])
def test_a_wave_that_nobody_sends_is_not_ours(wave: int) -> None:
    tags = tags_of(Origin("ann", uuid7(), 1))
    found = {name: [value] for name, value in tags.items()}
    assert read_tags(found) is not None
    assert read_tags({**found, WAVE: [str(wave)]}) is None


def test_the_last_wave_is_that_of_the_last_reminder() -> None:
    assert LAST_WAVE == 1 + MOST_REMINDERS
