"""What responses look like, as types: views return them, and `make openapi` makes schemas of them.

No function imports this module: only type checkers and the description read it.
"""

from typing import Annotated, Any, NotRequired, TypedDict

from earshot.domain.alerts import TargetStatus as Status
from earshot.domain.api_key import SCOPES
from earshot.domain.bands import SCALES
from earshot.domain.bot_detection import QuarantineReason
from earshot.domain.campaign import CampaignState, Wait
from earshot.domain.eligibility import Reason
from earshot.domain.segment_values import VALUES_PER_SEGMENT
from earshot.domain.statement import StatementKind
from earshot.domain.suppression import REASONS
from earshot.domain.survey import KINDS, STATES
from earshot.domain.widget import PLACEMENTS

# An excluded response is one more state of its own.
RESPONSE_STATES = tuple(dict.fromkeys((*(kind.state for kind in StatementKind), "excluded")))
# How far a mail of an invitation has come.
MAIL_STATES = ("scheduled", "declined", "claimed", "sent", "answered", "quarantined", "unknown")


def bounds(**said: Any) -> tuple[tuple[str, Any], ...]:
    """Return what a schema says of a value beside its type."""
    return tuple(said.items())


def words(*allowed: Any) -> tuple[tuple[str, Any], ...]:
    """Return that a text is one of a few words."""
    return bounds(enum=allowed)


Count = Annotated[int, bounds(minimum=0)]
Positive = Annotated[int, bounds(minimum=1)]
ScoreValue = Annotated[int, bounds(minimum=0, maximum=10)]
Points = Annotated[int, bounds(minimum=-100, maximum=100)]
Part = Annotated[float, bounds(minimum=0, maximum=1)]
Day = Annotated[str, bounds(format="date")]
Time = Annotated[str, bounds(format="date-time"), "A time in UTC."]
Url = Annotated[str, bounds(format="uri")]
Nps = Annotated[int | None, bounds(minimum=-100, maximum=100), "Null without responses."]
ExactScore = Annotated[
    float | None,
    bounds(minimum=-100, maximum=100),
    "The score before it is rounded; `interval` always holds it.",
]
HistogramCounts = Annotated[list[Count], bounds(minItems=11, maxItems=11), "The counts of the scores 0 to 10."]


class Interval(TypedDict):
    """A range at a confidence level, in the unit of what it belongs to."""

    level: float
    low: float
    high: float


_SpanFrom = TypedDict("_SpanFrom", {"from": Day})


class _Span(_SpanFrom):
    to: Annotated[Day, "Exclusive."]


class _ShortScore(TypedDict):
    """A score without what it is made of."""

    nps: Nps
    score_exact: ExactScore
    responses: Count


class _ScoreNumbers(_ShortScore):
    """A score, what it is made of, and its interval."""

    promoters: Count
    passives: Count
    detractors: Count
    histogram: HistogramCounts
    interval: Interval | None


class ListedPerson(TypedDict):
    """A person as one of many.

    When they were last asked, and whether their address is suppressed, is read with each alone.
    """

    id: str
    email: str | None
    name: str | None
    account: str | None
    locale: str | None
    timezone: str | None
    properties: dict[str, str]
    revision: Positive


class Suppression(TypedDict):
    """Why and since when nothing is sent to the address."""

    reason: Annotated[str, words(*REASONS)]
    since: Time


class Response(TypedDict):
    """A response."""

    id: str
    survey: str
    state: Annotated[str, words(*RESPONSE_STATES)]
    revision: Positive
    score: ScoreValue | None
    category: Annotated[str, words("promoter", "passive", "detractor")] | None
    comment: str | None
    comment_score: Annotated[ScoreValue | None, "The score the comment was written with, where that was changed since."]
    properties: dict[str, str]
    person: str | None
    unverified_email: Annotated[str | None, "An address that a page gave without a signature: a label, and no person."]
    channel: str | None
    responded_at: Time
    day: Day
    series: Annotated[list[str], "The series it counts in."]
    sent_id: Annotated[str | None, "The id as sent, where its clock was so wrong that the response got another."]
    excluded: Annotated[bool, "Whether it is kept out of every score."]
    exclusion_reason: Annotated[str | None, "Why; null too once its person was erased."]


class _SurveySegments(TypedDict):
    name: str
    open: bool


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


class _SurveyWidgetLink(TypedDict):
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
    longest_token_hours: Count
    rate: Count | None
    hourly_cap: Count | None
    follow_ups: dict[str, str]
    thanks: dict[str, str]
    link: _SurveyWidgetLink | None


class _SurveyAlerts(TypedDict):
    window: str
    level: float
    minimum: Count


class _SurveyTarget(TypedDict):
    score: Points
    baseline: Points | None
    window: str


_SurveyBandsFrom = TypedDict("_SurveyBandsFrom", {"from": Points})


class _SurveyBands(_SurveyBandsFrom):
    label: str


class _SurveyAlerting(TypedDict):
    alerts: _SurveyAlerts
    target: _SurveyTarget | None
    bands: Annotated[Any, words(*SCALES, None)] | list[_SurveyBands]


class ListedSurvey(_SurveyAlerting):
    """A survey as a list shows it."""

    id: str
    name: str
    question: str
    timezone: str
    segments: Annotated[
        list[str | _SurveySegments], "Names; an object where values of unsigned responses get a series, too."
    ]
    state: Annotated[str, words(*STATES)]
    kind: Annotated[str, words(*KINDS)]
    rules: _SurveyRules
    brand: _SurveyBrand
    widget: _SurveyWidget
    retention_days: Annotated[Count | None, "Responses older than this are anonymised; null: none are."]
    created_at: Time
    updated_at: Time


class ResponseRate(TypedDict):
    """Responses through mails over invitations sent, with Wilson's interval."""

    asked: Count
    responded: Count
    rate: Part | None
    interval: Interval | None


class _KeptKey(TypedDict):
    id: str
    name: str
    scopes: list[Annotated[str, words(*SCOPES)]]
    created_at: Time
    expires_at: Time | None


class ApiKey(_KeptKey):
    """A key, without its secret."""

    revoked_at: Time | None
    last_used_on: Day | None


class _BreakdownWindow(_Span):
    length: str
    days: Annotated[Count | None, "Null for `all`."]
    timezone: str


class _BreakdownTotal(_ScoreNumbers):
    """All responses, those without a value among them."""


class _BreakdownRows(_ScoreNumbers):
    value: str
    other: Annotated[bool, "Whether it is all values together that have no series of their own."]


class Breakdown(TypedDict):
    """The score of each value of a segment in one window, the one with most responses first."""

    survey: str
    by: Annotated[str, "The name of the segment."]
    basis: Annotated[str, words("all responses", "latest per person in the window")]
    window: _BreakdownWindow
    total: _BreakdownTotal
    rows: Annotated[list[_BreakdownRows], bounds(maxItems=VALUES_PER_SEGMENT + 1)]
    complete: Annotated[bool, "False while the segment's older responses are still being counted."]


class _CampaignLastDay(TypedDict):
    day: Day
    asked: Count


class Campaign(TypedDict):
    """A campaign: its plan, its progress, and what it waits for."""

    id: str
    survey: str
    segment: str | None
    every_days: Count | None
    daily_budget: Count | None
    state: Annotated[str, words(*(state.value for state in CampaignState))]
    note: str | None
    started_at: Time
    waiting_for: Annotated[str, words(*(wait.value for wait in Wait))] | None
    resumes_at: Time | None
    ended_at: Time | None
    period: Count | None
    last_day: _CampaignLastDay | None
    progress: Annotated[Part | None, "How much of the people a count has read."]
    seen: Count
    matched: Count
    asked: Count
    declined: dict[str, Count]


class Change(TypedDict):
    """The difference to the window before, in points, and what the two-sample test makes of it."""

    points: float
    low: float
    high: float
    p_value: Part
    significant: bool


class _CountsDays(TypedDict):
    day: Day
    histogram: HistogramCounts


class Counts(TypedDict):
    """The counts of one series by day; days without responses are left out."""

    survey: str
    segment: str | None
    days: list[_CountsDays]
    counted_as: NotRequired[Annotated[str, "The series that counts the value, if it has none of its own."]]


class Erasing(TypedDict):
    """How far the erasing of many responses is."""

    count: Annotated[Count, "How many fit, and were confirmed."]
    erased: Annotated[Count, "How many are done, with the calls before."]
    remaining: Annotated[Count, "At most so many are left; 0 when it is done."]


class Erasure(TypedDict):
    """How far an erasure got."""

    id: str
    known: Annotated[bool, "Whether anything was kept of them before."]
    erased: Time
    subtract: bool
    responses: Count
    remaining: Count
    also: Annotated[list[str], "Other ids with the same address, which may be other people."]


class _FunnelTotal(TypedDict):
    scheduled: Count
    sent: Count
    waiting: Count
    claimed: Count
    stopped: Count
    delivered: Count
    bounced: Count
    soft_bounced: Count
    complained: Count
    opened: Count
    opened_by_machine: Count
    clicked: Count
    clicked_by_machine: Count
    unsubscribed: Count
    clicked_score: Count
    responded: Count
    commented: Count
    declined: Count


class _FunnelWaves(_FunnelTotal):
    channel: str
    wave: Annotated[Positive, "1 is the invitation, 2 and 3 its reminders."]
    response_rate: ResponseRate


class _FunnelScore(_ShortScore):
    interval: Interval | None


class Funnel(TypedDict):
    """How far the invitations came; each counts at most once a stage and wave."""

    survey: str
    waves: list[_FunnelWaves]
    total: _FunnelTotal
    response_rate: ResponseRate
    score: _FunnelScore


class IdentitySecret(TypedDict):
    """What the customer's server signs identities with."""

    survey: str
    secret: str
    generation: Positive
    former_good_until: Time | None


class Import(TypedDict):
    """An import: what its maker said of it, and what became of its rows."""

    id: str
    survey: str
    state: Annotated[str, words("recording", "recorded", "undoing", "undone")]
    file: str | None
    started_at: Time
    by: Annotated[str | None, "The id of the key."]
    accepted: Annotated[Count | None, "The rows that were accepted; null until its maker says it."]
    refused: Count | None
    new: Annotated[Count, "The responses that it first recorded."]
    known: Annotated[Count, "The rows whose response was there before."]
    updated: Annotated[Count, "The known ones whose properties it corrected."]
    withdrawn: Count
    undone_at: Annotated[Time | None, "When it was first undone."]
    remaining: Annotated[Count, "The responses that are still to be withdrawn, at most."]


class _InvitationMails(TypedDict):
    wave: Count
    sent: Time


class _InvitationReminder(TypedDict):
    """The mail that is to come."""

    wave: Count
    due: Time
    state: Annotated[str, words(*MAIL_STATES)]


class _InvitationClicks(TypedDict):
    score: Annotated[ScoreValue | None, "Null once the response was erased."]
    at: Time
    quarantined: Annotated[str, words(*(reason.value for reason in QuarantineReason))] | None


class Invitation(TypedDict):
    """The decision about a person, its reason, and the progress."""

    id: str
    survey: str
    person: str
    outcome: Annotated[str, words(*MAIL_STATES)]
    reason: Annotated[
        str,
        words(*(reason.value for reason in Reason)),
    ]
    decided: Time
    due: Time
    sent: Time | None
    mails: list[_InvitationMails]
    reminder: _InvitationReminder | None
    stopped: Annotated[str | None, "Why no further mail goes out."]
    response: str | None
    clicks: Annotated[list[_InvitationClicks], "Scores clicked in the mail by a person seen on the page."]
    submissions: list[_InvitationClicks]


class TargetStatus(TypedDict):
    """How the score compares with the survey's target, by its interval."""

    score: Points
    baseline: Points | None
    current: Nps
    status: Annotated[Annotated[str, words(*(status.value for status in Status))] | None, "Null without responses."]


class _JointScoreWindow(_Span):
    length: str
    days: Annotated[Count | None, "Null for `all`."]
    timezones: dict[str, str]


class _JointScoreBand(TypedDict):
    """What the score is called, and by which scale; null unless the whole interval is."""

    label: str
    scale: str


class _JointScorePrevious(_ScoreNumbers, _Span):
    """The window before."""


class JointScore(_ScoreNumbers):
    """The score of one series in one window."""

    surveys: list[str]
    segment: str | None
    basis: Annotated[str, words("all responses", "latest per person and survey in the window")]
    window: _JointScoreWindow
    band: _JointScoreBand | None
    target: TargetStatus | None
    previous: _JointScorePrevious | None
    change: Change | None
    complete: Annotated[bool, "False while the segment's older responses are still being counted."]
    counted_as: NotRequired[Annotated[dict[str, str], "The series that counts the value, if it has none of its own."]]


class _JointTrendPoints(_ShortScore, _Span):
    day: Day
    promoters: Count
    passives: Count
    detractors: Count
    interval: Interval | None


class JointTrend(_Span):
    """The course of a score: a point for each day, the score of the window that ends with it."""

    surveys: list[str]
    segment: str | None
    basis: Annotated[str, words("all responses", "latest per person and survey in the window")]
    window: str
    timezones: dict[str, str]
    points: list[_JointTrendPoints]
    data_from: Annotated[Day | None, "The first day with a response among those the windows hold."]
    complete: Annotated[bool, "False while the segment's older responses are still being counted."]
    counted_as: NotRequired[Annotated[dict[str, str], "The series that counts the value, if it has none of its own."]]


class _KeptInvitationMails(TypedDict):
    wave: Count
    sent: Time
    message_id: str | None


class _KeptInvitationClicks(TypedDict):
    score: Annotated[ScoreValue | None, "Null once the response was erased."]
    at: Time
    quarantined: Annotated[str, words(*(reason.value for reason in QuarantineReason))] | None
    comment: str | None
    honeypot: bool
    released: bool


class KeptInvitation(TypedDict):
    """All that is kept of an invitation."""

    id: str
    survey: str
    person: str
    outcome: Annotated[str, words(*MAIL_STATES)]
    reason: Annotated[
        str,
        words(*(reason.value for reason in Reason)),
    ]
    decided: Time
    due: Time
    sent: Time | None
    mails: list[_KeptInvitationMails]
    reminder: _InvitationReminder | None
    stopped: Annotated[str | None, "Why no further mail goes out."]
    response: str | None
    clicks: list[_KeptInvitationClicks]
    submissions: list[_KeptInvitationClicks]
    wave: Count
    channel: str
    properties: dict[str, str]
    claimed: Time | None
    asked_before: Annotated[Time | None, "When the person was last invited by another invitation."]
    budget_day: Day | None
    message_id: str | None
    delivery_events: Annotated[list[str], "What became of the mails, each as `opened#1`: what, and of which wave."]
    response_erased: bool


class NewApiKey(_KeptKey):
    """A key, the only time it is shown."""

    key: str


class People(TypedDict):
    """A page of people."""

    people: list[ListedPerson]
    cursor: Annotated[str | None, "Where the next page begins, for `cursor`; null on the last page."]


class Person(ListedPerson):
    """A person as kept."""

    last_asked: Time | None
    suppression: Annotated[Suppression | None, "Null while the address may be written to."]


class _WholeResponseHistory(TypedDict):
    action: Annotated[str, words("revised", "excluded", "included", "withdrawn", "anonymised", "erased")]
    time: Time
    by: Annotated[str | None, "The id of the key, `respondent`, `person-erased`, or `retention`."]
    changed: list[Annotated[str, words("score", "comment", "properties", "excluded", "exclusion_reason")]]
    scores: Annotated[
        Annotated[list[ScoreValue | None], bounds(minItems=2, maxItems=2)] | None,
        "The old and the new one, if they differ.",
    ]
    reason: str | None


_WholeResponseImport = TypedDict(
    "_WholeResponseImport", {"import": Annotated[str | None, "The import that first recorded it."]}
)


class WholeResponse(Response, _WholeResponseImport):
    """A response and its history."""

    received: Time
    rank: Annotated[Annotated[str, words("anonymous", "signed", "keyed")], "How well its sender is known."]
    seconds: Annotated[float | None, "How long the question had been shown."]
    is_repeat: Annotated[bool, "It says what its person had said within a day before."]
    cleaned: Annotated[bool, "Something of it did not fit, and was cut, converted or left out."]
    superseded_on: Annotated[Day | None, "The day of the same person's next response."]
    history: Annotated[Annotated[list[_WholeResponseHistory], bounds(maxItems=50)], "The newest correction first."]
    history_left_out: Annotated[Count, "How many older corrections there were."]


class _PersonExportPerson(ListedPerson):
    last_asked: Time | None


class PersonExport(TypedDict):
    """Everything that is kept of a person, a page of their responses at a time."""

    id: str
    person: _PersonExportPerson | None
    erased: Time | None
    suppression: Annotated[Suppression | None, "Null while the address may be written to."]
    invitations: Annotated[list[KeptInvitation], "All on the first page, the oldest first."]
    responses: list[WholeResponse]
    also: Annotated[list[str], "Other ids with the same address, which may be other people."]
    cursor: Annotated[str | None, "Where the next page begins, for `cursor`; null on the last page."]


class Share(TypedDict):
    """How many of how many, with Wilson's interval."""

    count: Count
    of: Count
    share: Part | None
    interval: Interval | None


class _QualityWindow(_Span):
    days: Count
    timezone: str


class _QualityPrevious(_ShortScore):
    pass


class _QualityResponseRateChange(TypedDict):
    difference: float
    low: float
    high: float
    significant: bool


class _QualityResponseRate(ResponseRate, _Span):
    """The first mails of these UTC days that are old enough to have a response."""

    settled_days: Count
    previous: ResponseRate | None
    change: _QualityResponseRateChange | None


class Quality(_ShortScore):
    """How far the responses of a window can be trusted."""

    survey: str
    window: _QualityWindow
    previous: _QualityPrevious
    speeders: Share
    repeats: Share
    quarantined: Share
    excluded: Share
    cleaned: Share
    clicked: Share
    response_rate: _QualityResponseRate
    retention_days: Annotated[Count | None, "Responses older than this are anonymised; null: none are."]
    people_retention_days: Annotated[Count | None, "People without contact for so many days are deleted; null: never."]
    warnings: Annotated[list[str], "Warnings, in words."]


class Score(_ScoreNumbers):
    """The score of one series in one window."""

    survey: str
    segment: str | None
    basis: Annotated[str, words("all responses", "latest per person in the window")]
    window: _BreakdownWindow
    band: _JointScoreBand | None
    target: TargetStatus | None
    previous: _JointScorePrevious | None
    change: Change | None
    complete: Annotated[bool, "False while the segment's older responses are still being counted."]
    counted_as: NotRequired[Annotated[str, "The series that counts the value, if it has none of its own."]]


class Survey(ListedSurvey):
    """A survey, with the values of its segments that have a series."""

    values: dict[str, list[str]]
    incomplete: Annotated[list[str], "The segments whose responses are still being moved to their series."]


class Trend(_Span):
    """The course of a score: a point for each day, the score of the window that ends with it."""

    survey: str
    segment: str | None
    basis: Annotated[str, words("all responses", "latest per person in the window")]
    window: str
    timezone: str
    points: list[_JointTrendPoints]
    data_from: Annotated[Day | None, "The first day with a response among those the windows hold."]
    complete: Annotated[bool, "False while the segment's older responses are still being counted."]
    counted_as: NotRequired[Annotated[str, "The series that counts the value, if it has none of its own."]]


class _ValuesOfASegmentValues(TypedDict):
    value: str
    source: Annotated[str, words("owner", "key", "signed", "open")]


class _ValuesOfASegmentCandidates(TypedDict):
    value: str
    responses: Annotated[Count, "Its responses that count, all in `(other)`."]


class _ValuesOfASegmentMerged(TypedDict):
    value: str
    into: str


class ValuesOfASegment(TypedDict):
    """The values of a segment: those with a series, the candidates, and what was decided about others."""

    survey: str
    segment: str
    open: Annotated[bool, "Whether values of unsigned responses get a series, too."]
    complete: Annotated[bool, "False while the segment's older responses are still being counted."]
    places: Annotated[Count, "How many values may have a series."]
    open_places: Annotated[Count, "How many of them values of unsigned responses may take."]
    candidate_places: Annotated[Count, "How many candidates there may be."]
    values: Annotated[list[_ValuesOfASegmentValues], "The values that have a series, and who brought them."]
    candidates: Annotated[
        list[_ValuesOfASegmentCandidates],
        "Values of unsigned responses that wait for you, those with the most responses first.",
    ]
    ignored: list[str]
    removed: list[str]
    merged: Annotated[list[_ValuesOfASegmentMerged], "Values that count in the series of another."]
