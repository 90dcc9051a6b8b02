"""Cursors of lists as clients see them: text in URL-safe base64, without padding."""

import base64
import binascii
from typing import Any


def write_cursor(text: str) -> str:
    """Return a text as a cursor."""
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(value: Any, refusal: str) -> str:
    """Return the text of a cursor; ValueError with the refusal if the value is not one."""
    if not isinstance(value, str):
        raise ValueError(refusal)
    try:
        return base64.b64decode(value + "=" * (-len(value) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError) as exc:
        raise ValueError(refusal) from exc
