"""The survey, the person and the responses of all examples, shown by the functions' own views."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

from earshot.domain import funnel
from earshot.domain.api_key import ApiKey
from earshot.domain.bot_detection import Comment, SubmitAttempt
from earshot.domain.campaign import Campaign, Plan, Wait
from earshot.domain.events import iso
from earshot.domain.invitation import Invitation, InvitationState, Mail
from earshot.domain.person import Person
from earshot.domain.response import Response
from earshot.domain.score import Histogram, change
from earshot.domain.statement import Statement, StatementKind
from earshot.domain.survey import Survey
from earshot.domain.trend import daily_scores, windows
from earshot.domain.window import rolling
from earshot.services.funnel.report_funnel import FunnelReport
from earshot.services.scores.compare_segments import ComparedSegment, SegmentComparison, compared
from earshot.services.scores.report_breakdown import Breakdown, Row
from earshot.services.scores.report_quality import report_quality
from earshot.services.scores.report_score import Basis, Report, ScoreScope
from earshot.services.scores.report_trend import Period, Trend

HOUR = 3_600_000
NOON = int(datetime(2026, 11, 21, 12, tzinfo=UTC).timestamp() * 1000)
TODAY = "2026-11-21"
RESPONSE_ID = "019e6f1c-2a00-7c3f-9d1e-5b7a0c4d8e21"
INVITATION_ID = "019e6a00-0000-8a1b-8c2d-3e4f5a6b7c8d"
KEY_ID = "0f1e2d3c4b5a"

SURVEY = Survey(
    id="shop",
    name="Shop",
    timezone="Europe/Berlin",
    segments=("plan",),
    created_at="2026-01-02T09:00:00.000Z",
    updated_at="2026-03-04T10:00:00.000Z",
    values={"plan": frozenset({"free", "pro"})},
)
RESPONSE = Response(
    survey="shop",
    id=RESPONSE_ID,
    revision=1,
    statement=Statement(
        kind=StatementKind.FINAL,
        received_at=NOON,
        score=3,
        comment="Checkout was slow.",
        properties={"plan": "pro"},
        person="c-17",
        channel="email",
    ),
    digest="",
    responded_at=NOON,
    day=TODAY,
    series=("plan=pro",),
)
PERSON = Person(
    id="c-17",
    email="ann@example.com",
    name="Ann Smith",
    account="ACME",
    locale="en-GB",
    timezone="Europe/London",
    properties={"plan": "pro"},
    last_invited_at=NOON - 24 * HOUR,
    revision=2,
)
INVITATION = Invitation(
    id=INVITATION_ID,
    survey="shop",
    person="c-17",
    decided_at=NOON - 24 * HOUR,
    due_at=NOON - 24 * HOUR,
    state=InvitationState.SENT,
    reason="eligible",
    properties={"order": "4711"},
    sent_at=NOON - 23 * HOUR,
    message_id="0102018c-example",
    mails=(Mail(1, NOON - 23 * HOUR, "0102018c-example"),),
    response=RESPONSE_ID,
    attempts=(SubmitAttempt(3, NOON, comment=Comment.of("Checkout was slow.")),),
)
CAMPAIGN = Campaign(
    id="spring",
    survey="shop",
    plan=Plan("plan=pro", None, 500),
    started_at=NOON - 24 * HOUR,
    started_on="2026-11-20",
    due_at=NOON + 12 * HOUR,
    wait=Wait.DAILY_BUDGET,
    place=412,
    day=TODAY,
    asked_that_day=500,
    seen=5210,
    matched=1231,
    asked=1000,
    declined={"quiet-period": 231},
)
API_KEY = ApiKey(KEY_ID, "ci", "", ("scores:read", "responses:read"), iso(NOON))

_NOW, _BEFORE = Histogram((20, 5, 10, 12, 8, 15, 18, 30, 42, 60, 80)), Histogram((10, 2, 3, 4, 3, 5, 6, 12, 20, 30, 31))
_LAST = date(2026, 11, 21)
_SHOP, _BOTH = ScoreScope((SURVEY,)), ScoreScope((SURVEY, replace(SURVEY, id="support", timezone="UTC")))
REPORT = Report(_SHOP, rolling("30d", _LAST), _NOW, _BEFORE, change(_BEFORE, _NOW))
JOINT_REPORT = replace(REPORT, population=_BOTH)
_PLANS = (Row("free", Histogram((20, 5, 10, 12, 8, 15, 8, 10, 12, 20, 30))), Row("pro", Histogram((0,) * 9 + (20, 30))))
BREAKDOWN = Breakdown(SURVEY, "plan", Basis.ALL, rolling("30d", _LAST), _NOW, _PLANS)
COMPARISON = SegmentComparison(
    SURVEY,
    "plan",
    REPORT,
    tuple(
        ComparedSegment(each, replace(REPORT, histogram=each.row.histogram, previous=None, change=None))
        for each in compared(BREAKDOWN)
    ),
)
_PERIOD = Period("30d", _LAST, _LAST + timedelta(2))
_DAILY_SCORES = daily_scores(windows("30d", _PERIOD.first, _PERIOD.end), {TODAY: _NOW})
_MAILED = {"2026-11-01": {"asked": 180, "responded": 35, "submitted": 37, "quarantined": 2}}
QUALITY = report_quality(
    SURVEY,
    rolling("30d", _LAST),
    _LAST,
    counts=SimpleNamespace(
        days=lambda *_: {TODAY: _NOW}, quality_flags=lambda *_: {TODAY: {"timed": 120, "speeders": 9}}
    ),
    funnels=SimpleNamespace(days=lambda *_: _MAILED),
)
TREND, JOINT_TREND = Trend(_SHOP, _PERIOD, _DAILY_SCORES, TODAY), Trend(_BOTH, _PERIOD, _DAILY_SCORES, TODAY)
FUNNEL = FunnelReport(
    SURVEY,
    funnel.Funnel(
        {funnel.Row("shop", "email", 1): {"scheduled": 120, "sent": 117, "waiting": 1, "stopped": 2, "responded": 25}}
    ),
    _NOW,
)
