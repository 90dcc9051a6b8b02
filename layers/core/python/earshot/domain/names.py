"""The names people choose for surveys and campaigns, and how one that does not exist is spoken of."""

import re

from earshot.domain.errors import NotFoundError

NAME = "[a-z0-9][a-z0-9-]{0,62}"


def no_survey(sent: str) -> NotFoundError:
    """Return the error that there is no such survey; it repeats the id only if it can be one.

    Whatever else was sent may be a secret in the wrong place.
    """
    return NotFoundError(f"there is no survey {repr(sent) if is_name(sent) else OTHER}")


def no_campaign(survey: str, sent: str) -> NotFoundError:
    """Return the error that a survey has no such campaign; it repeats the id only if it can be one."""
    return NotFoundError(f"{the_survey(survey)} has no campaign {repr(sent) if is_name(sent) else OTHER}")


def the_survey(sent: str) -> str:
    """Speak of a survey by its id, as carefully."""
    return f"the survey {sent!r}" if is_name(sent) else "such a survey"


def is_name(text: str) -> bool:
    """Return whether a text can be the id of a survey or a campaign."""
    return re.fullmatch(NAME, text) is not None


def check_name(text: object, kind: str) -> str:
    """Return a text that can be such an id; ValueError if it cannot. `kind` is the id's name in the sentence."""
    if not isinstance(text, str) or not is_name(text):
        raise ValueError(f"{kind} has 1 to 63 of a-z, 0-9 and '-', and does not begin with '-'")
    return text


OTHER = "of such an id: it would have 1 to 63 of a-z, 0-9 and '-'"
