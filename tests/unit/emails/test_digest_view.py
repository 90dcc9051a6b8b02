"""A digest in words: each figure as it is, each change with its verdict, and nothing that may not be shown."""

import re
from dataclasses import replace
from datetime import date

import pytest

from earshot.domain.case_measures import NextResponses, Recovery
from earshot.domain.digest_contents import (
    CaseLine,
    Due,
    RecoveredCases,
    ResponseRate,
    ScoreFigures,
)
from earshot.domain.digests import DigestRole, Period
from earshot.domain.funnel import Rate
from earshot.domain.score import Histogram, interval
from earshot.domain.window import rolling
from earshot.emails.digest_view import MOST_LINES, DigestView, Section, digest_view, section_lines, slack_data
from earshot.languages.digest_texts import digest_texts_for
from tests.unit.emails.digests import (
    NOW,
    URL,
    case_lines,
    compared,
    histogram,
    make_addressee,
    make_cases,
    make_contents,
    make_digest,
    make_view,
)

WINDOW = rolling("30d", date(2026, 11, 30))


def lines(view: DigestView) -> list[str]:
    return [line for section in view.sections for line in (section.title, *section_lines(section))]


def section(view: DigestView, title: str) -> Section:
    (found,) = [each for each in view.sections if each.title.startswith(title)]
    return found


def test_the_score_comes_with_its_size_interval_change_and_target() -> None:
    found = section(make_view(DigestRole.LEAD), "Net Promoter Score")
    assert found.title == "Net Promoter Score · 1 Nov 2026 to 30 Nov 2026"
    assert list(section_lines(found)) == [
        "35",
        "95% interval: 26.0 to 43.4",
        "Responses: 311",
        "Change: +14.7 (+2.0 to +27.2) · a real rise",
        "Before: 20 · Responses: 300",
        "Target: 40 · cannot be decided yet",
    ]
    bounds = interval(NOW)
    assert bounds is not None
    assert (round(bounds.low, 1), round(bounds.high, 1)) == (26.0, 43.4)


def test_a_change_within_chance_is_no_real_change_and_a_fall_is_a_fall() -> None:
    for before, verdict in ((histogram(60, 80, 160), "no real change"), (histogram(10, 20, 270), "a real fall")):
        figures = ScoreFigures(WINDOW, NOW, compared(before, NOW), before)
        assert verdict in "\n".join(lines(make_view(DigestRole.LEAD, score=figures)))


def test_few_responses_are_counted_and_have_no_score() -> None:
    few = Histogram.of([9] * 8 + [3])
    view = make_view(DigestRole.LEAD, score=ScoreFigures(WINDOW, few, compared(few, few), few))
    found = section(view, "Net Promoter Score")
    assert (found.big, found.rows) == ("", ())
    assert list(section_lines(found)) == [
        "Responses: 9",
        "Promoters (9–10): 8 · 88.9%",
        "Passives (7–8): 0 · 0.0%",
        "Detractors (0–6): 1 · 11.1%",
        "Too few responses for a score: at least 10 are needed.",
    ]


def test_a_score_without_enough_before_is_not_compared() -> None:
    few = Histogram.of([9] * 9)
    view = make_view(DigestRole.LEAD, score=ScoreFigures(WINDOW, NOW, compared(few, NOW), few))
    found = "\n".join(section_lines(section(view, "Net Promoter Score")))
    assert "Change" not in found
    assert "Too few responses to compare" in found


def test_each_role_gets_what_is_its_own() -> None:
    titles = {role: [each.title.partition(" · ")[0] for each in make_view(role).sections] for role in DigestRole}
    assert titles == {
        DigestRole.FRONTLINE: ["Overdue cases", "Due today", "New cases", "A promoter says thank you"],
        DigestRole.LEAD: [
            "Net Promoter Score",
            "New responses",
            "Response rate",
            "Cases",
            "Late, by owner",
            "Root causes of closed cases",
            "New comments",
            "Quality of the data",
        ],
        DigestRole.EXECUTIVE: [
            "Net Promoter Score",
            "New responses",
            "The last twelve months",
            "Segments that really changed",
            "Cases",
            "Root causes of closed cases",
            "Recovered after closing",
            "New comments",
        ],
        DigestRole.DEPARTMENT: ["Net Promoter Score", "New responses", "New comments"],
    }


def test_what_is_not_counted_by_segment_is_named_and_never_shown() -> None:
    view = make_view(DigestRole.DEPARTMENT)
    assert view.survey.endswith("· plan=pro")
    assert view.notes[0].startswith("Response rate and cases are not counted by segment")
    whole = make_view(DigestRole.DEPARTMENT, segment=None)
    assert not whole.notes[0].startswith("Response rate")


def test_the_notes_name_the_day_of_the_figures_and_how_the_api_is_asked() -> None:
    notes = make_view(DigestRole.EXECUTIVE).notes
    assert notes == [
        "All figures are of 30 Nov 2026 (days in Europe/Berlin), read on 1 Dec 2026 07:00.",
        "The API reports the same with as_of=2026-11-30&window=month.",
        "Cases: from=2026-11-01&to=2026-12-01",
    ]
    late = make_view(DigestRole.EXECUTIVE, is_last_day_over=False, survey_timezone="America/Los_Angeles").notes
    assert "That day was not over yet in America/Los_Angeles." in late


def test_a_month_with_few_responses_has_no_score() -> None:
    rows = section(make_view(DigestRole.EXECUTIVE), "The last twelve months").rows
    assert len(rows) == 12
    assert (rows[0].label, rows[0].value, rows[0].range, rows[0].detail) == ("Dec 2025", "–", None, "Responses: 2")
    assert (rows[-1].label, rows[-1].value, rows[-1].detail) == ("Nov 2026", "35", "26.0 to 43.4 · Responses: 311")
    assert rows[-1].range is not None
    assert rows[-1].range.low < rows[-1].range.point < rows[-1].range.high


def test_that_no_segment_moved_is_written() -> None:
    found = section(make_view(DigestRole.EXECUTIVE, moved=()), "Segments")
    assert list(section_lines(found)) == ["No segment really changed."]


def test_a_response_rate_names_the_days_of_its_mails() -> None:
    found = section(make_view(DigestRole.LEAD), "Response rate")
    assert list(section_lines(found)) == [
        "45.7%",
        "95% interval: 39.6% to 52.0%",
        "Responses: 112 of 245",
        "Change: +6.3 (−2.4 to +14.7) · no real change",
        "Invited: 22 Oct 2026 to 20 Nov 2026",
    ]
    first = make_view(DigestRole.LEAD, rate=ResponseRate(WINDOW, Rate(10, 0)))
    assert section(first, "Response rate").big == "0.0%"


def test_recovery_stands_next_to_the_uncontacted_and_few_have_counts_only() -> None:
    view = make_view(DigestRole.EXECUTIVE)
    found = section(view, "Recovered")
    assert found.title == "Recovered after closing · 1 Dec 2025 to 30 Nov 2026"
    assert list(section_lines(found)) == [
        "Responded again: 40 of 96",
        "Recovered after closing: 18 of 40 · 45.0% · 95% interval: 30.7% to 60.2%",
        "The same without contact: 12 of 50 · 24.0% · 95% interval: 14.3% to 37.4%",
        "Difference: +21.0 (+1.4 to +39.0)",
        "Who is contacted is not random, so the difference need not come from the contact.",
    ]
    cases = make_cases()
    days = Period(date(2025, 12, 1), date(2026, 12, 1))
    few = Recovery(NextResponses(96, 40, 18), NextResponses(200, 9, 3))
    view = make_view(DigestRole.EXECUTIVE, cases=replace(cases, recovered=RecoveredCases(days, few)))
    assert list(section_lines(section(view, "Recovered")))[1:3] == [
        "Recovered after closing: 18 of 40",
        "The same without contact: 3 of 9",
    ]
    none = Recovery(NextResponses(), NextResponses())
    view = make_view(DigestRole.EXECUTIVE, cases=replace(cases, recovered=RecoveredCases(days, none)))
    assert "Recovered" not in str([each.title for each in view.sections])


def test_a_case_has_a_link_its_due_time_where_the_reader_is_and_no_score_if_made_by_hand() -> None:
    line = CaseLine("c1", Due.OVERDUE, 1_796_101_200_000, None, "Contoso", "Late")
    digest, contents = make_digest(DigestRole.FRONTLINE), make_contents(DigestRole.FRONTLINE, mine=(line,), quotes=())
    for zone, time in (("Europe/Berlin", "1 Dec 2026 06:00"), ("America/New_York", "1 Dec 2026 00:00")):
        view = digest_view(digest, contents, make_addressee("en", zone), digest_texts_for("en"), url=f"{URL}/")
        assert list(section_lines(view.sections[0])) == [
            f"[–] · Contoso · Due: {time}",
            "“Late”",
            f"Look at the case: {URL}/v1/cases/c1",
        ]


def test_of_many_cases_the_first_are_shown_and_the_others_counted() -> None:
    view = make_view(DigestRole.FRONTLINE, mine=case_lines(MOST_LINES + 7))
    assert [len(each.lines) for each in view.sections[:3]] == [MOST_LINES] * 3
    assert view.sections[0].notes == ["+7"]


@pytest.mark.parametrize("role", list(DigestRole))
def test_no_words_of_customers_stand_in_the_subject(role: DigestRole) -> None:
    subject = make_view(role).subject
    assert not re.search(r"parcel|wonderful|Contoso", subject)
    assert "\n" not in make_view(role, survey="Shop\nBcc: x").subject
    assert make_view(role, survey="n" * 500).subject.count("n") < 100


def test_a_test_is_named_so() -> None:
    digest, contents = make_digest(DigestRole.LEAD), make_contents(DigestRole.LEAD)
    view = digest_view(digest, contents, make_addressee("de"), digest_texts_for("de"), url=URL, is_test=True)
    assert view.subject.startswith("Probe: Wochenbericht: Northwind Rail")


def test_slack_gets_the_same_lines() -> None:
    view = make_view(DigestRole.LEAD)
    data = slack_data(view)
    assert (data["title"], data["about"]) == ("Weekly digest", f"{view.survey} · {view.period}")
    assert [line for each in data["sections"] for line in (each["title"], *each["lines"])] == lines(view)
    assert data["notes"] == view.notes
