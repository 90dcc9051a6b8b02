"""What stands in a digest: when there is enough of it, and how long a comment may be."""

from dataclasses import replace
from datetime import date

import pytest

from earshot.domain.digest_contents import (
    FEWEST,
    LONGEST_COMMENT,
    CaseLine,
    CaseSummary,
    DigestContents,
    Due,
    Quote,
    ScoreFigures,
    cut,
)
from earshot.domain.digests import DigestRole, Period
from earshot.domain.proportions import Proportion
from earshot.domain.score import Histogram, change
from earshot.domain.window import rolling

WINDOW = rolling("30d", date(2026, 11, 30))
FEW, MANY = Histogram.of([9] * (FEWEST - 1)), Histogram.of([9] * FEWEST)
NO_CASES = CaseSummary(0, 0, 0, None, 0, 0, Proportion(0, 0))
QUOTE = Quote("r", 9, "Great", "2026-11-30")


def test_few_responses_have_no_score_and_a_comparison_needs_enough_on_both_sides() -> None:
    assert not ScoreFigures(WINDOW, FEW).is_enough
    assert ScoreFigures(WINDOW, MANY).is_enough
    for before, now, is_compared in ((FEW, MANY, False), (MANY, FEW, False), (MANY, MANY, True)):
        found = ScoreFigures(WINDOW, now, change(before, now), before)
        assert (found.comparison is not None) is is_compared
    assert ScoreFigures(WINDOW, MANY).comparison is None


@pytest.mark.parametrize(
    ("role", "changes", "is_empty"),
    [
        (DigestRole.LEAD, {}, True),
        (DigestRole.LEAD, {"collected": Histogram.of([3])}, False),
        (DigestRole.LEAD, {"cases": NO_CASES}, True),
        (DigestRole.LEAD, {"cases": replace(NO_CASES, open=1)}, False),
        (DigestRole.EXECUTIVE, {"cases": replace(NO_CASES, closed=1)}, False),
        (DigestRole.DEPARTMENT, {"cases": replace(NO_CASES, opened=1)}, False),
        (DigestRole.FRONTLINE, {}, True),
        (DigestRole.FRONTLINE, {"collected": Histogram.of([3]), "cases": replace(NO_CASES, open=1)}, True),
        (DigestRole.FRONTLINE, {"quotes": (QUOTE,)}, False),
        (DigestRole.FRONTLINE, {"mine": (CaseLine("c", Due.NEW),)}, False),
    ],
)
def test_a_digest_is_empty_if_its_reader_has_nothing_to_read(
    role: DigestRole, changes: dict[str, object], is_empty: bool
) -> None:
    period = Period(date(2026, 11, 30), date(2026, 12, 1))
    contents = DigestContents(role, "Demo", None, period, "UTC", 0, True, Histogram())
    assert contents.as_of == date(2026, 11, 30)
    assert replace(contents, **changes).is_empty is is_empty  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("comment", "shown"),
    [
        ("Fast\n\nand  good", "Fast and good"),
        ("a" * LONGEST_COMMENT, "a" * LONGEST_COMMENT),
        ("a" * (LONGEST_COMMENT + 1), "a" * (LONGEST_COMMENT - 1) + "…"),
        ("word " * 100, ("word " * 58 + "word") + "…"),
        ("short " + "あ" * 400, "short " + "あ" * 293 + "…"),
    ],
)
def test_a_comment_is_one_line_cut_after_a_word_if_it_has_any(comment: str, shown: str) -> None:
    assert cut(comment) == shown
    assert len(cut(comment)) <= LONGEST_COMMENT
