"""Home: each survey's score with what changed, the cases that wait, and the newest comments."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from earshot.charts.sparkline_svg import sparkline_svg
from earshot.console.figures import Figure, changed, figure
from earshot.console.frame import render
from earshot.console.moments import local_time
from earshot.console.page_templates import safe
from earshot.console.quotes import Quote, quotes
from earshot.console.reply import Reply, csv_reply, json_reply
from earshot.console.scopes import has_figures
from earshot.console.visit import Visit
from earshot.domain.access import Role
from earshot.domain.cases import CaseFigures
from earshot.domain.daily_evaluation import target_status
from earshot.domain.events import iso
from earshot.domain.iso_time import day_of
from earshot.domain.score import exact_score, net_promoter_score
from earshot.domain.score_summary import DAYS, ScoreSummary
from earshot.domain.survey import Survey
from earshot.services.cases.read_cases import PAGE, CaseQuery, list_cases
from earshot.services.scores.summarize_scores import summarize

# Comments of so many surveys are shown, since each costs reading its newest responses.
QUOTED_SURVEYS = 2


@dataclass(frozen=True, slots=True)
class Card:
    """A survey on the page: its score and what is known about it, in words, with the ways to its pages."""

    survey: Survey
    url: str
    rows_url: str
    figure: Figure | None
    change: str
    target: str
    sparkline: Markup | None
    computed: str
    is_stale: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """The open cases that the visitor looks after: how many there are, and how many of them are late."""

    shown: Sequence[CaseFigures]
    count: str
    overdue: int
    url: str


def home(visit: Visit) -> Reply:
    """Show every survey at a glance, from one small item of each."""
    visit.require("scores:read")
    surveys = visit.surveys()
    summaries = _summaries(visit, surveys)
    if visit.form == "json":
        return json_reply({"surveys": [_data(survey, summaries.get(survey.id)) for survey in surveys]})
    if visit.form == "csv":
        header = ("survey", "name", "from_days", "day", "nps", "promoters", "passives", "detractors", "responses")
        return csv_reply("home", header, [_row(survey, summaries.get(survey.id)) for survey in surveys])
    cards = [_card(visit, survey, summaries.get(survey.id)) for survey in surveys]
    return render(
        visit,
        "home.html",
        visit.texts("home.title"),
        cards=cards,
        waiting=_waiting(visit),
        quotes=list(_quotes(visit, surveys)),
        is_executive=visit.visitor.member.role is Role.EXECUTIVE,
        is_own_accounts=visit.caller.access.own_accounts,
        days=DAYS,
    )


def _summaries(visit: Visit, surveys: Sequence[Survey]) -> Mapping[str, ScoreSummary]:
    """Read the summaries of the surveys, or of the segment value that the visitor's access is to."""
    counted = [each for each in surveys if has_figures(visit, each)]
    if not counted:
        return {}
    segment = visit.caller.access.segment
    return summarize(counted, segment, visit.now, scores=visit.deps.scores(), counts=visit.deps.counts())


def _card(visit: Visit, survey: Survey, summary: ScoreSummary | None) -> Card:
    texts, url = visit.texts, visit.link(f"/app/s/{survey.id}")
    rows_url = visit.link(f"/app/s/{survey.id}/responses")
    if summary is None:
        shown_at = url if has_figures(visit, survey) else rows_url
        return Card(survey, shown_at, rows_url, None, "", "", None, "", is_stale=False)
    shown = figure(summary.now, texts)
    weeks = [exact_score(week) for week in summary.history.weeks]
    label = texts("home.weeks", name=survey.name, weeks=len(weeks))
    return Card(
        survey=survey,
        url=url,
        rows_url=rows_url,
        figure=shown,
        change=changed(summary.history.before, summary.now, texts),
        target=_target(visit, survey, summary),
        sparkline=safe(sparkline_svg(weeks, label)) if any(week is not None for week in weeks) else None,
        computed=local_time(summary.computed_at, visit),
        is_stale=summary.day < date.fromisoformat(day_of(visit.now, survey.zone)),
    )


def _target(visit: Visit, survey: Survey, summary: ScoreSummary) -> str:
    """Write how the score stands against the target of all responses."""
    if survey.target is None or visit.caller.access.segment is not None:
        return ""
    status = target_status(survey.target, summary.now)
    if status is None:
        return ""
    return visit.texts("home.target", target=survey.target.score, status=visit.texts(f"target.{status.value}"))


def _waiting(visit: Visit) -> Waiting | None:
    """Count the open cases: a frontline member's own ones, or all that are in the visitor's access."""
    if not visit.may("cases:read"):
        return None
    member = visit.visitor.member
    is_own = member.role is Role.FRONTLINE or not visit.caller.access.has_whole_surveys
    query = CaseQuery(owner=member.id if is_own else None)
    found, place = list_cases(query, visit.now, cases=visit.deps.cases(), surveys=visit.deps.surveys())
    open_cases = [each for each in found if visit.caller.access.has_survey(each.survey)]
    number = visit.texts.number(len(open_cases))
    return Waiting(
        shown=open_cases[:3],
        count=visit.texts("home.at_least", n=number) if place is not None or len(found) >= PAGE else number,
        overdue=sum(each.due_at < visit.now for each in open_cases),
        url=visit.link("/app/cases", owner=member.id if is_own else None),
    )


def _quotes(visit: Visit, surveys: Sequence[Survey]) -> Iterator[tuple[Survey, Sequence[Quote]]]:
    """Yield surveys with their newest comments."""
    for survey in surveys[:QUOTED_SURVEYS]:
        if visit.may("responses:read", survey.id) and (found := quotes(visit, survey)):
            yield survey, found


def _row(survey: Survey, summary: ScoreSummary | None) -> tuple[object, ...]:
    if summary is None:
        return survey.id, survey.name, DAYS, None, None, None, None, None, None
    now = summary.now
    score = net_promoter_score(now)
    return (survey.id, survey.name, DAYS, summary.day.isoformat(), score, *now, now.responses)


def _data(survey: Survey, summary: ScoreSummary | None) -> dict[str, object]:
    names = ("survey", "name", "days", "day", "nps", "promoters", "passives", "detractors", "responses")
    found = dict(zip(names, _row(survey, summary), strict=True))
    return found | {"computed_at": iso(summary.computed_at) if summary else None}
