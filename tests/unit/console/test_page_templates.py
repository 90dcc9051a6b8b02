"""The templates of pages."""

from earshot.console.page_templates import safe, template_of


def test_a_template_is_compiled_once_a_process() -> None:
    assert template_of("frame.html") is template_of("frame.html")


def test_a_chart_of_our_own_is_markup() -> None:
    assert safe("<svg></svg>").__html__() == "<svg></svg>"
