"""What is around every page: its head, the ways to other pages, the visitor, and the filters."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from earshot.console.assets import address
from earshot.console.filters import THEMES
from earshot.console.page_templates import template_of
from earshot.console.reply import Reply, html_reply
from earshot.console.scopes import has_figures
from earshot.console.visit import Visit
from earshot.domain.survey import Survey
from earshot.languages.console_texts import ConsoleTexts

SCRIPTS = ("navigate.js", "live.js", "keys.js", "picture.js", "board.js")


@dataclass(frozen=True, slots=True)
class Way:
    """A way to a page; `is_here` on that page, and on those below it."""

    name: str
    url: str
    is_here: bool


# What of a survey a page shows: its figures, its rows, or what there is of all its responses alone.
FIGURES, ROWS, WHOLE = "figures", "rows", "whole"
# The pages of a survey by the ends of their paths, and all others; with the scope that each needs.
OF_A_SURVEY = (
    ("score", "", "scores:read", FIGURES),
    ("trend", "/trend", "scores:read", FIGURES),
    ("segments", "/segments", "scores:read", FIGURES),
    ("responses", "/responses", "responses:read", ROWS),
    ("campaigns", "/campaigns", "scores:read", WHOLE),
    ("alerts", "/alerts", "alerts:read", WHOLE),
)
OTHERS = (
    ("home", "/app", "scores:read"),
    ("cases", "/app/cases", "cases:read"),
    ("settings", "/app/settings", "scores:read"),
)


def ways(visit: Visit, survey: Survey | None) -> Iterator[Way]:
    """Yield the ways that the visitor may go."""
    for name, path, scope in OTHERS:
        if visit.may(scope):
            yield Way(visit.texts(f"nav.{name}"), path, _is_at(visit.path, path))
        if name == "home" and survey is not None:
            base = f"/app/s/{survey.id}"
            for page, end, needed, what in OF_A_SURVEY:
                if visit.may(needed, survey.id) and _is_within(visit, survey, what):
                    is_here = visit.path == base if not end else _is_at(visit.path, base + end)
                    yield Way(visit.texts(f"nav.{page}"), visit.link(base + end), is_here)


def render(
    visit: Visit, template: str, title: str, *, status: int = 200, survey: Survey | None = None, **values: Any
) -> Reply:
    """Render a page within its frame."""
    given = {
        "t": visit.texts,
        "visit": visit,
        "title": title,
        "survey": survey,
        "ways": list(ways(visit, survey)),
        "themes": [(theme, visit.texts(f"theme.{theme}"), visit.link(theme=theme)) for theme in THEMES],
        **values,
    }
    return html_reply(rendered(template, visit.texts, visit.theme, **given), status, visit.texts.language)


def notice(visit: Visit, title: str, reason: str, back: str, status: int) -> Reply:
    """Return why a form was not carried out, with the way back to it."""
    return render(visit, "notice.html", title, status=status, reason=reason, back=back)


def rendered(template: str, texts: ConsoleTexts, theme: str, **values: Any) -> str:
    """Render a template with what every page has, with a frame or without."""
    head = {
        "t": texts,
        "theme": theme,
        "stylesheet": address("console.css"),
        "icon": address("icon.svg"),
        "scripts": [address(name) for name in SCRIPTS],
    }
    return template_of(template).render(head | values)


def _is_within(visit: Visit, survey: Survey, what: str) -> bool:
    """Return whether the visitor's access lets them see what a page shows."""
    if what == FIGURES:
        return has_figures(visit, survey)
    return what == ROWS or visit.caller.access.has_whole_surveys


def _is_at(path: str, base: str) -> bool:
    return path == base or (base != "/app" and path.startswith(f"{base}/"))
