"""What is sent of an alert: read again at each attempt, so that nothing erased is sent, and no more than is allowed."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from earshot.domain.deliveries import HOUR, QUARTER, Delivery
from earshot.domain.destinations import COMMENT, CRM, PERSON, Destination
from earshot.domain.events import iso
from earshot.domain.message_types import OF_CATEGORIES, PARKED, SUMMARIZED, TEST, is_about_a_response
from earshot.domain.person import Person
from earshot.domain.response import Response
from earshot.domain.score import category
from earshot.ports.alerts import AlertLimits, Alerts, Limited
from earshot.ports.destinations import Message
from earshot.ports.people import People
from earshot.ports.responses import StoredResponses


class AlertMessages:
    """Makes messages of deliveries; `url` is the public address, under which links lead to what they name."""

    def __init__(
        self, *, responses: StoredResponses, alerts: Alerts, people: People, limits: AlertLimits, url: str
    ) -> None:
        self._responses, self._alerts, self._people, self._limits = responses, alerts, people, limits
        self._url = url.rstrip("/")

    def __call__(self, delivery: Delivery, destination: Destination, found: Response | None = None) -> Message | None:
        """Return the message of a delivery; None if its response is gone, or is no longer what the alert was about.

        The response is read unless it was `found` a moment ago.
        """
        if delivery.type == TEST:
            return _message(delivery, {"destination": destination.id, "text": "This is a test of Earshot."})
        if delivery.type == PARKED:
            return _message(delivery, {"destination": delivery.subject, "reason": delivery.reason})
        if delivery.type == SUMMARIZED:
            return _message(delivery, self._summary(delivery))
        if is_about_a_response(delivery.type):
            return self._of_response(delivery, destination, found)
        alert = self._alerts.get(delivery.survey, delivery.subject, delivery.rule)
        return None if alert is None or alert.data is None else _message(delivery, _about(delivery) | dict(alert.data))

    def _of_response(self, delivery: Delivery, destination: Destination, found: Response | None) -> Message | None:
        # Once its response is erased a delivery names none.
        response = (found or self._responses.find(delivery.survey, delivery.subject)) if delivery.subject else None
        if response is None or not response.counts or response.kind.is_anonymized:
            return None
        if delivery.type in OF_CATEGORIES.values() and delivery.type != OF_CATEGORIES[category(response.score or 0)]:
            return None
        links = self._links(response, delivery.case)
        data = _about(delivery) | {"case": delivery.case} | _response_data(response) | {"links": links}
        if PERSON in destination.include:
            data["person"] = self._person(response, destination)
        if COMMENT in destination.include:
            data |= {"comment": response.statement.comment, "comment_score": response.statement.comment_score}
        return replace(_message(delivery, data), is_newest=response.superseded_on is None)

    def _person(self, response: Response, destination: Destination) -> Mapping[str, Any] | None:
        """Describe the person by what may be used to contact them; the CRM of the deployment knows them by their id."""
        if response.person is None:
            return None
        found: dict[str, Any] = {"id": response.person}
        person = None if destination.id == CRM else self._people.get(response.person, asked=False)
        return found | {"name": person.name, "email": person.email} if isinstance(person, Person) else found

    def _links(self, response: Response, case: str | None) -> dict[str, str]:
        links = {"response": f"{self._url}/v1/surveys/{response.survey}/responses/{response.id}"}
        return links if case is None else links | {"case": f"{self._url}/v1/cases/{case}"}

    def _summary(self, delivery: Delivery) -> dict[str, Any]:
        """Return how many alerts of a rule there were in the hour, of which people got the first ones only."""
        hour = delivery.alerted_at // HOUR
        count = self._limits.taken(Limited(delivery.survey, delivery.rule, delivery.destination, hour))
        since, until = delivery.alerted_at, delivery.alerted_at + QUARTER
        link = f"{self._url}/v1/deliveries?destination={delivery.destination}&state=muted"
        about = {"rule": delivery.rule, "survey": delivery.survey}
        return about | {"from": iso(since), "to": iso(until), "count": count, "links": {"deliveries": link}}


def _about(delivery: Delivery) -> dict[str, Any]:
    return {"alert": delivery.alert, "rule": delivery.rule, "survey": delivery.survey}


def _response_data(response: Response) -> dict[str, Any]:
    score = response.score if response.score is not None else 0
    return {
        "response": response.id,
        "revision": response.revision,
        "score": score,
        "category": category(score),
        "responded_at": iso(response.responded_at),
        "channel": response.statement.channel,
        "properties": dict(response.statement.properties),
        "contact_requested": response.statement.contact_requested,
    }


def _message(delivery: Delivery, data: Mapping[str, Any]) -> Message:
    return Message(delivery.id, delivery.type, iso(delivery.alerted_at), data, delivery.correlation)
