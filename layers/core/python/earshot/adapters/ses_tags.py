"""The tags a mail goes out with: SES's events name by them the person, the invitation and the wave it was for."""

from base64 import b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Mapping
from typing import Any

from earshot.domain.email_feedback import Origin

PERSON, INVITATION, WAVE = "earshot_person", "earshot_invitation", "earshot_wave"
# Of a mail that is of nobody's invitation to a survey.
KIND = "earshot_kind"
# What SES takes as the value of a tag: so many of A-Z, a-z, 0-9, _ and -.
LONGEST_TAG = 256
# An invitation and its reminders, see `eligibility.MOST_REMINDERS`; there is no mail of a later wave.
LAST_WAVE = 3


def tags_of(origin: Origin) -> dict[str, str]:
    """Return the tags of a mail by name; none for a person whose id is too long for a tag.

    Such a mail's bounces and complaints still suppress the address, which every event names; only the invitation
    does not learn of them. An id of up to 192 bytes fits.
    """
    tags = {PERSON: _encoded(origin.person), INVITATION: _encoded(origin.invitation), WAVE: str(origin.wave)}
    return tags if all(len(value) <= LONGEST_TAG for value in tags.values()) else {}


def read_tags(tags: Any) -> Origin | None:
    """Read the tags of an event, by name and each with its values; None if they are not those of a mail of ours."""
    if not isinstance(tags, Mapping):
        return None
    try:
        person, invitation = _decoded(_only(tags[PERSON])), _decoded(_only(tags[INVITATION]))
        wave = int(_only(tags[WAVE]))
    except (KeyError, TypeError, ValueError):
        return None
    return Origin(person, invitation, wave) if person and invitation and 1 <= wave <= LAST_WAVE else None


def _only(values: Any) -> str:
    (value,) = values
    if not isinstance(value, str):
        raise TypeError("the value of a tag is a text")
    return value


def _encoded(text: str) -> str:
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decoded(value: str) -> str:
    try:
        return b64decode(value + "=" * (-len(value) % 4), altchars=b"-_", validate=True).decode()
    except Base64Error as exc:
        raise ValueError("the value of a tag is not what Earshot makes of an id") from exc
