"""Alert rules: what about a response, or about the score, somebody wants to hear of, and where.

A rule is data of a survey. It fires at most once per response, at the first revision that matches, and only for
responses received since the rule was made, or corrected since in what the rule looks at.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from earshot.domain.access import Role
from earshot.domain.comment_words import contains_word
from earshot.domain.destinations import OWNER
from earshot.domain.response import Response
from earshot.domain.score import category

# The rule of a survey that has none of its own.
DEFAULT = "default"
MOST_RULES, MOST_DESTINATIONS, MOST_WORDS = 50, 20, 50
# How many alerts of a rule reach people in an hour; those beyond it come as one summary.
MOST_PER_HOUR, LARGEST_PER_HOUR = 60, 10_000
# A response that was given longer ago than this when it arrived is history (milliseconds).
OLDEST = 7 * 86_400_000


class When(Enum):
    """The condition of a rule, in the word of the API."""

    DETRACTOR = "detractor"
    PASSIVE = "passive"
    PROMOTER = "promoter"
    SCORE = "score"
    COMMENT = "comment"
    CONTACT_REQUESTED = "contact_requested"
    SCORE_CHANGED = "score_changed"
    TARGET_REACHED = "target_reached"
    TARGET_MISSED = "target_missed"

    @property
    def is_of_the_score(self) -> bool:
        """Return whether the condition is about a survey's score, not about one response."""
        return self in _OF_THE_SCORE

    @property
    def is_category(self) -> bool:
        """Return whether the condition is a category of responses."""
        return self in _CATEGORIES


_OF_THE_SCORE = frozenset({When.SCORE_CHANGED, When.TARGET_REACHED, When.TARGET_MISSED})
_CATEGORIES = frozenset({When.DETRACTOR, When.PASSIVE, When.PROMOTER})
# The events that a rule on the score fires on.
SCORE_EVENTS: Mapping[str, When] = {
    "ScoreChanged": When.SCORE_CHANGED,
    "TargetReached": When.TARGET_REACHED,
    "TargetMissed": When.TARGET_MISSED,
}


class CaseBy(Enum):
    """Whose case a rule opens: one of the person, or one of their account."""

    PERSON = "person"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True)
class Where:
    """Further conditions: properties that have one of some values, and whether the account is a key account.

    Properties of an unsigned public response never make a key account: anybody could claim it.
    """

    properties: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    key_account: bool | None = None

    def holds(self, properties: Mapping[str, str], *, is_key_account: bool) -> bool:
        """Return whether a response with these properties, of such an account or not, meets the conditions."""
        if self.key_account is not None and self.key_account != is_key_account:
            return False
        return all(properties.get(name) in values for name, values in self.properties.items())


@dataclass(frozen=True, slots=True)
class AlertRule:
    """An alert rule as kept; `made_at` and `muted_until` are Unix milliseconds.

    `at_most` is the greatest score of a rule on scores, `words` those of a rule on comments. `destinations` are ids,
    or `owner`. The member who is its `owner`, or the members of its `role` in turn, own the cases that it opens, unless
    the person or the account names somebody. While it is muted alerts are kept and reach nobody, also not later; cases
    open all the same.
    """

    id: str
    survey: str
    when: When
    destinations: tuple[str, ...] = ()
    name: str | None = None
    at_most: int | None = None
    words: tuple[str, ...] = ()
    where: Where = Where()
    opens_case: bool = False
    case_by: CaseBy = CaseBy.PERSON
    owner: str | None = None
    role: Role | None = None
    muted_until: int | None = None
    most_per_hour: int = MOST_PER_HOUR
    made_at: int = 0
    revision: int = 1

    @property
    def names_an_owner(self) -> bool:
        """Return whether it says itself who owns the cases that it opens."""
        return self.opens_case and (self.owner is not None or self.role is not None)

    def is_muted(self, now: int) -> bool:
        """Return whether its alerts reach nobody at a moment."""
        return self.muted_until is not None and now < self.muted_until

    def may_match(self, score: int | None) -> bool:
        """Return whether it may match a response with this score, as far as the score alone tells."""
        if score is None or self.when.is_of_the_score:
            return False
        if self.when.is_category:
            return category(score) == self.when.value
        return self.at_most is None or score <= self.at_most

    def matches(self, response: Response, *, is_key_account: bool = False) -> bool:
        """Return whether a response, as it is now, is one to raise an alert on."""
        statement = response.statement
        if not response.counts or response.kind.is_anonymized or not self.may_match(response.score):
            return False
        heard_at = self._heard_at(response)
        if heard_at is None or heard_at < self.made_at:
            return False
        if self.when is When.COMMENT and not contains_word(statement.comment or "", self.words):
            return False
        if self.when is When.CONTACT_REQUESTED and not statement.contact_requested:
            return False
        return self.where.holds(statement.properties, is_key_account=is_key_account)

    def _heard_at(self, response: Response) -> int | None:
        """Return when something that it looks at was last new (Unix milliseconds); None if it never was."""
        history = response.history
        if not response.kind.is_correction or not history.corrections:
            return None if is_history(response) else response.statement.received_at
        known = [each.corrected_at for each in history.corrections if self._looks_at.intersection(each.changed)]
        if history.published_at is not None and response.responded_at >= history.published_at - OLDEST:
            known.append(history.published_at)
        return max(known, default=None)

    @property
    def _looks_at(self) -> frozenset[str]:
        """Return the fields of a response that it looks at, by their names in a history."""
        has_score = self.when.is_category or self.at_most is not None
        found = {"score": has_score, "properties": bool(self.where.properties)}
        found |= {"comment": self.when is When.COMMENT, "contact_requested": self.when is When.CONTACT_REQUESTED}
        return frozenset(name for name, is_looked_at in found.items() if is_looked_at)

    def hears(self, detail_type: str) -> bool:
        """Return whether it fires on an event about the score."""
        return SCORE_EVENTS.get(detail_type) is self.when


def is_history(response: Response) -> bool:
    """Return whether a response was given so long before it arrived that nobody can act on it.

    A correction is none, as far as a rule looks at what it changed.
    """
    statement = response.statement
    return not response.kind.is_correction and response.responded_at < statement.received_at - OLDEST


def default_rule(survey: str) -> AlertRule:
    """Return the rule of a survey that has none of its own: each detractor is a case, and its owner hears of it."""
    return AlertRule(DEFAULT, survey, When.DETRACTOR, (OWNER,), opens_case=True)


def effective_rules(survey: str, stored: Iterable[AlertRule]) -> list[AlertRule]:
    """Return the rules that hold for a survey: those it has, or the default one."""
    return list(stored) or [default_rule(survey)]


def check_rule(rule: AlertRule) -> dict[str, Any]:
    """Return what is wrong with a rule by field, in words; empty if nothing is."""
    faults: dict[str, Any] = {}
    if rule.when is When.SCORE and rule.at_most is None:
        faults["at_most"] = "a rule on scores needs the greatest score that it fires on, 0 to 10"
    if rule.when.is_category and rule.at_most is not None:
        faults["at_most"] = f'{rule.when.value} says which scores are meant; use "when": "score" for others'
    if rule.when is When.COMMENT and not rule.words:
        faults["words"] = 'a rule on comments needs words, such as ["refund", "cancel*"]'
    if rule.when is not When.COMMENT and rule.words:
        faults["words"] = 'words belong to "when": "comment"'
    if rule.when.is_of_the_score:
        faults |= _faults_of_a_rule_on_the_score(rule)
    faults |= {
        name: f'it says who owns the cases of a rule with "case": true; set that, or leave {name} out'
        for name, given in (("owner", rule.owner), ("role", rule.role))
        if given is not None and not rule.opens_case
    }
    if not rule.destinations and not rule.opens_case:
        faults["destinations"] = 'a rule needs a destination, such as "owner", or "case": true'
    return faults


def _faults_of_a_rule_on_the_score(rule: AlertRule) -> dict[str, str]:
    faults: dict[str, str] = {}
    if rule.at_most is not None:
        faults["at_most"] = "a rule on the survey's score has no greatest score of a response"
    if rule.where != Where():
        faults["where"] = "a rule on the survey's score has no conditions on responses"
    if rule.opens_case:
        faults["case"] = "a case is of a person or an account, and the survey's score is of neither"
    return faults
