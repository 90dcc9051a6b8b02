"""Alerts: a rule that fired on a response, or on a day's score, once; and the deliveries that follow from it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from earshot.domain.alert_rules import MOST_PER_HOUR, SCORE_EVENTS, AlertRule
from earshot.domain.deliveries import Delivery, response_key
from earshot.domain.destinations import BY_RESPONSE
from earshot.domain.events import Event
from earshot.domain.keyed_hash import deletion_id
from earshot.domain.message_types import DELETION, MATCHED, OF_CATEGORIES, OF_THE_SCORE
from earshot.domain.response import IDENTIFIED, INCLUDED, RECORDED, REVISED

# Events of responses that count; those of others match no rule.
RESPONSE_FACTS = frozenset({RECORDED, REVISED, INCLUDED, IDENTIFIED})
_NAMESPACE = UUID("3d9e2a57-80f4-5a5e-9c61-1f0f5d8d2b13")


class AlertState(Enum):
    """What became of an alert, in the word that is stored and shown."""

    SENT = "sent"
    MUTED = "muted"


@dataclass(frozen=True, slots=True)
class ResponseFact:
    """What the publisher says of a change of a response: ids, numbers and words of the contract, nothing of a person.

    `event` is the id of its event on the bus, `detractor_event` that of its DetractorIdentified, if there is one.
    `score` is None once it counts no more, and `revision` the one that the event is of.
    """

    response: str
    revision: int
    event: str
    detail_type: str
    score: int | None = None
    previous: str | None = None
    detractor_event: str | None = None
    replayed: bool = False
    correlation: str = ""

    def to_json(self) -> dict[str, Any]:
        """Write the fact as it travels; what it lacks takes no room."""
        found: dict[str, Any] = {
            "response": self.response,
            "revision": self.revision,
            "event": self.event,
            "detail_type": self.detail_type,
            "score": self.score,
            "previous": self.previous,
            "detractor_event": self.detractor_event,
            "replayed": self.replayed,
            "correlation": self.correlation,
        }
        # A score of 0 is one: it is equal to False, and no less than others.
        return {
            name: value for name, value in found.items() if value is not None and value is not False and value != ""
        }


class RespondedAgain(NamedTuple):
    """A response whose person has responded again since, or changed its score; it does not leave the publisher."""

    survey: str
    response: str
    person: str


@dataclass(frozen=True, slots=True)
class ScoreFact:
    """What the publisher says of a score: the event that it published, as `data` of its contract."""

    event: str
    detail_type: str
    data: Mapping[str, Any]
    time: str
    correlation: str = ""

    def to_json(self) -> dict[str, Any]:
        """Write the fact as it travels."""
        return {
            "event": self.event,
            "detail_type": self.detail_type,
            "data": self.data,
            "time": self.time,
            "correlation": self.correlation,
        }


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert as kept: its rule, and the response or the event about the score that it fired on.

    `raised_at` is in Unix milliseconds, `revision` the response's when it fired. `destinations` are those of the rule
    then, and `sends` the dotted type of what they are sent. `subject` is the response's id, or that of the event about
    the score, whose `data` is then kept.
    """

    survey: str
    rule: str
    subject: str
    raised_at: int
    destinations: tuple[str, ...] = ()
    state: AlertState = AlertState.SENT
    revision: int = 0
    event: str = ""
    data: Mapping[str, Any] | None = None
    detail_type: str = ""
    case: str | None = None
    most_per_hour: int = MOST_PER_HOUR
    correlation: str = ""
    sends: str = ""

    @property
    def id(self) -> str:
        """Return the id of the alert: the same rule and subject, the same id."""
        return alert_id(self.survey, self.rule, self.subject)

    @property
    def is_of_the_score(self) -> bool:
        """Return whether it is about a survey's score, not about one response."""
        return self.data is not None


Fact = ResponseFact | ScoreFact


def facts_of(events: Iterable[Event]) -> dict[str, list[Fact]]:
    """Return what alert rules may fire on of some events, by survey: what counts of responses, and what of scores.

    A DetractorIdentified is part of the fact that its response was recorded or revised; it comes alone if it is
    published again.
    """
    found: dict[str, dict[tuple[str, int], Fact]] = {}
    for event in events:
        fact = _response_fact(event) if event.detail_type in RESPONSE_FACTS else _score_fact(event)
        if fact is None:
            continue
        facts = found.setdefault(event.detail["data"]["survey"], {})
        if isinstance(fact, ScoreFact):
            facts[fact.event, 0] = fact
            continue
        place = (fact.response, fact.revision)
        known = facts.get(place)
        facts[place] = replace(known, detractor_event=fact.detractor_event) if isinstance(known, ResponseFact) else fact
    return {survey: list(facts.values()) for survey, facts in found.items()}


def _response_fact(event: Event) -> ResponseFact | None:
    metadata, data = event.detail["metadata"], event.detail["data"]
    if data.get("score") is None:
        return None
    return ResponseFact(
        response=data["response"],
        revision=data["revision"],
        event=event.id,
        detail_type=event.detail_type,
        score=data["score"],
        previous=data.get("previous", {}).get("category"),
        detractor_event=event.id if event.detail_type == IDENTIFIED else None,
        replayed=metadata.get("replayed", False),
        correlation=metadata["correlation_id"],
    )


def _score_fact(event: Event) -> ScoreFact | None:
    if event.detail_type not in SCORE_EVENTS:
        return None
    metadata, data = event.detail["metadata"], event.detail["data"]
    return ScoreFact(event.id, event.detail_type, data, metadata["time"], metadata["correlation_id"])


def alert_id(survey: str, rule: str, subject: str) -> str:
    """Return the id of the alert of a rule on a response, or on an event about the score."""
    return str(uuid5(_NAMESPACE, f"{survey}/{rule}/{subject}"))


def delivery_id(alert: str, destination: str, part: str = "") -> str:
    """Return the id of the delivery of an alert to a destination; `part` distinguishes further ones, as of a revision.

    It is the idempotency key of all its attempts, and what vendors keep it under.
    """
    return str(uuid5(_NAMESPACE, f"{alert}/{destination}/{part}"))


@dataclass(frozen=True, slots=True)
class ErasureOfPerson:
    """Whose deletions are named so that nobody finds their responses by them: when it began, and the key for hashes.

    `erased_at` is in Unix milliseconds, and the same in each repeat.
    """

    erased_at: int
    key: bytes


def deletion_of(delivery: Delivery, response: str, now: int, person: ErasureOfPerson | None = None) -> Delivery:
    """Return the deletion of what a delivery of an erased response wrote, or may have written.

    It holds its destination, what is found there, and nothing of the person. It leads to a response only where no
    `person` leads to it, or as long as nothing else leads to what may be there. The planner finds it once it is due: at
    once, or when an attempt of unknown outcome is surely over. Where no id says what was written, or not of each
    attempt, it is looked for since `uncertain_since`.
    """
    found_by = response_key(delivery.survey, response) if delivery.erased_by == BY_RESPONSE else delivery.id
    is_known = delivery.vendor_id is not None and not delivery.is_uncertain
    plain = delivery_id(delivery.id, delivery.destination, "deletion")
    return Delivery(
        id=plain if person is None else deletion_id(delivery.id, person.key),
        destination=delivery.destination,
        alert="",
        rule="",
        survey="",
        subject="" if person and is_known else found_by,
        type=DELETION,
        alerted_at=delivery.alerted_at if person is None else person.erased_at,
        vendor_id=delivery.vendor_id,
        uncertain_since=None if is_known else (delivery.uncertain_since or delivery.alerted_at),
        version=1,
    ).put_off_until(delivery.settled_at(now))


def raised_on(rule: AlertRule, fact: ResponseFact, now: int) -> Alert:
    """Return the alert of a rule on a response."""
    return Alert(
        survey=rule.survey,
        rule=rule.id,
        subject=fact.response,
        raised_at=now,
        destinations=rule.destinations,
        state=AlertState.MUTED if rule.is_muted(now) else AlertState.SENT,
        revision=fact.revision,
        event=fact.event,
        detail_type=fact.detail_type,
        most_per_hour=rule.most_per_hour,
        correlation=fact.correlation,
        sends=OF_CATEGORIES.get(rule.when.value, MATCHED),
    )


def raised_on_the_score(rule: AlertRule, fact: ScoreFact, now: int) -> Alert:
    """Return the alert of a rule on an event about the survey's score."""
    return Alert(
        survey=rule.survey,
        rule=rule.id,
        subject=fact.event,
        raised_at=now,
        destinations=rule.destinations,
        state=AlertState.MUTED if rule.is_muted(now) else AlertState.SENT,
        event=fact.event,
        data=fact.data,
        detail_type=fact.detail_type,
        most_per_hour=rule.most_per_hour,
        correlation=fact.correlation,
        sends=OF_THE_SCORE[fact.detail_type],
    )


def matching(rules: Iterable[AlertRule], fact: ResponseFact) -> list[AlertRule]:
    """Return the rules that a response may match, as far as its score tells: only then it must be read.

    Those that name an owner come first: the first rule that matches opens the case, and others join it.
    """
    found = [rule for rule in rules if rule.may_match(fact.score)]
    return sorted(found, key=lambda rule: not rule.names_an_owner)


@dataclass(frozen=True, slots=True)
class AlertTask:
    """What one message asks for: what was published of a survey's responses and of its score.

    `again` are the ids of responses whose persons have responded again since, or changed their score.
    """

    survey: str
    responses: Sequence[ResponseFact] = ()
    scores: Sequence[ScoreFact] = ()
    again: Sequence[str] = ()

    @property
    def facts(self) -> list[Fact]:
        """Return all that was published."""
        return [*self.responses, *self.scores]

    def to_json(self) -> dict[str, Any]:
        """Write the task as it travels."""
        found = {
            "responses": [fact.to_json() for fact in self.responses],
            "scores": [fact.to_json() for fact in self.scores],
            "again": list(self.again),
        }
        return {"survey": self.survey, **{name: facts for name, facts in found.items() if facts}}

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> "AlertTask":
        """Read a task; KeyError, TypeError or ValueError if it is none."""
        responses = [ResponseFact(**fact) for fact in body.get("responses", ())]
        scores = [ScoreFact(**fact) for fact in body.get("scores", ())]
        again = [str(response) for response in body.get("again", ())]
        if not isinstance(body["survey"], str):
            raise TypeError("the task has no survey")
        return cls(body["survey"], responses, scores, again)


def tasks_of(events: Iterable[Event]) -> list[AlertTask]:
    """Return what some events ask to be evaluated, one task a survey."""
    return [
        AlertTask(
            survey,
            [fact for fact in facts if isinstance(fact, ResponseFact)],
            [fact for fact in facts if isinstance(fact, ScoreFact)],
        )
        for survey, facts in facts_of(events).items()
    ]
