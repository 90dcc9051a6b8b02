"""Cells and names as they are kept: in one Unicode form, without space around them."""

import unicodedata


def clean(text: str) -> str:
    """Return a text in Unicode's composed form (NFC), without white space at its ends."""
    trimmed = text.strip()
    return trimmed if trimmed.isascii() else unicodedata.normalize("NFC", trimmed)
