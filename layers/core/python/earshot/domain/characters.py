"""What is no character, though a text may hold it: no queue takes it."""

import re

# Half a character, and the two that Unicode keeps out of every text.
_NO_CHARACTER = re.compile("[\ud800-\udfff\ufffe\uffff]")


def is_broken(text: str) -> bool:
    """Tell whether a text holds what is no character (an unpaired surrogate, U+FFFE, U+FFFF): nothing can store it."""
    return bool(_NO_CHARACTER.search(text))


def mended(text: str) -> str:
    """Take what is no character out of a text, and leave all else as it is."""
    return _NO_CHARACTER.sub("", text)
