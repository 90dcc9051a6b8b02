"""The language that fits a person's locale, read from its catalogue when first asked for."""

import json
import re
from functools import cache
from importlib.resources import files

from earshot.languages.texts import Texts

LANGUAGES = ("ar", "da", "de", "en", "es", "fr", "he", "it", "ja", "nb", "nl", "pl", "pt", "sv", "tr", "zh")
DEFAULT = "en"
# A browser names a handful of languages, each with a weight from 0 to 1.
MOST_ACCEPTED = 30
_WEIGHT = re.compile(r"q=([01](?:\.\d{0,3})?)", re.ASCII)
# Java wrote Hebrew as iw for decades; Norwegian has a code of its own, and Nynorsk is read more easily in Bokmål.
OTHER_CODES = {"iw": "he", "no": "nb", "nn": "nb"}


def texts_for(locale: str | None) -> Texts:
    """Return the texts for a BCP 47 locale (`pt-BR` reads pt, `zh-Hant-TW` zh); English for one without a catalogue."""
    return _catalogue(language_of(locale))


def preferred(accepted: str) -> str | None:
    """Return the language with a catalogue that an Accept-Language header weighs most; None if it names none."""
    weighed = []
    for place, part in enumerate(accepted.split(",")[:MOST_ACCEPTED]):
        locale, _, weight = part.partition(";")
        code = _code(locale)
        share = _WEIGHT.fullmatch(weight.replace(" ", ""))
        if code in LANGUAGES and (not weight or share) and (not share or float(share[1]) > 0):
            weighed.append((-float(share[1]) if share else -1.0, place, code))
    return min(weighed)[2] if weighed else None


def language_of(locale: str | None) -> str:
    """Return the language of a locale if it has a catalogue, else the default."""
    code = _code(locale or "")
    return code if code in LANGUAGES else DEFAULT


def _code(locale: str) -> str:
    code = locale.strip().replace("_", "-").partition("-")[0].lower()
    return OTHER_CODES.get(code, code)


@cache
def _catalogue(language: str) -> Texts:
    content = files("earshot.languages").joinpath(f"{language}.json").read_text(encoding="utf-8")
    return Texts(language=language, **json.loads(content))
