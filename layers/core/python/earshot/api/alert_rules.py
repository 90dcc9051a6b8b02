"""Alert rules as they are sent, checked field by field, and as they are shown."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from earshot.api.case_settings import MEMBER, ROLE
from earshot.api.schema import (
    BOOLEAN,
    NO_SUCH_FIELD,
    Checked,
    Context,
    Field,
    Integer,
    Line,
    ListOf,
    NoOthers,
    Nullable,
    Object,
    OneOf,
    Optional,
    Required,
    Schema,
    Text,
)
from earshot.domain.alert_rules import (
    LARGEST_PER_HOUR,
    MOST_DESTINATIONS,
    MOST_WORDS,
    AlertRule,
    CaseBy,
    When,
    Where,
)
from earshot.domain.comment_words import ANY_ENDING, folded
from earshot.domain.events import iso
from earshot.domain.iso_time import instant
from earshot.domain.names import NAME, is_name
from earshot.domain.statement import LONGEST_PROPERTY_NAME, LONGEST_PROPERTY_VALUE, MOST_PROPERTIES
from earshot.domain.unicode_text import normal

if TYPE_CHECKING:
    from typing import Annotated, TypedDict

    from earshot.api.json_types import Count, Positive, ScoreValue, Time, words
    from earshot.domain.access import Role
    from earshot.services.alerts.manage_alert_rules import Tried

    class _WhereView(TypedDict):
        properties: dict[str, list[str]]
        key_account: bool | None

    class AlertRuleView(TypedDict):
        """An alert rule of a survey."""

        id: str
        survey: str
        revision: Positive
        name: str | None
        when: Annotated[str, words(*(when.value for when in When))]
        at_most: ScoreValue | None
        words: list[str]
        where: _WhereView
        destinations: list[str]
        case: bool
        case_by: Annotated[str, words(*(by.value for by in CaseBy))]
        owner: Annotated[str | None, "The member who owns the cases that it opens."]
        role: Annotated[str | None, words(*(role.value for role in Role), None), "The role whose members take turns."]
        muted_until: Time | None
        most_per_hour: Annotated[Positive, "How many alerts reach people in an hour; those beyond come as a summary."]

    class AlertRuleList(TypedDict):
        """The alert rules that hold for a survey; one without rules of its own has the default one."""

        alert_rules: list[AlertRuleView]
        cursor: str | None

    class _Example(TypedDict):
        response: str
        score: ScoreValue
        responded_at: Time

    class TriedRule(TypedDict):
        """What a rule would have fired on in the last 90 days."""

        days: Count
        looked_at: Count
        complete: Annotated[bool, "Whether all responses of these days were looked at."]
        matched: Count
        examples: list[_Example]


LONGEST_WORD = 100
# The revision that a change rests on is a number of any size that a client reads back exactly.
LATEST_REVISION = 2**53 - 1


class _PropertyValues(Field):
    """Properties with some values each."""

    __slots__ = ()

    def check(self, value: Any) -> dict[str, tuple[str, ...]]:
        """Return the values by the property's name, in their one spelling."""
        if not isinstance(value, dict) or len(value) > MOST_PROPERTIES:
            raise ValueError(f'it must be an object of up to {MOST_PROPERTIES} properties, like {{"plan": ["pro"]}}')
        found = {normal(_NAME.check(name)): _VALUES.check(values) for name, values in value.items()}
        if len(found) < len(value):
            raise ValueError("a property is named twice, in two spellings of the same characters")
        return found

    def schema(self) -> Schema:
        """Return an object of arrays."""
        return {
            "type": "object",
            "additionalProperties": _VALUES.schema(),
            "maxProperties": MOST_PROPERTIES,
        }


def read_alert_rule(body: Mapping[str, Any], *, partial: bool = False) -> dict[str, Any]:
    """Read the fields of an alert rule by the names of `AlertRule`; with `partial` only those that are given."""
    given = (CHANGE if partial else ALERT_RULE).read(body, Context(partial=partial))
    return {_NAMES.get(name, name): value for name, value in given.items()}


def alert_rule_view(rule: AlertRule) -> "AlertRuleView":
    """Show an alert rule."""
    return {
        "id": rule.id,
        "survey": rule.survey,
        "revision": rule.revision,
        "name": rule.name,
        "when": rule.when.value,
        "at_most": rule.at_most,
        "words": list(rule.words),
        "where": {
            "properties": {name: list(values) for name, values in rule.where.properties.items()},
            "key_account": rule.where.key_account,
        },
        "destinations": list(rule.destinations),
        "case": rule.opens_case,
        "case_by": rule.case_by.value,
        "owner": rule.owner,
        "role": rule.role and rule.role.value,
        "muted_until": None if rule.muted_until is None else iso(rule.muted_until),
        "most_per_hour": rule.most_per_hour,
    }


def tried_view(tried: "Tried") -> "TriedRule":
    """Show what a rule would have fired on."""
    return {
        "days": tried.days,
        "looked_at": tried.looked_at,
        "complete": tried.is_complete,
        "matched": tried.matched,
        "examples": [
            {"response": each.id, "score": each.score or 0, "responded_at": iso(each.responded_at)}
            for each in tried.examples
        ],
    }


def _read_time(text: Any) -> int:
    try:
        return instant(_TIME.check(text), ZoneInfo("UTC"))
    except (ValueError, OverflowError) as exc:
        raise ValueError("it is neither a day like 2027-08-02 nor a time like 2027-08-02T10:00:00Z") from exc


def _read_name(text: str) -> str:
    if not is_name(text):
        raise ValueError("it is not the id of a destination: lower-case letters, digits and hyphens")
    return text


def _read_word(text: str) -> str:
    if not folded(text.removesuffix(ANY_ENDING)):
        raise ValueError("it has no letter to look for")
    return text


_NAME, _TIME = Text(LONGEST_PROPERTY_NAME, blank=False), Text(64, blank=False)
_VALUES = ListOf(Text(LONGEST_PROPERTY_VALUE, blank=False).then(normal), 50, least=1)
TIME = Checked(
    _read_time, type="string", format="day-or-time", description="A day or a time, in UTC unless it has an offset."
)
DESTINATION_ID = Text(63).then(_read_name, pattern=f"^{NAME}$")
WHERE = Object(
    Optional("properties", _PropertyValues(), default={}),
    Optional("key_account", Nullable(BOOLEAN), default=None),
    NoOthers(NO_SUCH_FIELD),
    make=lambda given: Where(**given),
)
# The names of fields that are others in the code.
_NAMES = {"case": "opens_case"}
_FIELDS = (
    Optional("name", Nullable(Line(100))),
    Optional("at_most", Nullable(Integer(0, 10))),
    Optional("words", ListOf(Text(LONGEST_WORD, blank=False).then(_read_word), MOST_WORDS)),
    Optional("where", WHERE),
    Optional("destinations", ListOf(DESTINATION_ID, MOST_DESTINATIONS)),
    Optional("case", BOOLEAN),
    Optional("case_by", OneOf(*(by.value for by in CaseBy)).then(CaseBy)),
    Optional("owner", MEMBER),
    Optional("role", ROLE),
    Optional("muted_until", Nullable(TIME)),
    Optional("most_per_hour", Integer(1, LARGEST_PER_HOUR)),
    NoOthers(NO_SUCH_FIELD),
)
_WHEN = OneOf(*(when.value for when in When)).then(When)
ALERT_RULE = Object(Required("when", _WHEN), *_FIELDS, name="AlertRuleDraft")
REVISION = Optional("revision", Integer(1, LATEST_REVISION))
CHANGE = Object(Optional("when", _WHEN), REVISION, *_FIELDS, name="AlertRuleChange")
