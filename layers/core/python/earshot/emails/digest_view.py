"""A digest in the words of a language, in parts that a mail, a plain text and a channel of Slack show alike."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from earshot.domain.digest_contents import (
    FEWEST,
    CaseLine,
    CaseSummary,
    Cause,
    DigestContents,
    Due,
    Moved,
    Quote,
    RecoveredCases,
    ResponseRate,
    ScoreFigures,
)
from earshot.domain.digests import Addressee, Digest, DigestRole
from earshot.domain.funnel import Rate
from earshot.domain.iso_time import moment_of
from earshot.domain.proportions import Proportion
from earshot.domain.score import Change, Histogram, Interval, category, interval, net_promoter_score
from earshot.emails.alert import COLORS, PLAIN
from earshot.languages.digest_texts import DigestTexts
from earshot.languages.texts import cleaned

LONGEST_NAME = 60
# So many cases of a list are shown, and so many rows of a table.
MOST_LINES, MOST_ROWS = 15, 10


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and its value; `color` is that of a cell next to the label."""

    label: str
    value: str
    detail: str = ""
    color: str = ""


@dataclass(frozen=True, slots=True)
class Range:
    """A score on the scale from -100 to 100: where its interval begins, it stands and ends, in percent of the scale."""

    low: float
    point: float
    high: float


@dataclass(frozen=True, slots=True)
class Row:
    """A row of scores: its label, the range (None with too few responses), the score and the rest in words."""

    label: str
    range: Range | None
    value: str
    detail: str


@dataclass(frozen=True, slots=True)
class Line:
    """A comment or a case: a score with its color, words, what else there is to know, and where to look."""

    score: str
    color: str
    ink: str
    title: str
    comment: str = ""
    detail: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a digest: its title, a great number, rows and facts, lines, and sentences below."""

    title: str
    big: str = ""
    shares: Sequence[tuple[float, str]] = ()
    rows: Sequence[Row] = ()
    facts: Sequence[Fact] = ()
    lines: Sequence[Line] = ()
    notes: Sequence[str] = ()
    link_text: str = ""


@dataclass(frozen=True, slots=True)
class DigestView:
    """A whole digest in words."""

    language: str
    direction: str
    subject: str
    title: str
    survey: str
    period: str
    sections: Sequence[Section]
    notes: Sequence[str]
    reason: str
    stop: str
    stop_url: str


def digest_view(
    digest: Digest,
    contents: DigestContents,
    addressee: Addressee,
    texts: DigestTexts,
    *,
    url: str,
    stop_url: str = "",
    is_test: bool = False,
) -> DigestView:
    """Put a digest into words; `url` is the public address, `stop_url` where its recipient ends it (Slack has none)."""
    words = _Words(contents, addressee, texts, url)
    name = cleaned(contents.survey)[:LONGEST_NAME]
    survey = f"{name} · {cleaned('='.join(contents.segment))}" if contents.segment else name
    title, period = texts.every[digest.schedule.every.value], texts.days(contents.period.first, contents.period.last)
    return DigestView(
        language=texts.language,
        direction=texts.direction,
        subject=f"{texts.test + ': ' if is_test else ''}{title}: {texts.isolated(survey)} · {period}",
        title=title,
        survey=survey,
        period=period,
        sections=list(words.sections()),
        notes=list(words.notes()),
        reason=texts.reason,
        stop=texts.stop,
        stop_url=stop_url,
    )


class _Words:
    def __init__(self, contents: DigestContents, addressee: Addressee, texts: DigestTexts, url: str) -> None:
        self._contents, self._addressee, self._texts, self._url = contents, addressee, texts, url.rstrip("/")

    def sections(self) -> Iterator[Section]:
        """Yield the parts in the order of their reader's interest."""
        found, texts = self._contents, self._texts
        if found.role is DigestRole.FRONTLINE:
            yield from self._mine()
            if found.quotes:
                yield self._quoted(texts.thanks)
            return
        yield from self._figures()
        if found.cases is not None:
            yield from self._cases(found.cases)
        if found.has_words:
            yield self._quoted(texts.comments)
        if found.health is not None:
            yield from self._health(found.health.bounced, found.health.silent)

    def _figures(self) -> Iterator[Section]:
        found, texts = self._contents, self._texts
        if found.score is not None:
            yield self._score(found.score)
        yield self._collected(found.collected)
        if found.months:
            yield Section(texts.months_title, rows=[self._month(each) for each in found.months])
        if found.role is DigestRole.EXECUTIVE and found.segment is None:
            yield self._moved(found.moved)
        if found.rate is not None:
            yield self._rate(found.rate)

    def notes(self) -> Iterator[str]:
        """Yield what the figures are of, and what is left out."""
        found, texts = self._contents, self._texts
        if found.segment is not None:
            yield texts.not_by_segment
        if found.role is DigestRole.FRONTLINE:
            return
        read_at = texts.time(self._local(found.read_at))
        yield texts.fill(texts.as_of, day=texts.day(found.as_of), zone=found.survey_timezone, time=read_at)
        if not found.is_last_day_over:
            yield texts.fill(texts.not_over, zone=found.survey_timezone)
        window = found.score.window.length if found.score else ""
        asked = f"as_of={found.as_of.isoformat()}" + (f"&window={window}" if window else "")
        yield texts.fill(texts.same_in_api, as_of=asked)
        if found.cases is not None:
            days = f"from={found.period.first.isoformat()}&to={found.period.end.isoformat()}"
            yield f"{texts.cases}: {texts.isolated(days)}"

    def _score(self, score: ScoreFigures) -> Section:
        texts, histogram = self._texts, score.histogram
        days = texts.days(score.window.start, score.window.last_day)
        number = Fact(texts.responses, texts.number(histogram.responses))
        if not score.is_enough:
            facts = [number, *self._camps(histogram)]
            return Section(f"{texts.score} · {days}", facts=facts, notes=[self._too_few()])
        bounds = interval(histogram)
        facts = [Fact(texts.interval, self._bounds(bounds)), number, *self._compared(score), *self._target()]
        notes = [] if score.comparison else [texts.too_few_to_compare]
        return Section(
            f"{texts.score} · {days}",
            big=texts.number(net_promoter_score(histogram) or 0),
            rows=[Row("", _range(histogram), "", "")],
            facts=facts,
            notes=notes,
        )

    def _compared(self, score: ScoreFigures) -> Iterator[Fact]:
        """Yield how a score changed, in words and with the interval of the change, and what it was before."""
        texts, before, change = self._texts, score.previous, score.comparison
        if change is None or before is None:
            return
        yield Fact(texts.change, self._change(change), self._verdict(change))
        yield Fact(texts.before, texts.number(net_promoter_score(before) or 0), self._responses(before))

    def _target(self) -> Iterator[Fact]:
        target, texts = self._contents.target, self._texts
        if target is not None:
            yield Fact(texts.target, texts.number(target.score), texts.target_status[target.status.value])

    def _collected(self, histogram: Histogram) -> Section:
        texts, whole, period = self._texts, histogram.responses, self._contents.period
        camps = (
            ("detractor", histogram.detractors),
            ("passive", histogram.passives),
            ("promoter", histogram.promoters),
        )
        return Section(
            f"{texts.collected} · {texts.days(period.first, period.last)}",
            big=texts.number(whole),
            shares=[(100 * count / whole, COLORS[name][0]) for name, count in camps if count],
            facts=self._camps(histogram) if whole else [],
        )

    def _camps(self, histogram: Histogram) -> list[Fact]:
        texts = self._texts
        counts = (
            (texts.promoters, histogram.promoters, "promoter"),
            (texts.passives, histogram.passives, "passive"),
            (texts.detractors, histogram.detractors, "detractor"),
        )
        whole = histogram.responses or 1
        return [
            Fact(label, f"{texts.number(count)} · {texts.share(count / whole)}", color=COLORS[name][0])
            for label, count, name in counts
        ]

    def _month(self, month: ScoreFigures) -> Row:
        texts, histogram = self._texts, month.histogram
        label, many = texts.month(month.window.start), self._responses(histogram)
        if not month.is_enough:
            return Row(label, None, "–", many)
        score = texts.number(net_promoter_score(histogram) or 0)
        return Row(label, _range(histogram), score, f"{self._bounds(interval(histogram))} · {many}")

    def _moved(self, moved: Sequence[Moved]) -> Section:
        texts = self._texts
        facts = []
        for each in moved[:MOST_ROWS]:
            name = texts.isolated(f"{cleaned(each.segment)}={cleaned(each.value)}")
            score = f"{texts.score}: {texts.number(net_promoter_score(each.histogram) or 0)}"
            facts.append(Fact(name, self._change(each.change), f"{self._verdict(each.change)} · {score}"))
        return Section(texts.moved, facts=facts, notes=[] if facts else [texts.none_moved])

    def _rate(self, rate: ResponseRate) -> Section:
        texts = self._texts
        facts = [
            Fact(texts.interval, self._shares(rate.rate.interval())),
            Fact(texts.responses, self._of(rate.rate.responded, rate.rate.asked)),
        ]
        if (found := rate.change) is not None:
            ends = self._span(texts.share_points(found.low), texts.share_points(found.high))
            verdict = self._word(found.significant, found.difference)
            facts.append(Fact(texts.change, f"{texts.share_points(found.difference)} ({ends})", verdict))
        return Section(
            texts.rate,
            big=texts.share(rate.rate.share or 0),
            facts=facts,
            notes=[texts.fill(texts.invited, span=texts.days(rate.mails.start, rate.mails.last_day))],
        )

    def _cases(self, cases: CaseSummary) -> Iterator[Section]:
        texts = self._texts
        oldest = [] if cases.oldest_at is None else [Fact(texts.oldest, texts.day(self._local(cases.oldest_at).date()))]
        facts = [
            Fact(texts.open_cases, texts.number(cases.open)),
            Fact(texts.overdue, texts.number(cases.overdue)),
            Fact(texts.unowned, texts.number(cases.unowned)),
            *oldest,
            Fact(texts.opened, texts.number(cases.opened)),
            Fact(texts.closed, texts.number(cases.closed)),
        ]
        if cases.contact.of:
            facts.append(self._proportion(texts.contacted_in_time, cases.contact))
        yield Section(texts.cases, facts=facts)
        late = [each for each in cases.breaches if each.breached.hits][:MOST_ROWS]
        if late:
            yield Section(
                texts.late_by_owner,
                facts=[
                    Fact(each.owner or texts.nobody, self._of(each.breached.hits, each.breached.of)) for each in late
                ],
            )
        if cases.causes:
            yield Section(texts.causes, facts=[self._cause(each) for each in cases.causes])
        if cases.recovered is not None and cases.recovered.recovery.closed.cases:
            yield self._recovered(cases.recovered)

    def _cause(self, cause: Cause) -> Fact:
        texts = self._texts
        before = f"{texts.before}: {texts.number(cause.before)}"
        return Fact(texts.cause.get(cause.cause, cause.cause), texts.number(cause.closed), before)

    def _recovered(self, found: RecoveredCases) -> Section:
        """Return the share of those who recovered next to the same of those nobody contacted; counts alone of few."""
        texts, closed, control = self._texts, found.recovery.closed, found.recovery.control
        facts = [Fact(texts.responded_again, self._of(closed.responded, closed.cases))]
        for label, each in ((texts.recovered, closed), (texts.without_contact, control)):
            counts = Fact(label, self._of(each.recovered, each.responded))
            facts.append(self._proportion(label, each.share) if found.recovery.has_shares else counts)
        if (difference := found.recovery.difference) is not None:
            ends = self._span(texts.share_points(difference.low), texts.share_points(difference.high))
            facts.append(Fact(texts.difference, f"{texts.share_points(difference.difference)} ({ends})"))
        days = texts.days(found.days.first, found.days.last)
        return Section(f"{texts.recovered} · {days}", facts=facts, notes=[texts.not_random])

    def _mine(self) -> Iterator[Section]:
        texts = self._texts
        for due in Due:
            found = [each for each in self._contents.mine if each.due is due]
            if found:
                more = len(found) - MOST_LINES
                yield Section(
                    texts.due_lists[due.value],
                    lines=[self._case(each) for each in found[:MOST_LINES]],
                    notes=[f"+{texts.number(more)}"] if more > 0 else [],
                    link_text=texts.look_at_case,
                )

    def _case(self, line: CaseLine) -> Line:
        texts = self._texts
        color, ink = PLAIN if line.score is None else COLORS[category(line.score)]
        due = "" if line.due_at is None else texts.fill(texts.due_at, time=texts.time(self._local(line.due_at)))
        return Line(
            score="–" if line.score is None else texts.number(line.score),
            color=color,
            ink=ink,
            title=cleaned(line.account or "")[:LONGEST_NAME],
            comment=cleaned(line.comment or ""),
            detail=due,
            link=f"{self._url}/v1/cases/{line.case}",
        )

    def _quoted(self, title: str) -> Section:
        quotes = self._contents.quotes
        return Section(
            title,
            lines=[self._quote(each) for each in quotes],
            notes=[] if quotes else [self._texts.no_comments],
        )

    def _quote(self, quote: Quote) -> Line:
        color, ink = COLORS[category(quote.score)]
        day = self._texts.day(datetime.fromisoformat(quote.day).date())
        return Line(self._texts.number(quote.score), color, ink, "", cleaned(quote.comment), day)

    def _health(self, bounced: Rate, silent: Sequence[tuple[str, str]]) -> Iterator[Section]:
        texts = self._texts
        facts = [self._part(texts.bounced, bounced)] if bounced.asked else []
        if silent:
            names = ", ".join(cleaned("=".join(each)) for each in silent[:MOST_ROWS])
            facts.append(Fact(texts.silent, texts.isolated(names)))
        if facts:
            yield Section(texts.health, facts=facts)

    def _verdict(self, change: Change) -> str:
        return self._word(change.significant, change.points)

    def _word(self, is_significant: bool, difference: float) -> str:
        texts = self._texts
        return (texts.rise if difference > 0 else texts.fall) if is_significant else texts.no_change

    def _change(self, change: Change) -> str:
        texts = self._texts
        ends = self._span(texts.points(change.low, signed=True), texts.points(change.high, signed=True))
        return f"{texts.points(change.points, signed=True)} ({ends})"

    def _bounds(self, bounds: Interval | None) -> str:
        return "" if bounds is None else self._span(self._texts.points(bounds.low), self._texts.points(bounds.high))

    def _shares(self, bounds: Interval | None) -> str:
        return "" if bounds is None else self._span(self._texts.share(bounds.low), self._texts.share(bounds.high))

    def _span(self, first: str, last: str) -> str:
        return self._texts.fill(self._texts.span, first=first, last=last)

    def _responses(self, histogram: Histogram) -> str:
        return f"{self._texts.responses}: {self._texts.number(histogram.responses)}"

    def _too_few(self) -> str:
        return self._texts.fill(self._texts.too_few, least=self._texts.number(FEWEST))

    def _of(self, part: int, whole: int) -> str:
        texts = self._texts
        return texts.fill(texts.part_of, part=texts.number(part), whole=texts.number(whole))

    def _part(self, label: str, rate: Rate) -> Fact:
        return self._proportion(label, Proportion(rate.responded, rate.asked))

    def _proportion(self, label: str, found: Proportion) -> Fact:
        """Return a share with what it is of, and its interval."""
        share = self._texts.share(found.share or 0)
        bounds = f"{self._texts.interval}: {self._shares(found.interval())}"
        return Fact(label, self._of(found.hits, found.of), f"{share} · {bounds}")

    def _local(self, at: int) -> datetime:
        return moment_of(at).astimezone(self._addressee.zone)


def section_lines(section: Section) -> Iterator[str]:
    """Yield a section in lines of plain text, without its title."""
    if section.big:
        yield section.big
    for row in section.rows:
        if row.label:
            yield f"{row.label}: {row.value} · {row.detail}"
    for fact in section.facts:
        yield f"{fact.label}: {fact.value}{f' · {fact.detail}' if fact.detail else ''}"
    for line in section.lines:
        yield " · ".join(filter(None, (f"[{line.score}]", line.title, line.detail)))
        if line.comment:
            yield f"“{line.comment}”"
        if line.link:
            yield f"{section.link_text}: {line.link}"
    yield from section.notes


def slack_data(view: DigestView) -> Mapping[str, Any]:
    """Return a digest as the sender of Slack writes it: titles, and the lines of each part."""
    return {
        "title": view.title,
        "about": f"{view.survey} · {view.period}",
        "sections": [{"title": each.title, "lines": list(section_lines(each))} for each in view.sections],
        "notes": list(view.notes),
    }


def _range(histogram: Histogram) -> Range | None:
    """Return where a score stands on the scale from -100 to 100, in percent of it."""
    bounds, score = interval(histogram), net_promoter_score(histogram)
    if bounds is None or score is None:
        return None
    return Range((bounds.low + 100) / 2, (score + 100) / 2, (bounds.high + 100) / 2)
