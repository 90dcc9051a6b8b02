"""How surveys look from outside."""

from typing import TYPE_CHECKING

from earshot.api.alert_settings import alerting_view
from earshot.api.case_settings import cases_view
from earshot.api.segment_values import segment_view
from earshot.domain.survey import Survey
from earshot.domain.widget import Widget

if TYPE_CHECKING:
    from typing import Annotated, TypedDict

    from earshot.api.alert_settings import SurveyAlerting
    from earshot.api.case_settings import SurveyCases
    from earshot.api.json_types import Count, Part, Time, Url, bounds, words
    from earshot.api.segment_values import SurveySegment
    from earshot.domain.survey import KINDS, STATES
    from earshot.domain.widget import PLACEMENTS

    class _SurveyRules(TypedDict):
        quiet_days: Count
        sample: Part
        daily_budget: Count | None
        sending_hours: Annotated[list[Count], bounds(minItems=2, maxItems=2)]
        reminders: list[Count]
        clicked_scores: bool

    class _SurveyBrand(TypedDict):
        name: str
        color: str | None
        logo: str | None

    class SurveyWidgetLink(TypedDict):
        """The link that promoters are shown."""

        label: str
        url: Url

    class _SurveyWidget(TypedDict):
        origins: list[str]
        placement: Annotated[str, words(*PLACEMENTS)]
        urls: list[str]
        delay: Count
        scroll: Count
        sample: Part
        quiet_days: Count
        partials: bool
        contact_box: bool
        longest_token_hours: Count
        rate: Count | None
        hourly_cap: Count | None
        follow_ups: dict[str, str]
        thanks: dict[str, str]
        link: SurveyWidgetLink | None

    class ListedSurveyView(SurveyAlerting):
        """A survey as a list shows it."""

        id: str
        name: str
        question: str
        timezone: str
        segments: Annotated[
            list[str | SurveySegment], "Names; an object where values of unsigned responses get a series, too."
        ]
        state: Annotated[str, words(*STATES)]
        kind: Annotated[str, words(*KINDS)]
        rules: _SurveyRules
        brand: _SurveyBrand
        widget: _SurveyWidget
        owner: Annotated[str | None, "The address of the member of staff who hears of its alerts."]
        cases: SurveyCases
        retention_days: Annotated[Count | None, "Responses older than this are anonymised; null: none are."]
        created_at: Time
        updated_at: Time

    class SurveyView(ListedSurveyView):
        """A survey, with the values of its segments that have a series."""

        values: dict[str, list[str]]
        incomplete: Annotated[list[str], "The segments whose responses are still being moved to their series."]

    class SurveyList(TypedDict):
        """A list of surveys."""

        surveys: list[ListedSurveyView]


def survey_view(survey: Survey) -> "ListedSurveyView":
    """Show a survey, with the values that were seen of its segments."""
    return {
        "id": survey.id,
        "name": survey.name,
        "question": survey.question,
        "timezone": survey.timezone,
        "segments": [segment_view(survey, name) for name in survey.segments],
        "state": survey.state,
        "kind": survey.kind,
        "rules": {
            "quiet_days": survey.rules.quiet_days,
            "sample": survey.rules.sample,
            "daily_budget": survey.rules.daily_budget,
            "sending_hours": [survey.rules.opens, survey.rules.closes],
            "reminders": list(survey.rules.reminders),
            "clicked_scores": survey.rules.clicked_scores,
        },
        "brand": {"name": survey.brand.name, "color": survey.brand.color, "logo": survey.brand.logo},
        **alerting_view(survey.alerts, survey.target, survey.bands),
        "widget": _widget_view(survey.widget),
        "retention_days": survey.retention_days,
        "owner": survey.owner,
        "cases": cases_view(survey.cases),
        "created_at": survey.created_at,
        "updated_at": survey.updated_at,
    }


def _widget_view(widget: Widget) -> "_SurveyWidget":
    link: SurveyWidgetLink | None = {"label": widget.link.label, "url": widget.link.url} if widget.link else None
    return {
        "origins": list(widget.origins),
        "placement": widget.placement,
        "urls": list(widget.urls),
        "delay": widget.delay,
        "scroll": widget.scroll,
        "sample": widget.sample,
        "quiet_days": widget.quiet_days,
        "partials": widget.partials,
        "contact_box": widget.contact_box,
        "rate": widget.rate,
        "hourly_cap": widget.hourly_cap,
        "longest_token_hours": widget.longest_token_hours,
        "follow_ups": dict(widget.follow_ups),
        "thanks": dict(widget.thanks),
        "link": link,
    }


def whole_survey_view(survey: Survey) -> "SurveyView":
    """Show a survey with the values that have a series, which a list of surveys does not read."""
    values = {name: sorted(survey.values.get(name, ())) for name in survey.segments}
    return {**survey_view(survey), "values": values, "incomplete": list(survey.incomplete)}
