"""The widget that is served is the one its source makes, and small."""

from web.build import BUDGET, BUILT, build, size_of


def test_the_widget_that_is_served_is_built_from_its_source() -> None:
    assert BUILT.read_text(encoding="utf-8") == build(), "the widget's source changed: run `make widget`"


def test_the_widget_keeps_within_its_budget() -> None:
    assert size_of(build()) <= BUDGET
