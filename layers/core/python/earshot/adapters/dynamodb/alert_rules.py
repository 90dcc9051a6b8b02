"""Alert rules in DynamoDB, in one partition a survey, and whether a survey has an owner who hears of them."""

from typing import Any

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.table import ABSENT, Item, Query, TableAdapter, delete, put
from earshot.domain.access import Role
from earshot.domain.alert_rules import AlertRule, CaseBy, When, Where


class DynamoDBAlertRules(TableAdapter):
    """The `AlertRules` port over the table."""

    def of_survey(self, survey: str) -> list[AlertRule]:
        """List the rules that a survey has of its own, as they are now."""
        items = self._table.query(Query(partition=table_keys.alert_rules(survey), consistent=True))
        return [read_alert_rule(item) for item in items]

    def get(self, survey: str, rule: str) -> AlertRule | None:
        """Read a rule as it is now."""
        item = self._table.get(table_keys.alert_rule_key(survey, rule))
        return read_alert_rule(item) if item else None

    def put(self, rule: AlertRule, replaces: AlertRule | None) -> bool:
        """Write a rule if it still is what it `replaces`; False if another writer was faster."""
        item = alert_rule_item(rule)
        if replaces is None:
            return self._table.write(put(item, ABSENT))
        return self._table.write(put(item, "v = :old", old=replaces.revision))

    def delete(self, rule: AlertRule) -> bool:
        """Delete a rule if it still is this one; False if it changed since."""
        return self._table.write(delete(table_keys.alert_rule_key(rule.survey, rule.id), "v = :old", old=rule.revision))


class DynamoDBSurveyOwners(TableAdapter):
    """The `SurveyOwners` port over the table: one attribute, without all else that a survey is made of."""

    def has_owner(self, survey: str) -> bool:
        """Return whether a survey has an owner now."""
        return "owner" in (self._table.get(table_keys.survey_key(survey), "#owner") or {})


def alert_rule_item(rule: AlertRule) -> dict[str, Any]:
    """Write a rule; what it lacks takes no room."""
    return {
        **table_keys.alert_rule_key(rule.survey, rule.id),
        "type": "alert-rule",
        "survey": rule.survey,
        "v": rule.revision,
        "name": rule.name,
        "when": rule.when.value,
        "destinations": list(rule.destinations),
        "at_most": rule.at_most,
        "words": list(rule.words) or None,
        "properties": {name: list(values) for name, values in rule.where.properties.items()} or None,
        "key_account": rule.where.key_account,
        "case": rule.opens_case or None,
        "case_by": rule.case_by.value,
        "owner": rule.owner,
        "role": rule.role and rule.role.value,
        "muted_until": rule.muted_until,
        "most_per_hour": rule.most_per_hour,
        "made_at": rule.made_at,
    }


def read_alert_rule(item: Item) -> AlertRule:
    """Read a rule back; KeyError, TypeError or ValueError if the item is none."""
    properties = {name: tuple(values) for name, values in item.get("properties", {}).items()}
    return AlertRule(
        id=item["sk"],
        survey=item["survey"],
        when=When(item["when"]),
        destinations=tuple(item["destinations"]),
        name=item.get("name"),
        at_most=item.get("at_most"),
        words=tuple(item.get("words", ())),
        where=Where(properties, item.get("key_account")),
        opens_case=item.get("case", False),
        case_by=CaseBy(item["case_by"]),
        owner=item.get("owner"),
        role=Role(item["role"]) if "role" in item else None,
        muted_until=item.get("muted_until"),
        most_per_hour=item["most_per_hour"],
        made_at=item["made_at"],
        revision=item["v"],
    )
