"""What schemathesis has to know of Earshot beyond the description: good values, and rules that no schema can state.

It is loaded by schemathesis itself (SCHEMATHESIS_HOOKS), which tests/e2e/test_described_api.py and `make fuzz` start.
"""

import os
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import schemathesis
from hypothesis import strategies as st

from earshot_cli.local.delivered_path import delivered_path
from tests.described import is_of_the_gateway

TODAY = datetime.now(UTC).date()
# The own key must not be revoked: nothing after it would be let in.
OWN_KEY = os.environ.get("EARSHOT_API_KEY", "earshot__").split("_")[1]

_days = st.dates(TODAY - timedelta(400), TODAY).map(str)
_names = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=12)
FORMATS = {
    "date": _days,
    "day-or-time": st.one_of(_days, _days.map(lambda day: f"{day}T00:00:00+02:00")),
    "later-day-or-time": st.dates(TODAY + timedelta(2), TODAY + timedelta(4000)).map(str),
    "email": _names.map(lambda name: f"{name}@example.com"),
    "time-zone": st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kathmandu", "America/St_Johns"]),
    "property-name": st.one_of(st.sampled_from(["plan", "cabin", "größe"]), _names),
    "segment": st.sampled_from(["plan=pro", "plan=free", "cabin=Economy"]),
}

# Good as far as a schema can check, and refused all the same: the sentence of the refusal, and why no schema has it.
BEYOND_A_SCHEMA = {
    r"it must be before 'to'": "two parameters are compared",
    r"it is above max_score": "two parameters are compared",
    r"it is [\d,]+ days before 'to'": "two parameters are compared",
    r"the opening hour must be before the closing hour": "two hours are compared",
    r"the days must ascend|the bands must ascend": "the entries of a list are compared",
    r"it is another address than the one": "two fields are compared",
    r"a value cannot be merged into itself": "two fields are compared",
    r"nothing to decide|a value is named twice|it has \d+ values": "four lists are looked at together",
    r"an entry is given twice": "names are compared in their one spelling",
    r"it is not the id in the path": "the body is compared with the path",
    r"it is the same person as": "the entries of a list are compared",
    r"it is in the future|it is in the past": "it depends on the time",
    r"is not tracked by the survey": "which segments a survey tracks is kept in the table",
    r"it is not a cursor of this": "a cursor is what an earlier answer said",
    r"it must be more than the survey's quiet days": "the rules of a survey are kept in the table",
    r"is not an IANA time zone": "the zones are those of the time zone database, too many to list",
    r"not a valid email address|letters outside ASCII before the @": "addresses are no regular language",
    r"so it looks like another id|which looks like a space": "which characters show depends on their neighbours",
    r"at most 256 are allowed": "a person's id is measured in bytes, a schema counts characters",
    r"the count that check=true returned": "without check=true another parameter is required",
    r"it needs 'import'": "two fields are compared",
    r"there is no (member|calendar) |is not their own |this closes a circle": "what there is is kept in the table",
    r"the member '.*' was removed|members lead to one another": "what there is is kept in the table",
    r"it is the same account as": "the entries of a list are compared",
    r"ends before it begins|is no time at all|overlap: join them|open the calendar on one|it needs hours each year": (
        "the intervals and days of a calendar are compared"
    ),
    r"there is no (person|account) of this id|there is no survey '|this person was erased": (
        "what there is is kept in the table"
    ),
    r"cases are of a person or|are listed by survey|no clock of a closed case|are all on one page|whose case it is": (
        "several parameters are looked at together"
    ),
    r"say what came of it|say what was behind|a note needs|say how it was tried|it belongs to (a fact|the kind)": (
        "the fields of a fact are compared with its kind"
    ),
    r"name the member who is to own it|owns it: say why|its subject was erased": (
        "the fields of a fact are compared with the case"
    ),
    r"there is no destination": "which destinations there are is kept in the table",
    r"a rule (on|needs)|says which scores are meant|words belong to|a case is of a person|only rules on responses": (
        "the fields of a rule are compared with its condition"
    ),
    r"it has no letter to look for": "a word is looked at in its folded spelling",
    r"a destination of (this )?kind": "the settings of a destination are compared with its kind",
    r"it must begin with https|outside a private network|is an address": "addresses are no regular language",
    r"its host name|its port|it contains a|it leads back": "addresses are no regular language",
    r"there is no such day": "the format date is not checked by every generator",
}


# What is changed there is named a second time, in the query or in the body.
NAMED_AGAIN = {"/v1/people/{person}", "/v1/people/{person}/suppression"}
# Who was last reported as erased: nothing is made of them, and what follows finds nobody.
ERASED: set[str] = set()


@schemathesis.hook
def after_call(context: Any, case: Any, response: Any) -> None:
    """Remember the people that `POST /v1/people` reported as erased."""
    if (case.method.upper(), case.path, response.status_code) == ("POST", "/v1/people", 200):
        remember(response.json()["people"])


def remember(people: list[dict[str, str]]) -> None:
    """Remember who is erased, and drop the people no longer reported so."""
    for person in people:
        (ERASED.add if person["outcome"] == "erased" else ERASED.discard)(person["id"])


def person_in_path(case: Any) -> str:
    """Return the person in a path as it arrives: schemathesis keeps it quoted."""
    try:
        return delivered_path(str((case.path_parameters or {}).get("person")))
    except ValueError:
        return ""


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Name the same person in the path and again, where a good case names another by chance."""
    if case.path not in NAMED_AGAIN or not case.meta or not case.meta.generation.mode.is_positive:
        return
    person = person_in_path(case)
    if case.method.upper() == "DELETE":
        case.query = {**(case.query or {}), "id": person}
    elif case.method.upper() == "PUT" and isinstance(case.body, dict):
        case.body = {**case.body, "id": person}


@schemathesis.hook
def filter_path_parameters(context: Any, path_parameters: Any) -> bool:
    """Leave the key alone with which all this is done."""
    return not path_parameters or path_parameters.get("key") != OWN_KEY


@schemathesis.hook
def filter_failure(context: Any, failure: Any, case: Any, response: Any) -> bool:
    """Keep a failure, unless it is known why it is none."""
    reported = (
        is_refused_by_the_gateway(response),
        is_led_by_the_secret(case, response),
        is_not_recorded_yet(failure, case),
        is_erased_for_good(failure, case),
        is_proof_of_an_erasure(failure, case, response),
        is_text_with_a_key(case, response),
        is_beyond_a_schema(case, response),
    )
    return not any(reported)


def is_refused_by_the_gateway(response: Any) -> bool:
    """Check whether the gateway itself refused a path, as API Gateway does; the description is of the functions."""
    media = response.headers.get("content-type", [""])[0]
    return response.status_code == 400 and is_of_the_gateway(400, media, response.json())


def is_led_by_the_secret(case: Any, response: Any) -> bool:
    """Check whether a new key's secret, which its reply calls `key`, was taken for the id that the path calls so."""
    return response.status_code == 404 and str((case.path_parameters or {}).get("key", "")).startswith("earshot_")


def is_not_recorded_yet(failure: Any, case: Any) -> bool:
    """Check whether a response was looked for that a 202 only promised: a partial one is queued for ten minutes."""
    return type(failure).__name__ == "EnsureResourceAvailability" and "{response}" in case.path


def is_erased_for_good(failure: Any, case: Any) -> bool:
    """Check whether a person was looked for that POST had just reported as erased: its 200 made nobody."""
    return type(failure).__name__ == "EnsureResourceAvailability" and person_in_path(case) in ERASED


def is_proof_of_an_erasure(failure: Any, case: Any, response: Any) -> bool:
    """Check whether an erased response is read, and shown as erased: the caller of an erasure may see it."""
    if type(failure).__name__ != "UseAfterFree":
        return False
    reported, path = response.json(), case.path
    if path == "/v1/people/{person}/export":
        return reported["erased_at"] is not None and reported["person"] is None and reported["suppression"] is None
    if path == "/v1/surveys/{survey}/responses/{response}":
        rows = [reported[name] for name in ("score", "comment", "properties", "person", "unverified_email")]
        return reported["state"] == "erased" and not any(rows) and reported["score"] is None
    return False


def is_text_with_a_key(case: Any, response: Any) -> bool:
    """Return whether text was refused that the call takes from who has no key: all this is done with one."""
    return bool(response.status_code == 415 and case.media_type == "text/plain")


def is_beyond_a_schema(case: Any, response: Any) -> bool:
    """Check whether good data was refused only by rules that no schema can state."""
    if response.status_code != 400 or not case.meta or not case.meta.generation.mode.is_positive:
        return False
    reasons = [fault["reason"] for fault in response.json().get("errors", [])]
    return bool(reasons) and all(any(re.search(rule, reason) for rule in BEYOND_A_SCHEMA) for reason in reasons)


for _name, _strategy in FORMATS.items():
    schemathesis.openapi.format(_name, _strategy)
