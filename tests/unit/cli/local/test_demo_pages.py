"""The demo page offers what there is, and shows what the API says."""

import re

import pytest

from earshot.languages.catalogue import LANGUAGES
from earshot_cli.local.demo_pages import FOLDER, LANGUAGES_GO_HERE, NAMES, _options, _width


def test_every_language_can_be_chosen_by_its_own_name_and_english_is_at_first() -> None:
    options = dict(re.findall(r'<option value="(\w+)"(?: selected)?>([^<]+)</option>', _options()))
    assert set(options) == set(LANGUAGES)
    assert all(options[code] == NAMES[code] for code in LANGUAGES)
    assert re.findall(r'value="(\w+)" selected', _options()) == ["en"]
    assert (FOLDER / "index.html").read_text(encoding="utf-8").count(LANGUAGES_GO_HERE) == 1


@pytest.mark.parametrize(
    ("asked", "width"), [("332", 332), ("0", 260), ("9999", 760), ("", 760), ("-5", 760), ("1e9", 760), ("٣٣٢", 760)]
)
def test_the_trend_is_as_wide_as_it_is_shown(asked: str, width: int) -> None:
    assert _width(asked) == width
