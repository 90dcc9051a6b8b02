"""Read what stands in a digest: figures as the API reports them at the same `as_of`, comments as they are, cases."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, zip_longest
from zoneinfo import ZoneInfo

from earshot.domain.daily_evaluation import Samples, changed, target_status
from earshot.domain.data_quality import rate_change
from earshot.domain.digest_contents import (
    FEWEST,
    CaseSummary,
    Cause,
    DataHealth,
    DigestContents,
    Moved,
    Quote,
    ResponseRate,
    ScoreFigures,
    Target,
    cut,
)
from earshot.domain.digests import Addressee, Digest, DigestRole, Every, Period
from earshot.domain.funnel import Rate
from earshot.domain.ids import FAR_FUTURE
from earshot.domain.iso_time import EPOCH, MILLISECOND, day_of, moment_of
from earshot.domain.response import Response
from earshot.domain.score import Histogram, category
from earshot.domain.survey import Survey
from earshot.domain.window import Window, rolling
from earshot.ports.digests import CasesForDigests
from earshot.ports.funnel import Funnels
from earshot.ports.responses import ResponseQuery, Responses
from earshot.ports.scores import Counts
from earshot.services.scores.report_quality import compare_rates
from earshot.services.scores.report_score import Days, ScoreScope, held, read_days, report_of

# The window of a score, as the API has it without being asked for another; that of executives is the calendar's month.
WINDOW, MONTH = "30d", "month"
MONTHS = 12
CATEGORIES = ("detractor", "promoter", "passive")
MOST_QUOTES, MOST_CAUSES = 5, 3
# So many comments a page, and so many pages are looked through for each category to have some.
PAGE, MOST_PAGES = 100, 3
# So many values of all segments are compared; each takes a query.
MOST_VALUES = 200
LOOKS_A_YEAR = {Every.WORKDAY: 262, Every.WEEK: 53, Every.MONTH: 12}


@dataclass(frozen=True, slots=True)
class DigestContentsDeps:
    """What contents are read with."""

    counts: Counts
    funnels: Funnels
    responses: Responses
    cases: CasesForDigests
    clock: Callable[[], int]


@dataclass(frozen=True, slots=True)
class Asked:
    """A digest of a survey for a recipient about a period, read now (Unix milliseconds).

    `days` are the counts of all days that it reports on.
    """

    digest: Digest
    survey: Survey
    addressee: Addressee
    period: Period
    now: int
    days: Days

    @property
    def span(self) -> tuple[int, int]:
        """Return when the period begins and ends where the recipient is (Unix milliseconds)."""
        zone = self.addressee.zone
        return midnight(self.period.first, zone), midnight(self.period.end, zone)


def read_contents(
    digest: Digest, survey: Survey, addressee: Addressee, period: Period, deps: DigestContentsDeps
) -> DigestContents:
    """Read what stands in a digest about a period for a recipient; the survey comes with the values of its segments."""
    first = _first_day(digest.role, period)
    days = read_days(_scope(digest, survey), first, period.end, counts=deps.counts)
    asked = Asked(digest, survey, addressee, period, deps.clock(), days)
    contents = DigestContents(
        role=digest.role,
        survey=survey.name,
        segment=digest.segment,
        period=period,
        survey_timezone=survey.timezone,
        read_at=asked.now,
        is_last_day_over=day_of(asked.now, survey.zone) > period.last.isoformat(),
        collected=held(Window("", *period), days, {}),
    )
    return READERS[digest.role](contents, asked, deps)


def _scope(digest: Digest, survey: Survey) -> ScoreScope:
    """Return which responses a digest is about."""
    return ScoreScope((survey,), digest.segment)


def _first_day(role: DigestRole, period: Period) -> date:
    """Return the first day that a digest reports on: of its period, of what it compares with, or of twelve months."""
    if role is DigestRole.FRONTLINE:
        return period.first
    if role is DigestRole.EXECUTIVE:
        return min(period.first, _last_months(period)[0].start)
    window = rolling(WINDOW, period.last)
    return min(period.first, (window.previous or window).start)


def midnight(day: date, zone: ZoneInfo) -> int:
    """Return when a day begins in a zone (Unix milliseconds)."""
    return (datetime.combine(day, time(), zone).astimezone(UTC) - EPOCH) // MILLISECOND


def _frontline(contents: DigestContents, asked: Asked, deps: DigestContentsDeps) -> DigestContents:
    zone = asked.addressee.zone
    tomorrow = moment_of(asked.now).astimezone(zone).date() + timedelta(1)
    today = asked.now, midnight(tomorrow, zone)
    lines = deps.cases.lines(asked.survey.id, asked.addressee.member, asked.span, today)
    return replace(contents, mine=tuple(lines), quotes=_quotes(asked, ("promoter",), 1, deps))


def _lead(contents: DigestContents, asked: Asked, deps: DigestContentsDeps) -> DigestContents:
    score = _score(asked, WINDOW)
    return replace(
        contents,
        score=score,
        target=_target(asked, score),
        rate=_rate(asked, deps),
        quotes=_quotes(asked, CATEGORIES, MOST_QUOTES, deps),
        cases=_cases(asked, deps),
        health=_health(asked, deps),
    )


def _executive(contents: DigestContents, asked: Asked, deps: DigestContentsDeps) -> DigestContents:
    score, months = _score(asked, MONTH), _last_months(asked.period)
    return replace(
        contents,
        score=score,
        months=tuple(ScoreFigures(month, held(month, asked.days, {})) for month in months),
        target=_target(asked, score),
        moved=tuple(_moved(asked, deps.counts)),
        quotes=_quotes(asked, ("detractor", "promoter"), 2, deps),
        cases=_cases_of_executives(asked, Period(months[0].start, asked.period.end), deps),
    )


def _department(contents: DigestContents, asked: Asked, deps: DigestContentsDeps) -> DigestContents:
    return replace(
        contents,
        score=_score(asked, WINDOW),
        rate=_rate(asked, deps),
        quotes=_quotes(asked, CATEGORIES, MOST_QUOTES, deps),
        cases=_cases(asked, deps),
    )


READERS: dict[DigestRole, Callable[[DigestContents, Asked, DigestContentsDeps], DigestContents]] = {
    DigestRole.FRONTLINE: _frontline,
    DigestRole.LEAD: _lead,
    DigestRole.EXECUTIVE: _executive,
    DigestRole.DEPARTMENT: _department,
}


def _score(asked: Asked, length: str) -> ScoreFigures:
    scope = _scope(asked.digest, asked.survey)
    found = report_of(scope, rolling(length, asked.period.last), asked.days, {})
    return ScoreFigures(found.window, found.histogram, found.change, found.previous)


def _target(asked: Asked, score: ScoreFigures) -> Target | None:
    """Compare the score with the survey's target, which is one of all its responses."""
    target = asked.survey.target
    if target is None or asked.digest.segment is not None:
        return None
    status = target_status(target, score.histogram)
    return Target(target.score, status) if status else None


def _last_months(period: Period) -> list[Window]:
    """Return the last twelve months, the oldest first."""
    windows = [rolling(MONTH, period.last)]
    while len(windows) < MONTHS:
        windows.append(rolling(MONTH, windows[-1].start - timedelta(1)))
    return windows[::-1]


def _samples(asked: Asked, length: str, counts: Counts) -> Samples:
    """Read the window and the one before it of each value of the tracked segments that is counted whole."""
    survey, window = asked.survey, rolling(length, asked.period.last)
    before = window.previous or window
    names = [(name, value) for name in survey.segments for value in sorted(survey.values.get(name, ()))]
    samples = {}
    for name, value in islice((each for each in names if each[0] not in survey.incomplete), MOST_VALUES):
        days = read_days(ScoreScope((survey,), (name, value)), before.start, window.end, counts=counts)
        samples[f"{name}={value}"] = (held(before, days, {}), held(window, days, {}))
    return samples


def _moved(asked: Asked, counts: Counts) -> Iterator[Moved]:
    """Yield the values of segments whose score really changed, the surest first, at the year's level of false ones."""
    samples = {} if asked.digest.segment else _samples(asked, MONTH, counts)
    for each in changed(samples, asked.survey.alerts, LOOKS_A_YEAR[asked.digest.schedule.every]):
        segment, _, value = each.series.partition("=")
        yield Moved(segment, value, each.current, each.change)


def _rate(asked: Asked, deps: DigestContentsDeps) -> ResponseRate | None:
    """Read the response rate of the mails that had the time for a response; None if there is none, as of a segment."""
    if asked.digest.segment is not None:
        return None
    today = date.fromisoformat(day_of(asked.now, asked.survey.zone))
    window = rolling(WINDOW, asked.period.last)
    found = compare_rates(asked.survey, window, today, funnels=deps.funnels)
    return ResponseRate(found.mails, found.now, rate_change(found.before, found.now)) if found.now.asked else None


def _cases(asked: Asked, deps: DigestContentsDeps, recovered: Period | None = None) -> CaseSummary | None:
    """Read the figures of the survey's cases; there are none of a segment's."""
    if asked.digest.segment is not None:
        return None
    before = asked.digest.schedule.period_until(asked.period.first)
    found = deps.cases.summary(asked.survey, asked.period, before, asked.now, recovered=recovered)
    return replace(found, causes=tuple(sorted(found.causes, key=_by_change)[:MOST_CAUSES]))


def _cases_of_executives(asked: Asked, year: Period, deps: DigestContentsDeps) -> CaseSummary | None:
    """Read the figures without those of each owner, and who recovered within the year."""
    found = _cases(asked, deps, year)
    return replace(found, breaches=()) if found else None


def _by_change(cause: Cause) -> tuple[int, int, str]:
    """Sort causes by how much they changed, those that became more before others."""
    return -abs(cause.change), -cause.closed, cause.cause


def _health(asked: Asked, deps: DigestContentsDeps) -> DataHealth | None:
    if asked.digest.segment is not None:
        return None
    funnel = deps.funnels.read(asked.survey.id)
    samples = _samples(asked, WINDOW, deps.counts)
    silent = [name.partition("=") for name, pair in samples.items() if _is_silent(*pair)]
    return DataHealth(
        bounced=Rate(funnel.total("sent"), funnel.total("bounced")),
        silent=tuple((segment, value) for segment, _, value in silent),
    )


def _is_silent(before: Histogram, now: Histogram) -> bool:
    """Return whether a value that had enough responses in the window before has none at all."""
    return before.responses >= FEWEST and not now.responses


def _quotes(asked: Asked, categories: Sequence[str], most: int, deps: DigestContentsDeps) -> tuple[Quote, ...]:
    """Return comments of the period as they are now, in turn of each category, the newest first."""
    found: dict[str, list[Quote]] = {name: [] for name in categories}
    below: str | None = None
    start, end = asked.span
    for _ in range(MOST_PAGES):
        query = ResponseQuery(
            limit=PAGE,
            below=below,
            segment=asked.digest.segment,
            # The time in an id and that of its response may be five minutes apart.
            oldest=max(start - FAR_FUTURE, 0),
            newest=end + FAR_FUTURE + 1,
            excluded=False,
            has_comment=True,
        )
        page, below = deps.responses.page(asked.survey.id, query)
        for quote in (_quote(response) for response in page if start <= response.responded_at < end):
            if quote is not None and category(quote.score) in found:
                found[category(quote.score)].append(quote)
        if below is None or all(len(each) >= most for each in found.values()):
            break
    in_turn = (each for turn in zip_longest(*found.values()) for each in turn)
    return tuple(islice((each for each in in_turn if each is not None), most))


def _quote(response: Response) -> Quote | None:
    """Return the comment of a response, unless it was erased, redacted or excluded meanwhile."""
    statement = response.statement
    if not response.counts or response.kind.is_anonymized or not statement.comment or response.score is None:
        return None
    score = response.score if statement.comment_score is None else statement.comment_score
    return Quote(response.id, score, cut(statement.comment), response.day)
