"""The words of the pages and mails with which members sign in; where a language lacks some, they are English."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from earshot.languages.catalogue import DEFAULT, language_of, texts_for


@dataclass(frozen=True, slots=True)
class SignInTexts:
    """Words by their names, in one language and its direction."""

    language: str
    direction: str
    words: Mapping[str, str]

    def __call__(self, name: str, /, **values: str | int) -> str:
        """Return the words of a name, with values where they want them."""
        return self.words[name].format(**values)


@cache
def sign_in_texts(locale: str | None) -> SignInTexts:
    """Return the words for a BCP 47 locale; English ones where its language has no catalogue."""
    language = language_of(locale)
    if language not in translated():
        language = DEFAULT
    words = _read(DEFAULT) | _read(language)
    return SignInTexts(language, texts_for(language).direction, words)


@cache
def translated() -> frozenset[str]:
    """Return the languages that have words of their own."""
    folder = files("earshot.languages").joinpath("staff", "sign_in")
    return frozenset(each.name.removesuffix(".json") for each in folder.iterdir())


def _read(language: str) -> dict[str, str]:
    text = files("earshot.languages").joinpath("staff", "sign_in", f"{language}.json").read_text(encoding="utf-8")
    found: dict[str, str] = json.loads(text)
    return found
