"""`earshot segment`: values listed and decided about."""

import pytest

from tests.unit.cli.conftest import Run
from tests.unit.cli.fake_earshot import FakeEarshot

VALUES = {
    "survey": "demo",
    "segment": "plan",
    "open": False,
    "complete": False,
    "places": 200,
    "open_places": 100,
    "candidate_places": 100,
    "values": [{"value": "free", "source": "owner"}, {"value": "pro", "source": "key"}],
    "candidates": [{"value": "gold", "responses": 1200}, {"value": "silver", "responses": 1}],
    "ignored": ["asdf"],
    "removed": ["trial"],
    "merged": [{"value": "Pro", "into": "pro"}],
}


@pytest.fixture(autouse=True)
def tracked(earshot: FakeEarshot) -> None:
    earshot.add_survey(segments=[{"name": "plan", "open": True}, "cabin"])
    earshot.values = dict(VALUES)


def test_the_values_of_a_segment_are_listed_with_who_brought_them(earshot: FakeEarshot, run: Run) -> None:
    listed = run("segment", "list", "demo", "plan")
    assert listed.exit_code == 0
    for words in ("2 of 200", "yours", "by key", "gold: 1,200 responses in (other)", "silver: 1 response in", "asdf"):
        assert words in listed.stdout
    for words in ("trial", "Pro into pro", "still being moved"):
        assert words in listed.stdout
    assert "unsigned" not in listed.stdout
    assert earshot.calls[-1][1:3] == ("/v1/surveys/demo/values", {"segment": "plan"})
    earshot.values |= {"open": True, "complete": True}
    assert (
        "values of unsigned responses get a series, too, at most 100" in run("segment", "list", "demo", "plan").stdout
    )


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        (("accept", "demo", "plan", "gold", "silver"), {"accept": ["gold", "silver"]}),
        (("ignore", "demo", "plan", "asdf"), {"ignore": ["asdf"]}),
        (("remove", "demo", "plan", "pro", "--yes"), {"remove": ["pro"]}),
        (("merge", "demo", "plan", "Pro", "pro"), {"merge": [{"value": "Pro", "into": "pro"}]}),
    ],
)
def test_a_decision_is_sent_and_the_reply_shown(
    earshot: FakeEarshot, run: Run, typed: tuple[str, ...], sent: dict[str, object]
) -> None:
    result = run("segment", *typed)
    assert result.exit_code == 0, result.stderr
    method, path, _, body = earshot.calls[-1]
    assert (method, path, body) == ("PATCH", "/v1/surveys/demo/values", {"segment": "plan", **sent})
    assert "plan has 2 values with a score, and 2 await your decision. Responses are being moved" in " ".join(
        result.stdout.split()
    )


def test_a_series_is_removed_only_after_a_yes(earshot: FakeEarshot, run: Run) -> None:
    refused = run("segment", "remove", "demo", "plan", "pro", typed="n\n")
    assert (refused.exit_code, "Nothing was changed" in refused.stderr) == (1, True)
    assert earshot.calls == []


def test_a_survey_is_shown_with_the_names_of_open_segments(run: Run) -> None:
    assert "plan: 0 values" in run("survey", "show", "demo").stdout
    assert "plan, cabin" in run("survey", "list").stdout
