"""The words of the console in one language; where a language lacks some, they are English."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from typing import Any

from earshot.languages.catalogue import DEFAULT, language_of
from earshot.languages.formats import Formats

# A number and what it counts, as one and as several: {n} [response|responses].
_COUNTED = re.compile(r"\{(\w+)\} \[([^|\]]+)\|([^\]]+)\]")
FORMATS = tuple(field.name for field in fields(Formats) if field.name != "language")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleTexts(Formats):
    """The words of the console by their names, with placeholders for values."""

    words: Mapping[str, str]

    def __call__(self, name: str, /, **values: str | int) -> str:
        """Return the words of a name, with values where they want them; numbers are written as the language does."""
        shown = {key: self.number(value) if isinstance(value, int) else value for key, value in values.items()}

        def counted(found: re.Match[str]) -> str:
            return f"{{{found[1]}}} {found[2] if values[found[1]] == 1 else found[3]}"

        text = _COUNTED.sub(counted, self.words[name])
        return self.fill(text, **shown)


@cache
def console_texts_for(locale: str | None) -> ConsoleTexts:
    """Return the words for a BCP 47 locale; English ones where its language has none."""
    language = language_of(locale)
    formats: dict[str, Any] = {name: value for name, value in _read("digests", language).items() if name in FORMATS}
    words = {**own_words(DEFAULT), **own_words(language)}
    return ConsoleTexts(language=language, **formats | {"months": tuple(formats["months"])}, words=words)


@cache
def translated() -> frozenset[str]:
    """Return the languages that have words of their own."""
    folder = files("earshot.languages").joinpath("staff", "console")
    return frozenset(each.name.removesuffix(".json") for each in folder.iterdir())


def own_words(language: str) -> Mapping[str, str]:
    """Return the words that a language has of its own; none if it shows the English ones."""
    return _read("console", language) if language in translated() else {}


def _read(folder: str, language: str) -> dict[str, Any]:
    text = files("earshot.languages").joinpath("staff", folder, f"{language}.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found
