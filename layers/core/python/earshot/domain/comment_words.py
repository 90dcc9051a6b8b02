"""Whether a comment contains given words, in whatever language, case and accents it is written."""

import re
from collections.abc import Iterable
from functools import lru_cache

# At the end of a word it stands for any ending: "cancel*" finds "cancelled".
ANY_ENDING = "*"
# Accents, and the vowel points of Arabic and Hebrew, which most people leave out. Other marks make other letters.
_POINTS = re.compile("[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u065f\u0670\u0640]")
# Both quotes stand for the apostrophe.
_QUOTES = str.maketrans("\u2018\u2019\u02bc", "'''")
# What makes a word longer: `\w`, and the vowel signs of Indic scripts, which Python counts as no part of it.
_OF_WORDS = r"[\w\u0900-\u0963\u0971-\u0df3]"
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
    """Return a text for comparison: without case, width, accents and vowel points, its white space single.

    Characters that nobody sees, such as a soft hyphen, are left out.
    """
    # Only rules with words pay for the start of the tables.
    from unicodedata import category, normalize  # noqa: PLC0415

    plain = normalize("NFKD", normalize("NFKD", text).casefold()).translate(_QUOTES)
    seen = "".join(char for char in _POINTS.sub("", plain) if char.isascii() or category(char) != "Cf")
    return " ".join(normalize("NFC", seen).split())


@lru_cache(maxsize=512)
def _pattern(word: str) -> re.Pattern[str]:
    begins = word.endswith(ANY_ENDING)
    text = folded(word.removesuffix(ANY_ENDING))
    start = "" if _UNSPACED.match(text) else f"(?<!{_OF_WORDS})"
    end = "" if begins or _UNSPACED.match(text[-1:]) else f"(?!{_OF_WORDS})"
    return re.compile(start + re.escape(text) + end)
