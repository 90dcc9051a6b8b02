"""The score of a survey: with its interval, its distribution, what changed and where it stands against the target."""

from dataclasses import dataclass

from earshot.api.score_views import score_view
from earshot.charts.distribution_svg import distribution_svg
from earshot.charts.gauge_svg import gauge_svg
from earshot.console.figures import basis_in_words, changed, days_of, figure
from earshot.console.frame import render
from earshot.console.page_templates import safe
from earshot.console.reply import Reply, csv_reply, json_reply
from earshot.console.scopes import score_scope, segments_to_choose
from earshot.console.visit import Visit
from earshot.domain.daily_evaluation import target_status
from earshot.domain.score import Histogram
from earshot.services.scores.report_score import Basis, Report, report

PERIODS = ("7d", "30d", "90d", "365d", "month", "quarter", "all")


@dataclass(frozen=True, slots=True)
class Share:
    """A category with its share of the responses, and the way to them."""

    category: str
    name: str
    count: int
    share: str
    url: str


def score_page(visit: Visit) -> Reply:
    """Show the score of a survey."""
    survey = visit.survey()
    scope = score_scope(visit, survey)
    found = report(scope, visit.filters.window(survey, visit.now), counts=visit.deps.counts())
    if visit.form == "json":
        return json_reply(score_view(found))
    if visit.form == "csv":
        rows = ((score, count) for score, count in enumerate(found.histogram.counts))
        return csv_reply(f"{survey.id}-score", ("score", "responses"), rows)
    texts, shown = visit.texts, figure(found.histogram, visit.texts)
    days = days_of(found.window, visit, survey.timezone)
    finding = texts("score.finding", score=shown.shown, interval=shown.interval, n=found.histogram.responses, days=days)
    target = survey.target.score if survey.target and scope.segment is None else None
    other = Basis.LATEST if scope.basis is Basis.ALL else Basis.ALL
    return render(
        visit,
        "score.html",
        survey.name,
        survey=survey,
        figure=shown,
        finding=finding,
        days=days,
        basis=basis_in_words(visit),
        other_basis=(texts(f"basis.{other.value}"), visit.link(basis=other.value)),
        change=changed(found.previous, found.histogram, texts),
        previous=_previous(visit, found),
        gauge=safe(gauge_svg(shown.score, shown.bounds.low, shown.bounds.high, finding, target=target))
        if shown.is_drawn and shown.score is not None and shown.bounds is not None
        else None,
        distribution=safe(distribution_svg(found.histogram.counts, texts("score.distribution"))),
        counts=list(enumerate(found.histogram.counts)),
        shares=_shares(visit, survey.id, found.histogram),
        target=_target(visit, found),
        segment="=".join(scope.segment) if scope.segment else "",
        segments=segments_to_choose(visit, survey),
        periods=PERIODS,
        is_complete=scope.is_complete,
    )


def _previous(visit: Visit, found: Report) -> str:
    """Return the score of the window before in a sentence; empty if there is no such window."""
    before = found.window.previous
    if before is None or found.previous is None:
        return ""
    shown = figure(found.previous, visit.texts)
    zone = found.population.surveys[0].timezone
    return visit.texts(
        "score.finding",
        score=shown.shown,
        interval=shown.interval,
        n=shown.responses,
        days=days_of(before, visit, zone),
    )


def _shares(visit: Visit, survey: str, histogram: Histogram) -> list[Share]:
    counts = {
        "promoter": histogram.promoters,
        "passive": histogram.passives,
        "detractor": histogram.detractors,
    }
    path = f"/app/s/{survey}/responses"
    return [
        Share(
            category=name,
            name=visit.texts(f"category.{name}"),
            count=count,
            share=visit.texts.share(count / histogram.responses) if histogram.responses else "–",
            url=visit.link(path, category=name),
        )
        for name, count in counts.items()
    ]


def _target(visit: Visit, found: Report) -> str:
    """Write how the score stands against the survey's target; empty if there is none for these responses."""
    survey = found.population.surveys[0]
    if survey.target is None or found.population.segment is not None:
        return ""
    status = target_status(survey.target, found.histogram)
    if status is None:
        return ""
    return visit.texts("home.target", target=survey.target.score, status=visit.texts(f"target.{status.value}"))
