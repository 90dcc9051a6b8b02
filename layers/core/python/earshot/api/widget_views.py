"""The configuration of a widget: texts, colors and rules; public data only."""

from typing import TYPE_CHECKING, cast

from earshot.domain.survey import Survey
from earshot.languages.catalogue import texts_for
from earshot.pages import translations

if TYPE_CHECKING:
    from typing import Annotated, NotRequired, TypedDict

    from earshot.api.json_types import Count, Part, words
    from earshot.api.survey_views import SurveyWidgetLink
    from earshot.domain.widget import PLACEMENTS

    class _TextByBand(TypedDict):
        detractor: str
        passive: str
        promoter: str

    class _WidgetTexts(TypedDict):
        question: str
        low: str
        high: str
        hint: str
        send: str
        close: str
        tab: str
        choose: str
        thanks: str
        time: str
        waiting: str
        closed: str
        refused: str
        copy: str
        failed: str
        comment: _TextByBand
        thanks_text: _TextByBand

    WidgetColors = TypedDict("WidgetColors", {"brand": str, "on-brand": str, "day": str, "night": str})

    class _WidgetTargeting(TypedDict):
        urls: list[str]
        delay: Count
        scroll: Count
        sample: Part
        quiet_days: Count

    class WidgetConfigView(TypedDict):
        """A survey's widget; of a closed survey only `survey` and `open`."""

        survey: str
        open: bool
        language: NotRequired[str]
        direction: NotRequired[Annotated[str, words("ltr", "rtl")]]
        placement: NotRequired[Annotated[str, words(*PLACEMENTS)]]
        texts: NotRequired[_WidgetTexts]
        link: NotRequired[SurveyWidgetLink | None]
        contact: NotRequired[Annotated[str, "The words of the box that asks for contact, if it is shown."]]
        colors: NotRequired[WidgetColors]
        partials: NotRequired[bool]
        tracked: NotRequired[list[str]]
        targeting: NotRequired[_WidgetTargeting]


def widget_view(survey: Survey, language: str | None) -> "WidgetConfigView":
    """Show a survey's widget in the language asked for; of a closed survey only that it is closed."""
    if not survey.is_open:
        return {"survey": survey.id, "open": False}
    widget, texts, brand = survey.widget, texts_for(language), survey.brand.name or survey.name
    question = translations.question_in(texts, survey.question, brand)
    view: WidgetConfigView = {
        "survey": survey.id,
        "open": True,
        "language": texts.language,
        "direction": texts.direction,
        "placement": widget.placement,
        "texts": cast("_WidgetTexts", translations.words(texts, question, brand, widget)),
        "link": cast("SurveyWidgetLink | None", translations.link_view(widget)),
        "colors": cast("WidgetColors", translations.colors(survey.brand.color)),
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
    if widget.contact_box:
        view["contact"] = texts.contact_me
    return view
