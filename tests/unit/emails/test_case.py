"""A mail about a case says what is wanted by when, in the reader's language, and nothing of a person in its subject."""

import re
from typing import Any

import pytest

from earshot.emails.case import compose_case, render_case
from earshot.languages.catalogue import LANGUAGES
from tests.unit.emails.mails import HOUR, MONDAY, Page, make_case_data

KINDS = ("case.assigned", "case.reminder", "case.overdue", "case.escalated")
EVERYTHING_HAPPENED = [
    {"at": MONDAY + n * HOUR, "kind": kind, "owner": "carl", "note": f"note {n}"}
    for n, kind in enumerate(
        (
            *("contacted", "note", "waiting", "resumed", "assigned", "handed_over", "resolved", "unreachable"),
            *("no_action", "reopened", "moved", "step", "response_changed", "responded_again"),
        )
    )
]


@pytest.mark.parametrize(
    ("kind", "changes", "subject"),
    [
        ("case.assigned", {}, "Urgent: Contact the customer by Tue 14:00 · Shop"),
        ("case.reminder", {"is_urgent": False}, "Reminder: contact the customer by Tue 14:00 · Shop"),
        ("case.reminder", {"clock": "close"}, "Urgent: Reminder: close the case by Mon 30 Nov, 10:00 · Shop"),
        (
            "case.overdue",
            {"now": MONDAY + 29 * HOUR, "is_urgent": False},
            "Overdue: the customer was to be contacted by 14:00 · Shop",
        ),
        (
            "case.escalated",
            {"now": MONDAY + 60 * HOUR, "is_urgent": False, "locale": "de"},
            "Noch immer kein Kontakt: fällig war er bis Di, 24. Nov., 14:00 · Shop",
        ),
    ],
)
def test_the_subject_says_what_is_wanted_by_when(kind: str, changes: dict[str, Any], subject: str) -> None:
    assert render_case(kind, make_case_data(**changes), "Shop").subject == subject


def test_words_person_and_times_are_in_both_parts_and_nothing_of_them_in_the_subject() -> None:
    mail = render_case("case.assigned", make_case_data(), "Shop")
    page = Page(mail.html)
    for text in (
        *("Three weeks late, and <nobody> answers.", "Fabrikam", "Ada Lovelace", "ada@fabrikam.example", "Bea Braun"),
        *("2 of 10", "Tue 24 Nov, 14:00", "Mon 30 Nov, 10:00", "Nothing yet."),
    ):
        assert text in mail.text
        assert text in page.text
        assert text not in mail.subject
    assert page.links == ["https://nps.example.com/v1/cases/6d0f4d5c", "mailto:ada@fabrikam.example"]
    assert page.faults == []


def test_a_contacted_case_shows_when_that_was_and_what_has_happened_since() -> None:
    data = make_case_data(contacted_at=MONDAY + 3 * HOUR, clock="close", facts=EVERYTHING_HAPPENED[:2], earlier_facts=4)
    mail = render_case("case.reminder", data, "Shop")
    assert "First contact: Mon 23 Nov, 13:00\n" in mail.text
    assert "First contact by" not in mail.text
    assert '- Earlier: 4 more\n- Mon 23 Nov, 10:00: First contact: "note 0"\n' in mail.text
    assert "note 1" in Page(mail.html).text


def test_a_case_without_owner_person_score_and_words_needs_none_of_them() -> None:
    data = make_case_data(owner=None, person=None, account=None, score=None, comment=None, responses=0, reader="survey")
    mail = render_case("case.overdue", data, "")
    assert "Nobody owns this case." in mail.text
    assert "Nobody owns this case." in Page(mail.html).text
    assert mail.text.endswith("You get this mail as the owner of the survey.")
    assert "None" not in mail.text
    assert "None" not in Page(mail.html).text


def test_of_several_responses_the_lowest_score_is_named_as_such() -> None:
    assert "2 of 10, the lowest of 3 responses" in render_case("case.assigned", make_case_data(responses=3), "").text


@pytest.mark.parametrize("locale", LANGUAGES)
def test_every_language_has_every_sentence(locale: str) -> None:
    for kind in KINDS:
        for clock in ("contact", "close"):
            for reader in ("owner", "lead", "survey"):
                changes = {"clock": clock, "reader": reader, "locale": locale, "earlier_facts": 2, "responses": 3}
                mail = render_case(kind, make_case_data(facts=EVERYTHING_HAPPENED, **changes), "Shop")
                page = Page(mail.html)
                assert page.faults == []
                assert page.all("html") == [{"lang": locale, "dir": "rtl" if locale in ("ar", "he") else "ltr"}]
                for text in (mail.subject, mail.text, page.text):
                    assert not re.search(r"[{}]", text)


def test_a_name_with_a_line_break_breaks_out_of_no_header() -> None:
    mime = compose_case(
        "case.assigned", make_case_data(), "Shop\r\nBcc: x@example.com", sender=("Earshot", "a@b.example"), to=["c@d.e"]
    )
    assert b"\r\nBcc" not in mime
