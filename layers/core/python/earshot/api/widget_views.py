"""The configuration of a widget: texts, colors and rules; public data only."""

from typing import Any

from earshot.domain.survey import DEFAULT_QUESTION, Survey
from earshot.languages.catalogue import texts_for
from earshot.pages.translations import colors, link_view, words


def widget_view(survey: Survey, language: str | None) -> dict[str, Any]:
    """Show a survey's widget in the language asked for; of a closed survey only that it is closed."""
    if not survey.is_open:
        return {"survey": survey.id, "open": False}
    widget, texts, brand = survey.widget, texts_for(language), survey.brand.name or survey.name
    own = survey.question
    question = texts.fill(texts.question, brand=brand) if own == DEFAULT_QUESTION else own
    return {
        "survey": survey.id,
        "open": True,
        "language": texts.language,
        "direction": texts.direction,
        "placement": widget.placement,
        "texts": words(texts, question, brand, widget),
        "link": link_view(widget),
        "colors": colors(survey.brand.color),
        "partials": widget.partials,
        "tracked": list(survey.segments),
        "targeting": {
            "urls": list(widget.urls),
            "delay": widget.delay,
            "scroll": widget.scroll,
            "sample": widget.sample,
            "quiet_days": widget.quiet_days,
        },
    }
