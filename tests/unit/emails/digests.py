"""Digests of each role for the tests of their mails, with all that may stand in one."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from earshot.domain.case_measures import NextResponses, Recovery
from earshot.domain.daily_evaluation import TargetStatus
from earshot.domain.data_quality import rate_change
from earshot.domain.digest_contents import (
    CaseLine,
    CaseSummary,
    Cause,
    DataHealth,
    DigestContents,
    Due,
    Moved,
    OwnerBreaches,
    Quote,
    RecoveredCases,
    ResponseRate,
    ScoreFigures,
    Target,
)
from earshot.domain.digests import Addressee, Digest, DigestRole, Every, Period, Recipient, RecipientKind, Schedule
from earshot.domain.funnel import Rate
from earshot.domain.proportions import Proportion
from earshot.domain.score import Change, Histogram, change
from earshot.domain.window import rolling
from earshot.emails.digest_view import DigestView, digest_view
from earshot.languages.digest_texts import digest_texts_for

URL, STOP_URL = "https://nps.example.com", "https://nps.example.com/u/" + "C9-_" * 40
READ_AT = int(datetime(2026, 12, 1, 6, 0, 30, tzinfo=UTC).timestamp() * 1000)
RHYTHMS = {
    DigestRole.FRONTLINE: Every.WORKDAY,
    DigestRole.LEAD: Every.WEEK,
    DigestRole.EXECUTIVE: Every.MONTH,
    DigestRole.DEPARTMENT: Every.WEEK,
}
COMMENTS = {
    9: "Everything worked the first time, and Jana at the counter was wonderful.",
    3: "I waited forty minutes <b>on hold</b> & nobody could tell me where my parcel was.",
    7: "Good, but the app still signs me out every day.",
    10: "תודה רבה, השירות היה מצוין",
    0: "Never again.",
}


def histogram(detractors: int, passives: int, promoters: int) -> Histogram:
    """Return so many responses of 3, 8 and 9."""
    return Histogram.of([3] * detractors + [8] * passives + [9] * promoters)


LATE = {"mia": Proportion(2, 12), None: Proportion(1, 4), "tom": Proportion(0, 4)}
NOW, BEFORE = histogram(61, 80, 170), histogram(74, 91, 135)


def compared(before: Histogram, now: Histogram) -> Change:
    """Return the change between two samples that are not empty."""
    found = change(before, now)
    assert found is not None
    return found


def make_digest(role: DigestRole, **overrides: Any) -> Digest:
    """Make a digest with the rhythm that its role mostly has."""
    settings: dict[str, Any] = {"id": "d", "role": role, "survey": "shop", "to": ("mia",)}
    return Digest(**(settings | {"schedule": Schedule(RHYTHMS[role], 7)} | overrides))


def make_addressee(locale: str = "en", timezone: str = "Europe/Berlin") -> Addressee:
    """Make a recipient of a mail."""
    return Addressee(Recipient("mia", "mia", RecipientKind.MEMBER), "mia@example.com", timezone, locale, "mia")


def make_contents(role: DigestRole, **overrides: Any) -> DigestContents:
    """Make what stands in a digest of a role, at the end of November."""
    digest = make_digest(role)
    contents = DigestContents(
        role=role,
        survey="Northwind Rail: after the journey",
        segment=("plan", "pro") if role is DigestRole.DEPARTMENT else None,
        period=digest.schedule.period_until(date(2026, 12, 1)),
        survey_timezone="Europe/Berlin",
        read_at=READ_AT,
        is_last_day_over=True,
        collected=histogram(11, 22, 41),
    )
    return replace(contents, **_of_role(role) | overrides)


def make_view(role: DigestRole, locale: str = "en", **overrides: Any) -> DigestView:
    """Put a digest of a role into a language."""
    digest, contents = make_digest(role), make_contents(role, **overrides)
    addressee = make_addressee(locale)
    return digest_view(digest, contents, addressee, digest_texts_for(locale), url=URL, stop_url=STOP_URL)


def quotes() -> tuple[Quote, ...]:
    """Return a comment of each of some scores."""
    return tuple(Quote(f"r{score}", score, comment, "2026-11-28") for score, comment in COMMENTS.items())


def case_lines(many: int = 1, comment: str = COMMENTS[3]) -> tuple[CaseLine, ...]:
    """Return so many cases of each kind."""
    found = []
    for due in Due:
        for number in range(many):
            case = f"6d0f4d5c-4f0e-5f0b-9f2c-{due.name.lower():0<4.4}{number:08}"
            at = None if due is Due.NEW and number % 2 else READ_AT + 3_600_000 * number
            found.append(CaseLine(case, due, at, number % 7, "Contoso Freight" if number % 2 else None, comment))
    return tuple(found)


def make_cases(**overrides: Any) -> CaseSummary:
    """Return the cases of a survey."""
    found = CaseSummary(
        open=14,
        overdue=3,
        unowned=1,
        oldest_at=READ_AT - 12 * 86_400_000,
        opened=9,
        closed=11,
        contact=Proportion(17, 20),
        breaches=tuple(OwnerBreaches(owner, late) for owner, late in LATE.items()),
        causes=(Cause("delivery", 6, 2), Cause("people", 3, 4), Cause("price", 2, 0)),
        recovered=RecoveredCases(
            Period(date(2025, 12, 1), date(2026, 12, 1)),
            Recovery(NextResponses(96, 40, 18), NextResponses(200, 50, 12)),
        ),
    )
    return replace(found, **overrides)


def _of_role(role: DigestRole) -> dict[str, Any]:
    score = ScoreFigures(rolling("30d", date(2026, 11, 30)), NOW, compared(BEFORE, NOW), BEFORE)
    mails = rolling("30d", date(2026, 11, 20))
    rates = Rate(245, 112), Rate(261, 103)
    if role is DigestRole.FRONTLINE:
        return {"mine": case_lines(2), "quotes": quotes()[:1]}
    if role is DigestRole.LEAD:
        return {
            "score": score,
            "target": Target(40, TargetStatus.WITHIN_NOISE),
            "rate": ResponseRate(mails, rates[0], rate_change(rates[1], rates[0])),
            "quotes": quotes(),
            "cases": make_cases(recovered=None),
            "health": DataHealth(Rate(1_245, 12), (("touchpoint", "onboarding"), ("region", "north"))),
        }
    if role is DigestRole.EXECUTIVE:
        month = rolling("month", date(2026, 11, 30))
        return {
            "score": ScoreFigures(month, NOW, compared(BEFORE, NOW), BEFORE),
            "months": tuple(_months()),
            "target": Target(40, TargetStatus.REACHED),
            "moved": (Moved("plan", "basic", NOW, compared(histogram(120, 60, 80), NOW)),),
            "quotes": quotes()[:2],
            "cases": make_cases(breaches=()),
        }
    return {"score": score, "quotes": quotes()}


def _months() -> list[ScoreFigures]:
    last = rolling("month", date(2026, 11, 30))
    found = [ScoreFigures(last, NOW)]
    for number in range(11):
        last = last.previous or last
        counts = histogram(40 + 5 * number, 60, 90 + 9 * (number % 4)) if number < 9 else histogram(1, 1, number % 2)
        found.append(ScoreFigures(last, counts))
    return found[::-1]
