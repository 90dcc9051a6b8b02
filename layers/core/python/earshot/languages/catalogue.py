"""The language that fits a person's locale, read from its catalogue when first asked for."""

import json
from functools import cache
from importlib.resources import files

from earshot.languages.texts import Texts

LANGUAGES = ("ar", "da", "de", "en", "es", "fr", "he", "it", "ja", "nb", "nl", "pl", "pt", "sv", "tr", "zh")
DEFAULT = "en"
# Java wrote Hebrew as iw for decades; Norwegian has a code of its own, and Nynorsk is read more easily in Bokmål.
OTHER_CODES = {"iw": "he", "no": "nb", "nn": "nb"}


def texts_for(locale: str | None) -> Texts:
    """Give the texts for a BCP 47 locale (`pt-BR` reads pt, `zh-Hant-TW` zh); English for one without a catalogue."""
    return _catalogue(language_of(locale))


def language_of(locale: str | None) -> str:
    """Name the language of a locale that has a catalogue, else the default."""
    code = (locale or "").strip().replace("_", "-").partition("-")[0].lower()
    code = OTHER_CODES.get(code, code)
    return code if code in LANGUAGES else DEFAULT


@cache
def _catalogue(language: str) -> Texts:
    content = files("earshot.languages").joinpath(f"{language}.json").read_text(encoding="utf-8")
    return Texts(language=language, **json.loads(content))
