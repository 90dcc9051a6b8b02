"""Cases in DynamoDB: each with the responses that joined it in one partition, and a line in the list of open ones.

What leads to the open case of a subject is written with it in one transaction: it is why there is only one.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.alerts import alert_item, read_alert
from earshot.adapters.dynamodb.table import (
    ABSENT,
    Item,
    Query,
    Reason,
    TableAdapter,
    Write,
    check,
    delete,
    key_of,
    put,
    returning,
    update,
)
from earshot.domain.alerts import Alert
from earshot.domain.cases import MOST_ANONYMOUS, Case, CaseState, ListedCase, SubjectKind
from earshot.domain.statement import StatementKind
from earshot.ports.cases import OfAnonymous, OfPerson, Raised

CHECK_FAILED = "ConditionalCheckFailed"


class DynamoDBCases(TableAdapter):
    """The `Cases` port over the table."""

    def of_person(self, survey: str, person: str) -> OfPerson:
        """Read what there is of a person, as it is now."""
        keys = (table_keys.person_key(person), table_keys.case_of_person_key(person, survey))
        found = {item["sk"]: item for item in self._table.get_many(keys)}
        who, cases = (found.get(key["sk"], {}) for key in keys)
        return OfPerson(cases.get("case"), who.get("account"), "erased_at" in who)

    def of_account(self, survey: str, account: str) -> str | None:
        """Read the open case of an account, as it is now."""
        found = self._table.get(table_keys.case_of_account_key(account, survey)) or {}
        return found.get("case")

    def of_anonymous(self, survey: str) -> OfAnonymous:
        """Read what there is of a survey's anonymous responses, as it is now."""
        found = self._table.get(table_keys.anonymous_cases_key(survey)) or {}
        return OfAnonymous(found.get("open_cases", 0), found.get("case"))

    def open(self, alert: Alert, case: Case) -> Raised:
        """Store an alert that has not fired and the case that it opens, if its subject has none and is not erased."""
        both = [put(alert_item(replace(alert, case=case.id)), ABSENT), put(case_item(case), ABSENT)]
        writes = [*map(returning, both), put(_listed_item(case)), *_of_subject(case), _is_not_erased(alert)]
        return _raised(self._table.transact_with_reasons(writes), alert.subject)

    def join(self, alert: Alert) -> Raised:
        """Store an alert that has not fired, and add its response, if it is not erased, to its case, if open."""
        case, response = alert.case or "", alert.subject
        joined = {
            **table_keys.joined_key(case, response),
            "type": "joined",
            "survey": alert.survey,
            "response": response,
            "rule": alert.rule,
            "alert": alert.id,
            "joined_at": alert.raised_at,
        }
        is_open = "#state = :open AND (attribute_not_exists(#response) OR #response <> :response)"
        counted = update(
            table_keys.case_key(case),
            "ADD #responses :one, v :one",
            is_open,
            open=CaseState.OPEN.value,
            response=response,
            one=1,
        )
        writes = [
            *map(returning, (put(alert_item(alert), ABSENT), counted, put(joined, ABSENT))),
            _is_not_erased(alert),
        ]
        return _raised(self._table.transact_with_reasons(writes), response)

    def get(self, case: str) -> Case | None:
        """Read a case as it is now."""
        item = self._table.get(table_keys.case_key(case))
        return read_case(item) if item else None

    def joined(self, case: str, limit: int) -> list[str]:
        """List responses that joined a case, in the order of their ids backwards: mostly the newest first."""
        query = Query(
            partition=table_keys.case(case),
            prefix=table_keys.JOINED,
            consistent=True,
            backwards=True,
            limit=limit,
        )
        items, _ = self._table.page(query)
        return [item["response"] for item in items]

    def listed(self, survey: str | None, limit: int, after: str = "") -> tuple[list[ListedCase], str | None]:
        """List open cases, of one survey or of all, the oldest first, and behind what the next page begins."""
        of_survey: dict[str, Any] = (
            {} if survey is None else {"holds": "survey = :survey", "values": {"survey": survey}}
        )
        query = Query(partition=table_keys.OPEN_CASES, consistent=True, limit=limit, **of_survey)
        items, more = self._table.page(query, table_keys.key(table_keys.OPEN_CASES, after) if after else None)
        return [_read_listed(item) for item in items], more["sk"] if more else None

    def leave(self, case: str, response: str) -> None:
        """Take a response out of a case; what is not there is no error."""
        opened_it = update(
            table_keys.case_key(case),
            "REMOVE #response ADD v :one",
            "#response = :response",
            response=response,
            one=1,
        )
        if not self._table.write(opened_it):
            self._table.write(delete(table_keys.joined_key(case, response)))

    def anonymize(self, person: str) -> bool:
        """Take a person out of all their cases; False if one was opened meanwhile."""
        return all(self._anonymize(person, pointer) for pointer in self._pointers(person))

    def _pointers(self, person: str) -> Iterator[Item]:
        prefix = table_keys.SUBJECT_CASES
        return self._table.query(Query(partition=table_keys.person(person), prefix=prefix, consistent=True))

    def _anonymize(self, person: str, pointer: Item) -> bool:
        for case in pointer["cases"]:
            change, is_theirs = "REMOVE #person ADD v :one", "#person = :person"
            self._table.write(update(table_keys.case_key(case), change, is_theirs, person=person, one=1))
        return self._table.write(delete(key_of(pointer), "cases = :cases", cases=pointer["cases"]))


def case_item(case: Case) -> dict[str, Any]:
    """Write a case; what it lacks takes no room."""
    return {
        **table_keys.case_key(case.id),
        "type": "case",
        "v": case.revision,
        "survey": case.survey,
        "subject": case.subject.value,
        "state": case.state.value,
        "opened_at": case.opened_at,
        "rule": case.rule,
        "alert": case.alert,
        "response": case.response,
        "person": case.person,
        "account": case.account,
        "responses": case.responses,
    }


def read_case(item: Item) -> Case:
    """Read a case back; KeyError or ValueError if the item is none."""
    return Case(
        id=item["pk"].removeprefix(table_keys.CASES),
        survey=item["survey"],
        subject=SubjectKind(item["subject"]),
        opened_at=item["opened_at"],
        rule=item["rule"],
        alert=item["alert"],
        response=item.get("response"),
        person=item.get("person"),
        account=item.get("account"),
        responses=item["responses"],
        state=CaseState(item["state"]),
        revision=item["v"],
    )


def _listed_item(case: Case) -> dict[str, Any]:
    return {
        **table_keys.open_case_key(case.opened_at, case.id),
        "type": "open case",
        "survey": case.survey,
        "subject": case.subject.value,
        "opened_at": case.opened_at,
        "rule": case.rule,
        "account": case.account,
    }


def _read_listed(item: Item) -> ListedCase:
    return ListedCase(
        id=table_keys.listed_case_of(item["sk"]),
        survey=item["survey"],
        subject=SubjectKind(item["subject"]),
        opened_at=item["opened_at"],
        rule=item["rule"],
        account=item.get("account"),
    )


def _of_subject(case: Case) -> list[Write]:
    """Build the writes that make a case the only open one of its subject.

    A person is not erased: the tombstone stands before an erasure looks for cases, so that it misses none.
    """
    if case.subject is SubjectKind.PERSON and case.person is not None:
        pointer = table_keys.case_of_person_key(case.person, case.survey)
        is_there = check(table_keys.person_key(case.person), "attribute_not_exists(erased_at)")
        return [_lead(pointer, case), is_there]
    if case.subject is SubjectKind.ACCOUNT and case.account is not None:
        return [_lead(table_keys.case_of_account_key(case.account, case.survey), case)]
    anonymous = table_keys.anonymous_cases_key(case.survey)
    if case.subject is SubjectKind.COLLECTIVE:
        return [update(anonymous, "SET #case = :case", "attribute_not_exists(#case)", case=case.id)]
    is_below_the_most = "attribute_not_exists(open_cases) OR open_cases < :most"
    return [update(anonymous, "ADD open_cases :one", is_below_the_most, one=1, most=MOST_ANONYMOUS)]


def _lead(pointer: dict[str, str], case: Case) -> Write:
    """Build the write that leads from a subject without an open case to this one."""
    change, cases = "SET #case = :case ADD cases :cases", frozenset({case.id})
    return update(pointer, change, "attribute_not_exists(#case)", case=case.id, cases=cases)


def _is_not_erased(alert: Alert) -> Write:
    """Build the check that the response is not erased: an erasure, which then looks for alerts, will find this one."""
    response = table_keys.response_key(alert.survey, alert.subject)
    holds = "attribute_not_exists(#kind) OR #kind < :anonymised"
    return check(response, holds, anonymised=int(StatementKind.ANONYMISED))


def _raised(reasons: list[Reason] | None, response: str) -> Raised:
    """Return what became of an alert, the first write, and of what has its response in the case, those behind it.

    The last one checks that the response is not erased.
    """
    if reasons is None:
        return Raised(is_made=True)
    earlier, *others = [reason.item for reason in reasons] or [None]
    if earlier is not None:
        return Raised(is_made=False, earlier=read_alert(earlier))
    if reasons and reasons[-1].code == CHECK_FAILED:
        return Raised(is_made=False, is_erased=True)
    return Raised(is_made=False, is_inside=any(item and item.get("response") == response for item in others))
