"""Alert rules, the alerts they raised, and how many of them reached people in an hour."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from earshot.domain.alert_rules import AlertRule
from earshot.domain.alerts import Alert


class RulesOfSurveys(Protocol):
    """The alert rules of all surveys, to evaluate them."""

    def of_survey(self, survey: str) -> list[AlertRule]:
        """List the rules that a survey has of its own, as they are now."""


class SurveyOwners(Protocol):
    """The owners of surveys, who hear of alerts by mail."""

    def has_owner(self, survey: str) -> bool:
        """Return whether a survey has an owner now."""


class AlertRules(RulesOfSurveys, Protocol):
    """The alert rules of all surveys."""

    def get(self, survey: str, rule: str) -> AlertRule | None:
        """Read a rule as it is now."""

    def put(self, rule: AlertRule, replaces: AlertRule | None) -> bool:
        """Write a rule if it still is what it `replaces` (None: if there is none); False if another was faster."""

    def delete(self, rule: AlertRule) -> bool:
        """Delete a rule if it still is this one; False if it changed since."""


class Alerts(Protocol):
    """The alerts that rules raised, each once."""

    def raise_once(self, alert: Alert) -> Alert | None:
        """Store an alert unless its rule fired on its subject before; then return the earlier one, else None."""

    def of_response(self, survey: str, response: str) -> list[Alert]:
        """List the alerts on a response."""

    def of_event(self, survey: str, event: str) -> list[Alert]:
        """List the alerts on an event about the score."""

    def get(self, survey: str, subject: str, rule: str) -> Alert | None:
        """Read the alert of a rule on a response; None if there is none."""

    def delete_of_response(self, survey: str, response: str) -> None:
        """Delete the alerts on a response that was erased."""


class Limited(NamedTuple):
    """What a limit holds for: the alerts of a rule to a destination in an hour, counted since 1970."""

    survey: str
    rule: str
    destination: str
    hour: int


class AlertLimits(Protocol):
    """How many alerts of a rule came to a destination for people in an hour."""

    def take(self, of: Limited, delivery: str) -> int:
        """Return the number of a delivery among those of the hour, and count it if it is new.

        The first 60 are known again; a later one that comes again is counted again.
        """

    def taken(self, of: Limited) -> int:
        """Return how many there are."""


class AlertPublisher(Protocol):
    """Where the publisher leaves what rules may fire on."""

    def send(self, survey: str, facts: Sequence[object]) -> None:
        """Queue the facts of a survey."""
