"""The templates of mails: HTML, in which every value is escaped, and plain text."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import jinja2


def rendered(name: str, words: Mapping[str, Any]) -> tuple[str, str]:
    """Render both parts of a mail: its HTML and its plain text."""
    return template_of(f"{name}.html").render(words), template_of(f"{name}.txt").render(words)


@cache
def template_of(name: str) -> jinja2.Template:
    """Compile a template, such as `alert.html`, once a process."""
    return _environment().get_template(name)


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("earshot.emails"),
        autoescape=jinja2.select_autoescape(["html"]),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
