"""Scores as exports write them."""

import pytest

from earshot_cli.errors import UsageError
from earshot_cli.imports.scores import ScoreReader


@pytest.mark.parametrize(
    ("cell", "score"),
    [
        ("9", 9),
        ("0", 0),
        ("10", 10),
        ("007", 7),
        ("9.0", 9),
        ("10.0", 10),
        ("9\u200b", 9),
        ("\ufeff9", 9),
        ("10\xa0-\u202fextremely likely", 10),
        ("0.000", 0),
        ("10 - extremely likely", 10),
        ("0 - not at all likely", 0),
        ("10 (Extremely likely)", 10),
        ("10 – äußerst wahrscheinlich", 10),
        ("10-Extremely likely", 10),
        ("Extremely likely (10)", 10),
        ("Extremely likely - 10", 10),
        ("Not at all likely: 0", 0),
        ("Wahrscheinlich=8", 8),
        ("5. Neutral", 5),
        ("7, I would", 7),
        ("とても薦める 10", 10),
        ("[3] meh", 3),
        ("10 extremely likely", 10),
        ("very likely 9", 9),
        ("0: Not at all", 0),
        ("3 - Less likely", 3),
        ("Least likely - 0", 0),
        ("5 - Neither likely nor unlikely", 5),
        ("0 - Überhaupt nicht wahrscheinlich", 0),
        ("9 - Good", 9),
        ("Detractor: 3", 3),
    ],
)
def test_a_whole_number_and_a_label_with_exactly_one_are_scores(cell: str, score: int) -> None:
    assert ScoreReader().score(cell) == score


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "6.5",
        "9,0",
        "9.",
        ".0",
        "11",
        "10.5",
        "1e1",
        "-1",
        "+5",
        "nine",
        "N/A",
        "٩",
        "٩ - likely",
        "9/10",
        "9 out of 10",
        "9 of 10 - likely",
        "-1 - unlikely",
        "likely -1",
        "likely +1",
        "6.5 - likely",
        "6,5 likely",
        "11 - more than likely",
        "9½ likely",
        "90%",
        "9% likely",
        "9 % likely",
        "9+ likely",
        "9th likely",
        "Q9 likely",
        "$9 likely",
        "9/ likely",
        "10-Jan",
        "Sep-9",
        "#9",
        "(9)",
        "-",
        "Extremely likely",
        # What spreadsheets of other languages make of 9-10.
        *("09. Okt", "5-Mai", "10-dez", "9-okt.", "9. Oktober", "9 October", "9 - Okt", "mai 5", "Mai-5", "10月9"),
        # Bounds, parts, quantities and fractions.
        *("less than 5", "mehr als 8", "6 or below", "6 (or below)", "9 or higher", "at least 9", "≤6 likely"),
        *("minus 5", "minus: 5", "likely \u20131", "not 9", "ab 9", "7 plus", "9 or higher - likely"),
        *("9 and a half", "9 percent", "4 stars", "4 (stars)", "10 points", "5 of five", "9 (of ten)"),
        # Nobody responded.
        *("No answer (0)", "Keine Angabe (0)", "N/A (0)", "Don't know - 10", "none: 0"),
        "likely " * 40 + "- 9",
    ],
)
def test_what_has_another_reading_is_no_score(cell: str) -> None:
    assert ScoreReader().score(cell) is None


def test_a_mapped_label_is_its_score_whatever_its_case_and_its_spaces() -> None:
    reader = ScoreReader(["Extremely likely=10", "Not at  all likely = 0", "a=b=5", "Très probable=9"])
    assert reader.score("extremely LIKELY") == 10
    assert reader.score("Not at all likely") == 0
    assert reader.score("a=b") == 5
    assert reader.score("Tre\u0300s probable") == 9
    assert reader.score("7") == 7
    assert reader.score("Likely") is None


def test_a_mapped_label_goes_before_the_number_it_holds() -> None:
    assert ScoreReader(["5 stars=10"]).score("5 stars") == 10


@pytest.mark.parametrize("typed", ["Likely", "Likely=", "Likely=11", "Likely=9.0", "=9", "Likely=ten"])
def test_a_label_that_stands_for_no_score_is_a_usage_error(typed: str) -> None:
    with pytest.raises(UsageError, match="LABEL=SCORE"):
        ScoreReader([typed])
