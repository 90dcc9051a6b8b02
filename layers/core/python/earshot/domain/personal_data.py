"""The registry of every place that may hold personal data, and how erasure, export and retention reach each.

An item of the table may have no attribute that is not listed here: the tests of the adapters refuse it. If you add
one, decide here whether the export shows it, and if not, why.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields

from earshot.domain.statement import Statement

KEY = "part of a key; what it names is exported"
INDEX = "part of a key of an index; what it is made of is exported"
HASH = "a keyed hash of an address, which adds nothing to the address"
NOBODY = "about the survey or the system, not about a person"
FUNNEL = "what the funnel counts after the person was erased; it identifies no person"
COUNTED = "none: it counts, and names nobody"
WITH_THE_RESPONSE = "rewritten with its response, in one transaction"


@dataclass(frozen=True, slots=True)
class ItemKind:
    """A kind of item of the table: how its keys look, and its attributes; `numbered` fits those without a fixed name.

    `exported` says where in a person's export an attribute stands, `left_out` why one stands in none. The other three
    say in a sentence how an erasure reaches it, what of it the export holds, and how long it is kept.
    """

    name: str
    pk: str
    sk: str
    exported: Mapping[str, str] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)
    numbered: str | None = None
    erasure: str = COUNTED
    retention: str = "as long as its survey"

    @property
    def is_personal(self) -> bool:
        """Return whether it may hold personal data."""
        return self.erasure is not COUNTED

    def has(self, pk: str, sk: str) -> bool:
        """Return whether an item with these keys is of this kind."""
        return bool(re.fullmatch(self.pk, pk, re.DOTALL) and re.fullmatch(self.sk, sk, re.DOTALL))

    def unknown(self, attributes: Iterable[str]) -> frozenset[str]:
        """Return the attributes that are not listed here."""
        unlisted = frozenset(attributes) - self.exported.keys() - self.left_out.keys()
        return frozenset(
            name for name in unlisted if not (self.numbered and re.fullmatch(self.numbered, name, re.DOTALL))
        )


@dataclass(frozen=True, slots=True)
class Place:
    """A place outside the table: the personal data it holds, how an erasure reaches it, and how long it is kept.

    `resources` are its names in the template. What no erasure and no scan reaches is not `is_reached`.
    """

    name: str
    holds: str
    erasure: str
    retention: str
    resources: tuple[str, ...] = ()
    is_reached: bool = True


def _nobodys(
    name: str, pk: str, sk: str, attributes: str, retention: str = "as long as its survey", numbered: str | None = None
) -> ItemKind:
    names = dict.fromkeys(("pk", "sk", *attributes.split()), NOBODY)
    return ItemKind(name, pk, sk, {}, names, numbered, retention=retention)


def _same(where: str, names: str) -> dict[str, str]:
    return {name: f"{where}.{name}" for name in names.split()}


PERSON = ItemKind(
    "person",
    r"P#.+",
    r"META",
    exported={
        "pk": "id",
        **_same("person", "email name account locale timezone properties last_invited_at"),
        "v": "person.revision",
        "erased_at": "erased_at",
    },
    left_out={
        **dict.fromkeys(("sk",), KEY),
        **dict.fromkeys(("due_shard", "due_order", "people_shard", "name_order"), INDEX),
        "mailbox": HASH,
        "last_invitation": "the id of an invitation, which is exported",
        "subtract": "how they were erased",
        "written_at": "when they were last written, which decides how long people without contact are kept",
        **dict.fromkeys(("left", "made"), "where an interrupted erasure continues; removed when it is complete"),
    },
    erasure="replaced by a tombstone: the id in its key, the time, and whether the responses still count",
    retention="until erased, or deleted after `PeopleRetentionDays` without contact",
)
INVITATION = ItemKind(
    "invitation",
    r"P#.+",
    r"I#.+",
    exported={
        **_same(
            "invitations", "id survey person decided_at due_at wave claimed_at sent_at previously_invited_at reason"
        ),
        **_same("invitations", "channel message_id response stopped properties submissions clicks mails"),
        **_same("invitations", "delivery_events charged_on response_erased"),
        "state": "invitations.outcome",
    },
    left_out={
        **dict.fromkeys(("pk", "sk"), KEY),
        **dict.fromkeys(("due_shard", "due_order"), INDEX),
        "type": "the kind of the item",
        "correlation": "the id of a request in the logs",
        **dict.fromkeys(("recipient_hash", "asked_mailbox"), HASH),
        **dict.fromkeys(("stages", "day", "columns"), FUNNEL),
    },
    erasure="replaced by what the funnel counts; its id stays in its key, next to the tombstone",
    retention="with its person",
)
ATTEMPT_COMMENT = ItemKind(
    "comment of a submission",
    r"PC#.+",
    r".+",
    exported={"text": "invitations.submissions.comment"},
    left_out=dict.fromkeys(("pk", "sk"), KEY),
    erasure="deleted with the response or with the person",
    retention="with its response",
)
# A field of a statement is exported under its own name, apart from those that are listed below or never stored.
_STATEMENT = [
    name
    for name in (each.name for each in fields(Statement))
    if name not in ("kind", "emit_events", "email_hash", "reason", "by")
]
RESPONSE = ItemKind(
    "response",
    r"R#.+",
    r".+",
    exported={
        "sk": "responses.id",
        **{name: f"responses.{name}" for name in _STATEMENT},
        **_same("responses", "survey responded_at day series sent_id is_repeat superseded_on import history"),
        "v": "responses.revision",
        "kind": "responses.state",
        "left_out": "responses.history_left_out",
    },
    left_out={
        "pk": KEY,
        "type": "the kind of the item",
        "digest": "a hash of the content, to recognise repeats",
        "emit_events": "whether events are published for it",
        "published_at": "when it first came, if events were published for it then",
        **dict.fromkeys(("last_event", "detractor_event_revision"), "the events published for it"),
        "email_hash": HASH,
        "candidates": "the numbers of values among the properties, which are exported",
        "correlation": "the id of a request in the logs",
    },
    erasure="anonymised: score, day, series and channel stay, without person, words, properties and "
    "`contact_requested`; or erased",
    retention="until erased, or anonymised after the survey's `retention_days`",
)
ALIAS = ItemKind(
    "alias",
    r"R#.+",
    r".+",
    exported={"sk": "responses.sent_id", "survey": "responses.survey", "target": "responses.id"},
    left_out={"pk": KEY, "type": "the kind of the item"},
    erasure="stays: two ids of one response, which no longer names anybody",
)
POINTER = ItemKind(
    "person's response",
    r"P#.+",
    r"R#.+",
    exported={"survey": "responses.survey", "response": "responses.id"},
    left_out=dict.fromkeys(("pk", "sk"), KEY),
    erasure="deleted with the response's person, in one transaction",
    retention="with its response",
)
UNSIGNED = ItemKind(
    "unsigned response",
    r"M#.+",
    r"R#.+",
    exported={"survey": "responses.survey", "response": "responses.id"},
    left_out={"pk": HASH, "sk": KEY},
    erasure="deleted with the response's address, in one transaction",
    retention="with its response",
)
MAILBOX = ItemKind(
    "mailbox",
    r"M#.+",
    r"META",
    exported={"last_invited_at": "person.last_invited_at"},
    left_out={
        "pk": HASH,
        "sk": KEY,
        "v": "a revision",
        "last_invitation": "the id of an invitation, which is exported",
        "erased": "that its owner was erased, so that unsigned responses with the address are recorded without words",
    },
    erasure="the invitation's id is removed; the fact of the erasure stays under the keyed hash",
    retention="for good, or until the last person with the address is deleted after `PeopleRetentionDays`",
)
SUPPRESSION = ItemKind(
    "suppression",
    r"X#.+",
    r"META",
    exported={"reason": "suppression.reason", "time": "suppression.since"},
    left_out={"pk": HASH, "sk": KEY, "before": "the state before an unsubscribe, which can be undone for an hour"},
    erasure="stays under the keyed hash, so that the address gets no more mails",
    retention="for good, or until it is lifted",
)
SHOWING = ItemKind(
    "showing",
    r"W#.+",
    r".+",
    left_out={
        "pk": KEY,
        "sk": "a hash of the person's id",
        **dict.fromkeys(
            ("shown", "closed", "responses", "expires"),
            "that a question was shown, and its response's id, for a week or the widget's quiet days; it is found by "
            "the person's id only",
        ),
    },
    erasure="deleted, in every survey",
    retention="the widget's quiet days or a week, and at most two days more",
)
VALUE = ItemKind(
    "value of a segment",
    r"VALUES#.+",
    r".+=.*",
    left_out={
        "pk": KEY,
        "sk": "a value of a tracked property, shared by all respondents",
        **dict.fromkeys(("status", "source", "into", "number"), NOBODY),
    },
    erasure="not reached: it belongs to no person; do not track a property that names people",
)
NETWORK = ItemKind(
    "network",
    r"RL#.+",
    r"h?\d+",
    left_out=dict.fromkeys(
        ("pk", "sk", "submissions", "expires"),
        "a hash of a network or of a signed person, whose salt changes by the day",
    ),
    erasure="not reached: it expires",
    retention="ten minutes after the minute or the hour it counts, and at most two days more",
)
BULK_ERASURE = ItemKind(
    "bulk erasure",
    r"ER#.+",
    r".+",
    left_out={
        **dict.fromkeys(("pk", "sk"), "a hash of the filters, which may name a person"),
        **dict.fromkeys(("confirmed", "started_at", "erased", "below", "expires"), NOBODY),
    },
    erasure="not reached: it is removed when the erasure is complete, or expires",
    retention="a day, and at most two days more",
)

ALERT = ItemKind(
    "alert",
    r"AL#.+",
    r".+",
    left_out={
        **dict.fromkeys(("pk", "sk", "survey", "subject"), "the id of a response, which is exported"),
        **dict.fromkeys(("type", "rule", "raised_at", "state", "destinations", "revision", "event"), NOBODY),
        **dict.fromkeys(("detail_type", "data", "case", "most_per_hour", "sends"), NOBODY),
        "correlation": "the id of a request in the logs",
    },
    erasure="deleted with the responses of the person",
    retention="as long as its survey",
)
REACHED = ItemKind(
    "destination that was reached",
    r"P#.+",
    r"EL#.+",
    left_out={
        "pk": KEY,
        **dict.fromkeys(
            ("sk", "type", "destination", "deletion", "expires"),
            "which destination had something, and the delivery that deletes it; written by an erasure alone",
        ),
    },
    erasure="written by it, next to the tombstone",
    retention="90 days after the erasure, and at most two days more",
)
CASE = ItemKind(
    "case",
    r"CASE#.+",
    r"META",
    left_out={
        **dict.fromkeys(("pk", "sk", "type", "v", "survey", "subject", "state", "opened_at", "rule", "alert"), NOBODY),
        **dict.fromkeys(("account", "responses", "score", "priority", "calendar", "targets", "steps"), NOBODY),
        **dict.fromkeys(("contact_due_at", "contacted_at", "close_due_at", "closed_at", "waiting_since"), NOBODY),
        **dict.fromkeys(("outcome", "root_cause", "round", "round_at", "next_step_at", "pauses"), NOBODY),
        **dict.fromkeys(("breached_contact", "breached_close"), NOBODY),
        **dict.fromkeys(("first_closed_at", "reopened_at", "responded_again_at", "responded_again_score"), NOBODY),
        **dict.fromkeys(("changed_at", "changed_by"), NOBODY),
        **dict.fromkeys(("owner", "owned_by"), "a member of the staff, not a respondent"),
        **dict.fromkeys(("due_shard", "due_order"), INDEX),
        "response": "the id of a response, which is exported",
        "person": "the id of the person, which is exported",
    },
    erasure="keeps its state and times, without the person and without their responses",
)
CASE_FACT = ItemKind(
    "fact of a case",
    r"CASE#.+",
    r"F#\d+",
    left_out={
        **dict.fromkeys(("pk", "sk", "type", "kind", "at", "from_state", "to_state"), NOBODY),
        **dict.fromkeys(("outcome", "root_cause", "extra"), NOBODY),
        **dict.fromkeys(("actor", "owner"), "a member of the staff or an API key, not a respondent"),
        "note": "words of the staff about the case, which are theirs",
        "response": "the id of a response, which is exported",
    },
    erasure="keeps its kind and time, without its words",
)
JOINED_CASE = ItemKind(
    "response in a case",
    r"CASE#.+",
    r"R#.+",
    left_out={
        **dict.fromkeys(("pk", "type", "survey", "rule", "alert", "joined_at"), NOBODY),
        **dict.fromkeys(("sk", "response"), "the id of a response, which is exported"),
    },
    erasure="deleted with the responses of the person",
    retention="with its response",
)
CASES_OF_A_PERSON = ItemKind(
    "cases of a person",
    r"P#.+",
    r"CASE#.+",
    left_out={
        **dict.fromkeys(("pk", "sk"), KEY),
        **dict.fromkeys(("case", "cases"), "the ids of cases, which are about responses that are exported"),
    },
    erasure="deleted",
    retention="with its person",
)
DELIVERY = ItemKind(
    "delivery",
    r"D#.+",
    r"\d+#.+",
    left_out={
        **dict.fromkeys(("pk", "sk", "survey", "subject"), "the id of a response, which is exported"),
        "body": "what is sent of a response, which is exported; removed once it is delivered, parked or held",
        **dict.fromkeys(("type", "v", "alert", "rule", "sends", "revision", "state", "reason", "attempts"), NOBODY),
        **dict.fromkeys(("number", "begun_at", "lease_until", "next_attempt_at", "waits_for_breaker"), NOBODY),
        **dict.fromkeys(("is_far_off", "body_hash", "maybe_doubled", "delivered_at", "expires"), NOBODY),
        "uncertain_since": NOBODY,
        "vendor_id": "the id under which a destination has it",
        **dict.fromkeys(("erased_by", "case"), NOBODY),
        "correlation": "the id of a request in the logs",
        **dict.fromkeys(("due_shard", "due_order"), INDEX),
    },
    erasure="withdrawn, without its body and the id of the response; what deletes it at the destination may have it "
    "until it is done",
    retention="90 days after it is delivered or parked, and at most two days more; as long as its response if its "
    "destination can delete it",
)
DESTINATION = ItemKind(
    "destination",
    r"DESTINATIONS",
    r".+",
    left_out={
        **dict.fromkeys(("pk", "sk", "type", "v", "kind", "name", "include", "state", "reason", "made_at"), NOBODY),
        **dict.fromkeys(("has_credentials", "credentials", "inbound", "expires"), NOBODY),
        **dict.fromkeys(("settings", "contact"), "addresses of staff, not of respondents"),
    },
    erasure="not reached: it has addresses of staff, which are removed by hand",
    retention="until it is deleted; its id for 90 days more, and at most two days more",
)
MEMBER = ItemKind(
    "member of the team",
    r"TEAM",
    r".+",
    left_out={
        **dict.fromkeys(("pk", "sk", "type", "v", "role", "lead", "deputy", "made_at", "removed_at"), NOBODY),
        **dict.fromkeys(
            ("email", "name", "away", "timezone", "locale", "calendar", "access"), "of staff, not of respondents"
        ),
    },
    erasure="not reached: it is about staff; removing the member (`DELETE /v1/team/{member}`) leaves their id, role, "
    "lead and deputy",
    retention="until the member is removed; what is left of them for good",
)
_BY_THE_MEMBER = "not reached: it is about staff; it is removed with the member"
SESSION = ItemKind(
    "session",
    r"SESSION#.+",
    r"META",
    left_out={
        **dict.fromkeys(("pk", "sk", "type", "made_at", "last_seen", "expires"), NOBODY),
        **dict.fromkeys(("member", "browser"), "of staff, not of respondents"),
    },
    erasure=_BY_THE_MEMBER,
    retention="until it is ended; 30 days at most, and at most two days more",
)
SESSION_OF_A_MEMBER = ItemKind(
    "session of a member",
    r"TEAM#.+",
    r"S#.+",
    left_out=dict.fromkeys(("pk", "sk", "type", "hash", "expires"), "of staff, not of respondents"),
    erasure=_BY_THE_MEMBER,
    retention="with its session",
)
ASKING = ItemKind(
    "asking to sign in",
    r"SIGNIN#.+",
    r"META",
    left_out={
        **dict.fromkeys(("pk", "sk", "type", "asked_at", "next", "tries", "link_hash", "code_hash", "expires"), NOBODY),
        **dict.fromkeys(("address_hash", "member"), "of staff, not of respondents"),
    },
    erasure="not reached: it expires",
    retention="ten minutes, and at most two days more",
)
TEAM_INVITATION = ItemKind(
    "invitation to the team",
    r"JOIN#.+",
    r"META",
    left_out={
        **dict.fromkeys(("pk", "sk", "type", "made_at", "expires"), NOBODY),
        **dict.fromkeys(("address_hash", "member"), "of staff, not of respondents"),
    },
    erasure="not reached: it expires, and leads nowhere once the member is removed",
    retention="72 hours, and at most two days more",
)
ACCOUNT = ItemKind(
    "account",
    r"A#.+",
    r"META",
    left_out=dict.fromkeys(
        ("pk", "sk", "type", "v", "name", "owner", "properties", "made_at"), "about a company, not about a person"
    ),
    erasure="not reached: it is about a company; an empty `name`, `owner` or `properties` removes what it holds",
    retention="for good",
)
DIGEST = ItemKind(
    "digest",
    r"DIGESTS",
    r".+",
    left_out={
        **dict.fromkeys(("pk", "sk", "type", "v", "role", "survey", "segment", "every", "hour", "weekday"), NOBODY),
        **dict.fromkeys(("made_at", "since", "next_at", "last_sent_at", "skipped", "due_shard", "due_order"), NOBODY),
        **dict.fromkeys(("to", "timezone", "locale"), "of staff, not of respondents"),
    },
    erasure="not reached: it has addresses of staff, which are removed by hand",
    retention="until it is deleted",
)

_SCORES = "h0 h1 h2 h3 h4 h5 h6 h7 h8 h9 h10 rebuilt"
_SURVEY = (
    "id name question timezone state kind created_at updated_at segments incomplete v rules brand alerting widget "
    "zone_is_fixed retention_days owner cases open_segments identity_generation identity_former_until"
)
_CAMPAIGN = (
    "type state v declined segment every_days daily_budget started_at due_at place skipped asked_that_day seen matched "
    "asked ended_at wait survey started_on after day note correlation due_shard due_order"
)
_RULE = (
    "type survey v name when destinations at_most words properties key_account case case_by owner role muted_until "
    "most_per_hour made_at"
)
_IMPORT = "started_at accepted refused undone_at finished_at new known updated withdrawn by file below"
_CASE = (
    "type survey subject opened_at rule account score priority state waits calendar contact_due_at contacted_at "
    "close_due_at round breached_contact breached_close"
)
_CLOSED_CASE = "owner closed_at first_closed_at outcome root_cause reopened_at responded_again_at responded_again_score"
_TWO_DAYS_MORE = "and at most two days more"
KINDS = (
    *(
        PERSON,
        INVITATION,
        RESPONSE,
        ALIAS,
        POINTER,
        UNSIGNED,
        ATTEMPT_COMMENT,
        MAILBOX,
        SUPPRESSION,
        SHOWING,
        VALUE,
        NETWORK,
        BULK_ERASURE,
        ALERT,
        REACHED,
        CASE,
        CASE_FACT,
        JOINED_CASE,
        CASES_OF_A_PERSON,
        DELIVERY,
        DESTINATION,
        MEMBER,
        SESSION,
        SESSION_OF_A_MEMBER,
        ASKING,
        TEAM_INVITATION,
        ACCOUNT,
        DIGEST,
    ),
    _nobodys("superseded count", r"C#.+", r"S#.+", _SCORES),
    _nobodys("count", r"C#.+", r"\d.+", f"{_SCORES} timed speeders repeats cleaned clicked excluded", numbered=r"c\d+"),
    _nobodys(
        "places of segments", r"VALUES#.+", r"PLACES", "", numbered=r".+=(series|open|candidates|numbered|unlisted)"
    ),
    _nobodys("cohort", r"F#.+", r"-|\d.+", "asked responded submitted quarantined", numbered=r".+#\d#[a-z]{2}"),
    _nobodys("counted events", r"FS#.+", r"META|\d\d", "seen expires", f"two days, {_TWO_DAYS_MORE}"),
    _nobodys("digest that was sent", r"DG#.+", r"\d.+", "type v state at why ended_at delivery expires", "400 days"),
    _nobodys("digest that somebody stopped", r"DG#.+", r"STOP#.+", "type stopped_at", "for good"),
    _nobodys("campaign", r"K#.+", r".+", _CAMPAIGN),
    _nobodys("turns of a role", r"TURNS", r".+", "turns", "for good"),
    _nobodys("calendar", r"CALENDARS", r".+", "type v timezone hours holidays", "until it is deleted"),
    _nobodys("import", r"IM#[^#]+", r".+", _IMPORT),
    _nobodys("inbound call", r"IN#.+", r".+", "type expires", f"a day, {_TWO_DAYS_MORE}"),
    _nobodys("part of an import", r"IM#.+#.+", r".+", "expires", f"two weeks, {_TWO_DAYS_MORE}"),
    _nobodys("daily budget", r"B#.+", r"\d.+", "sent"),
    _nobodys("reconciliation", r"RECONCILIATIONS", r"SUPPRESSIONS", "started_at"),
    _nobodys("sending pause", r"PAUSES", r"SENDING", "reason refused_at"),
    _nobodys("note that the table is retired", r"RETIRED", r"META", "by at", "as long as the table"),
    _nobodys("score", r"S#.+", r".+", "series type survey computed_at windows history"),
    _nobodys("evaluation", r"E#.+", r"\d.+", "type survey day correlation rules changes emitted"),
    _nobodys("alert rule", r"RULES#.+", r".+", _RULE),
    _nobodys("alerts of an hour", r"AH#.+", r"\d+#.+", "alerts places expires", f"two days, {_TWO_DAYS_MORE}"),
    _nobodys("open case", r"CASES#OPEN", r"[^#]+#\d+#.+", f"{_CASE} due", "until it is closed"),
    _nobodys("figures of a case", r"CF#.+", r"\d+#.+", f"{_CASE} {_CLOSED_CASE}"),
    _nobodys("cases of an account", r"A#.+", r"CASE#.+", "case cases"),
    _nobodys("anonymous cases", r"CA#.+", r"META", "case open_cases"),
    _nobodys(
        "breaker of a destination",
        r"BREAKER#.+",
        r"META",
        "type v failures until pause probe_until is_releasing due_shard due_order",
        "until its destination is deleted",
    ),
    _nobodys("survey", r"SURVEY#.+", r"META", _SURVEY),
    _nobodys("directory", r"SURVEYS", r".+", _SURVEY),
    _nobodys("use of an API key", r"KU#.+", r"META", "last_used", "for good"),
    _nobodys("API key", r"KEYS", r".+", "name hash scopes role access created_at revoked_at expires_at", "for good"),
)

_TWO_WEEKS = "two weeks at most"
PLACES = (
    Place(
        "responses in queues",
        holds="responses with person, comment, properties and address",
        erasure="later ones are recorded without the person, since the recorder checks before and after it writes",
        retention=f"{_TWO_WEEKS}; a partial one waits ten minutes",
        resources=("ResponseQueue", "LinkQueue"),
    ),
    Place(
        "touchpoints in queues",
        holds="people with name, address and properties",
        erasure="an erased person is not invited, and nothing about them is kept",
        retention=_TWO_WEEKS,
        resources=("TouchpointQueue",),
    ),
    Place(
        "mails to be sent",
        holds="ids of people and invitations",
        erasure="a mail to an erased person is not sent",
        retention=_TWO_WEEKS,
        resources=("EmailQueue", "PlanQueue", "CampaignQueue"),
    ),
    Place(
        "SES's reports on mails",
        holds="addresses, and ids of people and invitations",
        erasure="it suppresses the address, and is not stored on an invitation of an erased person",
        retention=_TWO_WEEKS,
        resources=("FeedbackQueue",),
    ),
    Place(
        "events in queues",
        holds="ids, scores and properties of responses, never a person, a comment or an address",
        erasure="not reached; an event says that the response was erased or anonymised",
        retention=_TWO_WEEKS,
        resources=("AlertQueue", "ScoreQueue", "BackfillQueue"),
    ),
    Place(
        "deliveries and calls in a queue",
        holds="ids; of a call from outside its note on a case; the addresses of those who want to sign in",
        erasure="what is delivered is read again; a case whose person was erased takes no words",
        retention=_TWO_WEEKS,
        resources=("DeliveryQueue",),
    ),
    Place(
        "dead letters",
        holds="the content of the queue they come from",
        erasure="not reached; a redriven message is treated like one that arrives later",
        retention=_TWO_WEEKS,
        resources=(
            *("ResponseDeadLetters", "LinkDeadLetters", "TouchpointDeadLetters", "EmailDeadLetters"),
            *("PlanDeadLetters", "CampaignDeadLetters", "FeedbackDeadLetters", "AlertDeadLetters"),
            *("DeliveryDeadLetters", "ScoreDeadLetters", "BackfillDeadLetters", "UndeliveredEvents"),
            *("ParkedRecords", "UncountedRecords"),
        ),
        is_reached=False,
    ),
    Place(
        "the table's stream",
        holds="items before and after a change",
        erasure="not reached",
        retention="a day",
        is_reached=False,
    ),
    Place(
        "point-in-time recovery",
        holds="the table at any moment",
        erasure="not reached; `earshot restore` repeats the erasures made since",
        retention="35 days",
        is_reached=False,
    ),
    Place(
        "logs",
        holds="ids of requests, invitations, mails, keys and members, and counts; no comment, address or token",
        erasure="not reached",
        retention="`LogRetentionDays` (30)",
        resources=("LogGroup", "AccessLog"),
        is_reached=False,
    ),
    Place(
        "the bus and its archives",
        holds="events: ids, scores and properties of responses",
        erasure="not reached; `ResponseErased` and `ResponseRevised` name what consumers must remove",
        retention="as long as the consumers keep them",
        resources=("Bus",),
        is_reached=False,
    ),
    Place(
        "destinations of alerts",
        holds="ids, scores and properties, and person and comment where they are to have them",
        erasure="asked to delete it where they can; the reply to an erasure names them (`elsewhere`)",
        retention="as long as their owners keep them",
        is_reached=False,
    ),
    Place(
        "mailboxes",
        holds="the mails that were sent, with links that hold the ids of person and invitation",
        erasure="not reached; the links to respond no longer work",
        retention="as long as their owners keep them",
        is_reached=False,
    ),
    Place(
        "browsers",
        holds="the widget's own records, and responses not delivered yet",
        erasure="not reached; what arrives is recorded without the person",
        retention="the survey's quiet days; a response seven days",
        is_reached=False,
    ),
)


def kind_of(pk: str, sk: str, attributes: Iterable[str] = ()) -> ItemKind | None:
    """Return the kind of an item by its keys; an alias and a response have the same keys, and other attributes."""
    if "target" in attributes:
        return ALIAS
    return next((kind for kind in KINDS if kind.has(pk, sk)), None)


def not_registered(pk: str, sk: str, attributes: Iterable[str]) -> frozenset[str]:
    """Return the attributes of an item that are not in the registry: all of them if its kind is unknown."""
    named = tuple(attributes)
    kind = kind_of(pk, sk, named)
    return frozenset(named) if kind is None else kind.unknown(named)
