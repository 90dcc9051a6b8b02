"""The templates of pages, in which every value is escaped but charts of our own."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

FOLDER = Path(__file__).with_name("templates")


def template_of(name: str) -> Template:
    """Return a template by its name in the folder; it is compiled once a process."""
    return _environment().get_template(name)


def safe(svg: str) -> Markup:
    """Return a chart of our own as markup; what people wrote is escaped in it."""
    return Markup(svg)  # noqa: S704 - made by our renderer, which escapes every text


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["svg"] = safe
    return environment
