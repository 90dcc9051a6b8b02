"""Alerts in DynamoDB: those on a response in one partition; and how many of a rule reached people in an hour."""

import json
from typing import Any

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.table import ABSENT, Item, Key, Query, TableAdapter, delete, key_of, put, update
from earshot.domain.alert_rules import MOST_PER_HOUR
from earshot.domain.alerts import Alert, AlertState
from earshot.ports.alerts import Limited

HOUR_SECONDS, KEPT_SECONDS = 3_600, 2 * 86_400
# By so many characters of its id a delivery is known again: with 60 of them an item stays below 1 KB, one write unit.
PLACE = 8


class DynamoDBAlerts(TableAdapter):
    """The `Alerts` port over the table."""

    def raise_once(self, alert: Alert) -> Alert | None:
        """Store an alert unless its rule fired on its subject before; then return the earlier one, else None."""
        item = alert_item(alert)
        if self._table.write(put(item, ABSENT)):
            return None
        found = self._table.get(key_of(item))
        return read_alert(found) if found else None

    def of_response(self, survey: str, response: str) -> list[Alert]:
        """List the alerts on a response."""
        items = self._table.query(Query(partition=table_keys.alerts(survey, response), consistent=True))
        return [read_alert(item) for item in items]

    def of_event(self, survey: str, event: str) -> list[Alert]:
        """List the alerts on an event about the score."""
        first = table_keys.score_alert_key(survey, event, "")
        items = self._table.query(Query(partition=first["pk"], prefix=first["sk"], consistent=True))
        return [read_alert(item) for item in items]

    def get(self, survey: str, subject: str, rule: str) -> Alert | None:
        """Read the alert of a rule on an event about the score, or on a response; None if there is none."""
        keys = (table_keys.score_alert_key(survey, subject, rule), table_keys.alert_key(survey, subject, rule))
        found = list(self._table.get_many(keys))
        return read_alert(found[0]) if found else None

    def delete_of_response(self, survey: str, response: str) -> None:
        """Delete the alerts on a response that was erased."""
        for item in self._table.query(Query(partition=table_keys.alerts(survey, response), consistent=True)):
            self._table.write(delete(key_of(item)))


class DynamoDBAlertLimits(TableAdapter):
    """The `AlertLimits` port over the table."""

    def take(self, of: Limited, delivery: str) -> int:
        """Return the number of a delivery among those of the hour, and count it if it is new."""
        key, place = table_keys.alert_limit_key(*of), delivery[:PLACE]
        expires = of.hour * HOUR_SECONDS + KEPT_SECONDS
        change = update(
            key,
            "SET expires = :expires, places = list_append(if_not_exists(places, :none), :places) ADD alerts :one",
            "attribute_not_exists(places) OR (NOT contains(places, :place) AND size(places) < :most)",
            expires=expires,
            none=[],
            places=[place],
            one=1,
            place=place,
            most=MOST_PER_HOUR,
        )
        counted = self._table.written(change)
        if counted is None:
            places = (self._table.get(key) or {}).get("places", [])
            if place in places:
                return int(places.index(place)) + 1
            counted = self._table.written(update(key, "ADD alerts :one", one=1))
        return int(counted["alerts"]) if counted else 0

    def taken(self, of: Limited) -> int:
        """Return how many there are."""
        item = self._table.get(table_keys.alert_limit_key(*of))
        return int(item["alerts"]) if item else 0


def alert_item(alert: Alert) -> dict[str, Any]:
    """Write an alert; what it lacks takes no room."""
    return {
        **_key(alert),
        "type": "alert",
        "survey": alert.survey,
        "subject": alert.subject,
        "rule": alert.rule,
        "raised_at": alert.raised_at,
        "state": alert.state.value,
        "destinations": list(alert.destinations),
        "revision": alert.revision or None,
        "event": alert.event,
        "detail_type": alert.detail_type,
        "data": None if alert.data is None else json.dumps(alert.data, ensure_ascii=False, separators=(",", ":")),
        "case": alert.case,
        "most_per_hour": alert.most_per_hour,
        "correlation": alert.correlation or None,
        "sends": alert.sends,
    }


def read_alert(item: Item) -> Alert:
    """Read an alert back; KeyError, TypeError or ValueError if the item is none."""
    return Alert(
        survey=item["survey"],
        rule=item["rule"],
        subject=item["subject"],
        raised_at=item["raised_at"],
        destinations=tuple(item["destinations"]),
        state=AlertState(item["state"]),
        revision=item.get("revision", 0),
        event=item["event"],
        data=json.loads(item["data"]) if "data" in item else None,
        detail_type=item["detail_type"],
        case=item.get("case"),
        most_per_hour=item["most_per_hour"],
        correlation=item.get("correlation", ""),
        sends=item["sends"],
    )


def _key(alert: Alert) -> Key:
    if alert.is_of_the_score:
        return table_keys.score_alert_key(alert.survey, alert.subject, alert.rule)
    return table_keys.alert_key(alert.survey, alert.subject, alert.rule)
