"""The ids and subjects of cases."""

from dataclasses import replace

from earshot.domain.alerts import Alert
from earshot.domain.cases import SubjectKind, case_id, opened_by
from tests.factories import NOON

ALERT = Alert("demo", "own", "r1", NOON)


def test_the_same_alert_opens_the_same_case_and_another_one_another() -> None:
    later = replace(ALERT, raised_at=NOON + 1)
    assert case_id(ALERT, SubjectKind.PERSON) == case_id(later, SubjectKind.PERSON)
    others = {replace(ALERT, rule="second"), replace(ALERT, survey="other"), replace(ALERT, subject="r2"), ALERT}
    assert len({case_id(each, SubjectKind.PERSON) for each in others}) == 4


def test_a_response_alone_has_one_case_whichever_rule_fires() -> None:
    second = replace(ALERT, rule="second")
    assert case_id(ALERT, SubjectKind.RESPONSE) == case_id(second, SubjectKind.RESPONSE)
    assert case_id(ALERT, SubjectKind.RESPONSE) != case_id(ALERT, SubjectKind.COLLECTIVE)


def test_a_case_names_its_subject_and_nobody_else() -> None:
    cases = {kind: opened_by(ALERT, kind, "acme") for kind in SubjectKind}
    assert {kind: (case.person, case.account) for kind, case in cases.items()} == {
        SubjectKind.PERSON: ("acme", None),
        SubjectKind.ACCOUNT: (None, "acme"),
        SubjectKind.RESPONSE: (None, None),
        SubjectKind.COLLECTIVE: (None, None),
    }
    assert {(case.opened_at, case.response, case.rule, case.alert) for case in cases.values()} == {
        (NOON, "r1", "own", ALERT.id)
    }
