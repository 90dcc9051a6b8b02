"""The mail of an alert says what happened, whose it is and where to look, whatever the words contain."""

from typing import Any

import pytest

from earshot.emails.alert import render_alert

RESPONSE: dict[str, Any] = {
    "rule": "default",
    "score": 2,
    "category": "detractor",
    "comment": "<script>alert(1)</script> & late",
    "contact_requested": True,
    "person": {"id": "c-17", "name": "Ann", "email": "ann@example.com"},
    "channel": "email",
    "responded_at": "2026-11-21T12:00:00.000Z",
    "properties": {"plan": "pro"},
    "links": {"response": "https://nps.example.com/v1/surveys/shop/responses/r1"},
}
SCORE: dict[str, Any] = {
    "rule": "fall",
    "series": "all",
    "day": "2026-11-20",
    "previous": {"nps": 42, "responses": 120},
    "current": {"nps": 0, "responses": 133},
    "change": {"points": -42.0, "low": -50.5, "high": -33.5},
}


def test_a_detractor_comes_with_words_person_and_link() -> None:
    mail = render_alert("response.detractor", RESPONSE, "Shop")
    assert mail.subject == "Detractor: 2 of 10, wants to be contacted · Shop"
    for text in (
        "ann@example.com",
        "c-17",
        "plan: pro",
        "<script>alert(1)</script> & late",
        RESPONSE["links"]["response"],
    ):
        assert text in mail.text
    assert "<script>" not in mail.html
    assert "&lt;script&gt;" in mail.html
    assert 'href="mailto:ann@example.com"' in mail.html


def test_without_person_and_words_nothing_is_made_up() -> None:
    bare = {name: value for name, value in RESPONSE.items() if name not in ("person", "comment")}
    mail = render_alert("response.detractor", bare | {"contact_requested": False}, "Shop")
    assert mail.subject == "Detractor: 2 of 10 · Shop"
    assert "Name" not in mail.text
    assert "None" not in mail.text + mail.html


def test_a_changed_score_comes_with_both_scores_and_the_interval_of_the_change() -> None:
    text = render_alert("score.changed", SCORE, "Shop").text
    for line in ("Score now: 0", "Score before: +42", "Change: -42.0 points, -50.5 to -33.5", "Responses: 133"):
        assert line in text


@pytest.mark.parametrize(
    ("kind", "data", "subject"),
    [
        ("response.updated", RESPONSE | {"score": 9, "category": "promoter"}, "Promoter changed: 9 of 10"),
        ("target.reached", SCORE, "The target is reached"),
        ("target.missed", SCORE, "The target is missed"),
        ("alerts.summarized", {"count": 61, "from": "a", "to": "b"}, "61 alerts in this hour"),
        ("delivery.parked", {"destination": "to-1", "reason": "it replied 404"}, "Alerts could not be delivered"),
        ("destination.test", {"destination": "to-1", "text": "This is a test."}, "A test of Earshot"),
    ],
)
def test_each_type_has_a_subject_and_needs_no_survey(kind: str, data: dict[str, Any], subject: str) -> None:
    mail = render_alert(kind, data, "")
    assert mail.subject.startswith(subject)
    assert "None" not in mail.text + mail.html


def test_a_long_name_and_a_name_in_several_lines_make_one_short_subject() -> None:
    subject = render_alert("target.reached", SCORE, "Shop\n" * 60).subject
    assert "\n" not in subject
    assert len(subject) < 100
