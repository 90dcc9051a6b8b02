"""The widget that is served is the one its source makes, and small."""

import json

import pytest

from earshot.api.widget_views import widget_view
from earshot.languages.catalogue import LANGUAGES
from tests.factories import make_survey
from web.build import BUDGET, BUDGET_WITH_CONFIG, BUILT, BUILT_STYLE, build, build_style, size_of


def test_the_widget_that_is_served_is_built_from_its_source() -> None:
    assert BUILT.read_text(encoding="utf-8") == build(), "the widget's source changed: run `make widget`"
    assert BUILT_STYLE.read_text(encoding="utf-8") == build_style(), "its style changed: run `make widget`"


def test_the_widget_keeps_within_its_budget() -> None:
    assert size_of(build()) <= BUDGET


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_widget_keeps_within_its_budget_with_the_config_of_any_language(language: str) -> None:
    config = json.dumps(widget_view(make_survey(), language), ensure_ascii=False)

    assert size_of(build() + config) <= BUDGET_WITH_CONFIG
