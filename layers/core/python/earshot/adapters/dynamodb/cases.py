"""Cases in DynamoDB: each with its facts and the responses that joined it in one partition.

What leads to the open case of a subject, its row in the list of the open ones and its figures are written with it, in
one transaction: it is why there is only one, and why a list and a measure say what the case says.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.alerts import alert_item, read_alert
from earshot.adapters.dynamodb.case_figures import moved, read_figures, read_row
from earshot.adapters.dynamodb.case_items import case_item, fact_item, joined_item, read_case, read_fact
from earshot.adapters.dynamodb.table import (
    ABSENT,
    EXISTS,
    Item,
    Key,
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
from earshot.domain.case_facts import CaseFact
from earshot.domain.cases import MOST_ANONYMOUS, Case, CaseFigures, CaseState, OpenCaseFilter, SubjectKind, figures_of
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
        is_erased = "erased_at" in who
        return OfPerson(
            cases.get("case"),
            who.get("account"),
            is_erased,
            is_known=bool(who) and not is_erased,
            properties=who.get("properties", {}),
        )

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
        writes = [*map(returning, both), *moved(None, figures_of(case)), *_of_subject(case), _is_not_erased(alert)]
        return _raised(self._table.transact_with_reasons(writes), alert.subject)

    def open_by_hand(self, case: Case, fact: CaseFact) -> bool:
        """Store the case of a person or an account with the fact; False if they have one, or were erased."""
        both = (put(case_item(case), ABSENT), put(fact_item(case.id, fact), ABSENT))
        return self._table.transact(*both, *moved(None, figures_of(case)), *_of_subject(case))

    def join(self, alert: Alert, worse: tuple[Case, Case] | None = None) -> Raised:
        """Store an alert that has not fired, and add its response, if it is not erased, to its case, if not closed."""
        case, response = alert.case or "", alert.subject
        writes = [
            *map(returning, (put(alert_item(alert), ABSENT), _counted(case, response, worse))),
            returning(put(joined_item(alert, case), ABSENT)),
            *(moved(*map(figures_of, worse)) if worse else ()),
            _is_not_erased(alert),
        ]
        return _raised(self._table.transact_with_reasons(writes), response)

    def change(self, old: Case, new: Case, fact: CaseFact) -> bool:
        """Write a change of a case and its fact, if the case still is what it was; False if somebody was faster."""
        return self._table.transact(
            put(fact_item(new.id, fact), ABSENT),
            put(case_item(new), "v = :old", old=old.revision),
            *moved(figures_of(old), figures_of(new)),
            *_of_closing(old, new),
        )

    def note_steps(self, old: Case, new: Case) -> bool:
        """Write which steps of its clocks were taken, and what ran out; False if somebody was faster."""
        change = put(case_item(new), "v = :old", old=old.revision)
        return self._table.write_together(change, *moved(figures_of(old), figures_of(new)))

    def get(self, case: str) -> Case | None:
        """Read a case as it is now."""
        item = self._table.get(table_keys.case_key(case))
        return read_case(item) if item else None

    def get_many(self, cases: Sequence[str]) -> Iterator[Case]:
        """Read those of some cases that there are, as they are now."""
        keys = [table_keys.case_key(case) for case in dict.fromkeys(cases)]
        return map(read_case, self._table.get_many(keys))

    def facts(self, case: str, limit: int | None = None) -> list[CaseFact]:
        """List the facts of a case that have a revision, or the last ones, the oldest first, as they are now."""
        if limit is not None:
            return self._last(case, table_keys.FACTS, limit)[::-1]
        query = Query(partition=table_keys.case(case), prefix=table_keys.FACTS, consistent=True)
        return list(map(read_fact, self._table.query(query)))

    def joined(self, case: str, limit: int) -> list[CaseFact]:
        """List responses that joined a case, in the order of their ids backwards: mostly the newest first."""
        return self._last(case, table_keys.JOINED, limit)

    def listed(self, which: OpenCaseFilter, limit: int, after: str = "") -> tuple[list[CaseFigures], str | None]:
        """List open cases by owner and by when they are due, and behind what the next page begins."""
        owner = None if which.owner in (None, table_keys.NOBODY) else which.owner
        prefix = None if which.owner is None else table_keys.open_cases_of(owner)
        asked = {
            "survey = :survey": ("survey", which.survey),
            "#state = :state": ("state", which.state.value if which.state else None),
            "#due < :overdue_at": ("overdue_at", which.overdue_at),
        }
        given = {condition: named for condition, named in asked.items() if named[1] is not None}
        query = Query(
            partition=table_keys.OPEN_CASES,
            prefix=prefix,
            consistent=True,
            limit=limit,
            holds=" AND ".join(given) or None,
            values=dict(given.values()),
        )
        return self._rows(query, after)

    def rows_of(self, owner: str | None, limit: int, after: str = "") -> tuple[list[CaseFigures], str | None]:
        """List open cases that a member owns, or nobody (None), as they are now, the ones due first before others."""
        prefix = table_keys.open_cases_of(owner)
        return self._rows(Query(partition=table_keys.OPEN_CASES, prefix=prefix, limit=limit, consistent=True), after)

    def of_people(self, survey: str, people: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """Return the ids of the cases of people and of their accounts in a survey; those without any are left out."""
        accounts = self._accounts_of(people)
        names = dict.fromkeys(accounts.values())
        own = [table_keys.case_of_person_key(person, survey) for person in people]
        theirs = [table_keys.case_of_account_key(account, survey) for account in names]
        led = {item["pk"]: item["cases"] for item in self._table.get_many([*own, *theirs], consistent=False)}
        found = {
            person: sorted(
                led.get(table_keys.person(person), frozenset())
                | led.get(table_keys.account(accounts.get(person, "")), frozenset())
            )
            for person in people
        }
        return {person: cases for person, cases in found.items() if cases}

    def cases_of_person(self, person: str, survey: str | None) -> list[str]:
        """List the ids of a person's cases, closed ones included, in one survey or in all."""
        return self._cases_of(table_keys.person(person), survey)

    def cases_of_account(self, account: str, survey: str | None) -> list[str]:
        """List the ids of an account's cases, closed ones included, in one survey or in all."""
        return self._cases_of(table_keys.account(account), survey)

    def figures(self, survey: str, month: str) -> Iterator[CaseFigures]:
        """Return the figures of a survey's cases that were opened in a month (`2026-11`, UTC), the oldest first."""
        return map(read_figures, self._table.query(Query(partition=table_keys.case_figures(survey, month))))

    def closed(
        self, survey: str, month: str, state: CaseState, limit: int, before: str = ""
    ) -> tuple[list[CaseFigures], str | None]:
        """List cases of a month that are closed in a state, those opened last first, and before what to go on."""
        partition = table_keys.case_figures(survey, month)
        query = Query(
            partition=partition,
            backwards=True,
            limit=limit,
            holds="#state = :state",
            values={"state": state.value},
        )
        items, more = self._table.page(query, table_keys.key(partition, before) if before else None)
        return [read_figures(item) for item in items], more["sk"] if more else None

    def has_joined(self, case: str, response: str) -> bool:
        """Return whether a response joined a case and is in it now."""
        return self._table.get(table_keys.joined_key(case, response)) is not None

    def leave(self, case: str, response: str) -> bool:
        """Take a response out of a case, with the words on the case; False if others are writing the case."""
        opened_it = update(
            table_keys.case_key(case),
            "REMOVE #response ADD v :one",
            "#response = :response",
            response=response,
            one=1,
        )
        if not self._table.write(opened_it) and not self._leave_joined(case, response):
            return False
        # Since then nobody who read the case before can write of the response.
        self._leave_facts(case, response)
        return True

    def anonymize_emptied(self, case: str, person: str) -> bool:
        """Take a person out of a case of theirs that no response is in any more; False if others are writing it."""
        # Those that joined sort behind the case.
        query = Query(partition=table_keys.case(case), low=table_keys.META, high="S", consistent=True, limit=2)
        found, _ = self._table.page(query)
        if len(found) != 1 or "response" in found[0] or found[0].get("person") != person:
            return True
        pointer = self._table.get(table_keys.case_of_person_key(person, found[0]["survey"]))
        change, is_as_read = "REMOVE #person ADD v :one", "v = :old"
        writes = [update(table_keys.case_key(case), change, is_as_read, one=1, old=found[0]["v"])]
        if not self._table.transact(*writes, *([_without(pointer, case)] if pointer else [])):
            return False
        self._leave_facts(case)
        return True

    def anonymize(self, person: str) -> bool:
        """Take a person out of all their cases, with the words on these; False if one was opened meanwhile."""
        return all(self._anonymize(person, pointer) for pointer in self._pointers(person))

    def _accounts_of(self, people: Sequence[str]) -> dict[str, str]:
        keys = [table_keys.person_key(person) for person in people]
        items = self._table.get_many(keys, consistent=False)
        return {item["pk"].removeprefix(table_keys.person("")): item["account"] for item in items if "account" in item}

    def _rows(self, query: Query, after: str) -> tuple[list[CaseFigures], str | None]:
        items, more = self._table.page(query, table_keys.key(table_keys.OPEN_CASES, after) if after else None)
        return [read_row(item) for item in items], more["sk"] if more else None

    def _last(self, case: str, prefix: str, limit: int) -> list[CaseFact]:
        query = Query(partition=table_keys.case(case), prefix=prefix, consistent=True, backwards=True, limit=limit)
        return [read_fact(item) for item in self._table.page(query)[0]]

    def _cases_of(self, partition: str, survey: str | None) -> list[str]:
        prefix = f"{table_keys.SUBJECT_CASES}{survey or ''}"
        pointers = self._table.query(Query(partition=partition, prefix=prefix, consistent=True))
        asked = (item for item in pointers if survey is None or item["sk"] == prefix)
        return sorted(case for item in asked for case in item["cases"])

    def _pointers(self, person: str) -> Iterator[Item]:
        prefix = table_keys.SUBJECT_CASES
        return self._table.query(Query(partition=table_keys.person(person), prefix=prefix, consistent=True))

    def _anonymize(self, person: str, pointer: Item) -> bool:
        for case in pointer["cases"]:
            change, is_theirs = "REMOVE #person ADD v :one", "#person = :person"
            self._table.write(update(table_keys.case_key(case), change, is_theirs, person=person, one=1))
            # Since then nobody can write a further note.
            self._leave_facts(case)
        return self._table.write(delete(key_of(pointer), "cases = :cases", cases=pointer["cases"]))

    def _leave_joined(self, case: str, response: str) -> bool:
        """Take a response that joined out of its case, which counts it as a change; False if others are at work."""
        joined = delete(table_keys.joined_key(case, response), EXISTS)
        reasons = self._table.transact_with_reasons(
            [joined, update(table_keys.case_key(case), "ADD v :one", EXISTS, one=1)]
        )
        return reasons is None or any(reason.code == CHECK_FAILED for reason in reasons)

    def _leave_facts(self, case: str, response: str | None = None) -> None:
        """Take out of the facts of a case the words, and what leads to a response (None: to any).

        The words on a collective case stay: they are of no response.
        """
        # A case sorts behind its facts, and before what joined it.
        query = Query(partition=table_keys.case(case), low=table_keys.FACTS, high=table_keys.META, consistent=True)
        found = list(self._table.query(query))
        collects = any(item.get("subject") == SubjectKind.COLLECTIVE.value for item in found)
        for item in (each for each in found if each["type"] == "case fact"):
            leads_there = "response" in item and response in (None, item["response"])
            names = {"note": "note" in item and not collects, "response": leads_there}
            if gone := [f"#{name}" for name, is_gone in names.items() if is_gone]:
                self._table.write(update(key_of(item), f"REMOVE {', '.join(gone)}", EXISTS))


def _counted(case: str, response: str, worse: tuple[Case, Case] | None) -> Write:
    """Build the write of a case that another response joins."""
    is_new = "(attribute_not_exists(#response) OR #response <> :response)"
    if worse is not None:
        old, new = worse
        return put(case_item(new), f"v = :old AND {is_new}", old=old.revision, response=response)
    return update(
        table_keys.case_key(case),
        "ADD #responses :one, v :one",
        f"#state IN (:open, :contacted) AND {is_new}",
        response=response,
        one=1,
        open=CaseState.OPEN.value,
        contacted=CaseState.CONTACTED.value,
    )


def _of_subject(case: Case) -> list[Write]:
    """Build the writes that make a case the only open one of its subject.

    A person is not erased: the tombstone stands before an erasure looks for cases, so that it misses none.
    """
    pointer = _pointer(case)
    if pointer is not None and case.person is not None:
        is_there = check(table_keys.person_key(case.person), "attribute_not_exists(erased_at)")
        return [_lead(pointer, case), is_there]
    if pointer is not None:
        return [_lead(pointer, case)]
    anonymous = table_keys.anonymous_cases_key(case.survey)
    if case.subject is SubjectKind.COLLECTIVE:
        return [update(anonymous, "SET #case = :case", "attribute_not_exists(#case)", case=case.id)]
    is_below_the_most = "attribute_not_exists(open_cases) OR open_cases < :most"
    return [update(anonymous, "ADD open_cases :one", is_below_the_most, one=1, most=MOST_ANONYMOUS)]


def _of_closing(old: Case, new: Case) -> Iterable[Write]:
    """Build the writes that make room for another case of the subject, or that take it again."""
    if old.state.is_closed == new.state.is_closed:
        return []
    pointer, is_leaving = _pointer(new), new.state.is_closed
    if pointer is None and new.subject is not SubjectKind.COLLECTIVE:
        if new.subject is not SubjectKind.RESPONSE:
            return []
        anonymous = table_keys.anonymous_cases_key(new.survey)
        return [update(anonymous, "ADD open_cases :more", more=-1 if is_leaving else 1)]
    key: Key = pointer or table_keys.anonymous_cases_key(new.survey)
    if is_leaving:
        return [update(key, "REMOVE #case", "#case = :case", case=new.id)]
    return [update(key, "SET #case = :case", "attribute_not_exists(#case)", case=new.id)]


def _pointer(case: Case) -> Key | None:
    """Return the key of what leads from the subject of a case to it; None if nothing does, as of who was erased."""
    if case.subject is SubjectKind.PERSON and case.person is not None:
        return table_keys.case_of_person_key(case.person, case.survey)
    if case.subject is SubjectKind.ACCOUNT and case.account is not None:
        return table_keys.case_of_account_key(case.account, case.survey)
    return None


def _lead(pointer: Key, case: Case) -> Write:
    """Build the write that leads from a subject without an open case to this one."""
    change, cases = "SET #case = :case ADD cases :cases", frozenset({case.id})
    return update(pointer, change, "attribute_not_exists(#case)", case=case.id, cases=cases)


def _without(pointer: Item, case: str) -> Write:
    """Build the write of what leads from a subject to its cases once it leads to one of them no more."""
    cases = pointer["cases"]
    if cases == {case}:
        return delete(key_of(pointer), "cases = :cases", cases=cases)
    change = "DELETE cases :gone" + (" REMOVE #case" if pointer.get("case") == case else "")
    return update(key_of(pointer), change, "cases = :cases", cases=cases, gone=frozenset({case}))


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
