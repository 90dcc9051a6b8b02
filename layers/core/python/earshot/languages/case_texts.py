"""The words of mails about cases, in the language of the member of staff who reads them."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from earshot.languages.catalogue import language_of


@cache
def case_texts(locale: str | None) -> Mapping[str, str]:
    """Return the texts for a BCP 47 locale, by their names; English for one without a catalogue."""
    content = files("earshot.languages").joinpath("staff", "cases", f"{language_of(locale)}.json")
    texts: Mapping[str, str] = json.loads(content.read_text(encoding="utf-8"))
    return texts
