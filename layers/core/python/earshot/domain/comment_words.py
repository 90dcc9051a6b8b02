"""Whether a comment contains given words, in whatever language, case and accents it is written."""

import re
from collections.abc import Iterable
from functools import lru_cache

# At the end of a word it stands for any ending: "cancel*" finds "cancelled".
ANY_ENDING = "*"
# Accents, and the vowel points of Arabic and Hebrew, which most people leave out. Other marks make other letters.
_POINTS = re.compile("[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u065f\u0670\u0640]")
# Scripts that put no spaces between words: Thai, Lao, Myanmar, Khmer, kana, Chinese characters.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)


def contains_word(comment: str, words: Iterable[str]) -> bool:
    """Return whether a comment contains one of some words or phrases.

    A word is found as a whole; one that ends in `*` with any ending. In scripts without spaces it is found anywhere.
    """
    text = folded(comment)
    return any(_pattern(word).search(text) for word in words)


def folded(text: str) -> str:
    """Return a text for comparison: without case, width, accents and vowel points, its white space single."""
    # Only rules with words pay for the start of the tables.
    from unicodedata import normalize  # noqa: PLC0415

    plain = normalize("NFKD", normalize("NFKD", text).casefold())
    return " ".join(normalize("NFC", _POINTS.sub("", plain)).split())


@lru_cache(maxsize=512)
def _pattern(word: str) -> re.Pattern[str]:
    begins = word.endswith(ANY_ENDING)
    text = folded(word.removesuffix(ANY_ENDING))
    start = "" if _UNSPACED.match(text) else r"(?<!\w)"
    end = "" if begins or _UNSPACED.match(text[-1:]) else r"(?!\w)"
    return re.compile(start + re.escape(text) + end)
