"""The configuration of a widget: texts, colors and rules; public data only."""

from typing import Any

from earshot.domain.survey import Survey
from earshot.languages.catalogue import texts_for
from earshot.pages.translations import colors, link_view, question_in, words


def widget_view(survey: Survey, language: str | None) -> dict[str, Any]:
    """Show a survey's widget in the language asked for; of a closed survey only that it is closed."""
    if not survey.is_open:
        return {"survey": survey.id, "open": False}
    widget, texts, brand = survey.widget, texts_for(language), survey.brand.name or survey.name
    question = question_in(texts, survey.question, brand)
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
