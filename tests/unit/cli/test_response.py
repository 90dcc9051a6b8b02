"""`earshot response` from the keyboard to the server, and its history as people see it."""

from typing import Any

import pytest
from rich.console import Console

from earshot_cli.rendering.response_card import response_card
from tests.factories import uuid7
from tests.unit.cli.conftest import Run
from tests.unit.cli.fake_earshot import FakeEarshot

ID = uuid7()


NOTHING_TO_REVISE = (
    "Pass what to revise: --score N, --comment TEXT, --property NAME=VALUE, --contact-requested or "
    "--no-contact-requested, or several.\n"
)


def correction(action: str, by: str = "0f1e2d3c4b5a", **details: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {"corrected_at": "2026-11-21T21:00:00.000Z", "changed": [], "scores": None, "reason": None}
    return {"action": action, "by": by} | plain | details


def response(**details: Any) -> dict[str, Any]:
    plain = {
        "id": ID,
        "survey": "demo",
        "state": "final",
        "revision": 1,
        "score": 3,
        "category": "detractor",
        "comment": "Two hours late.",
        "comment_score": None,
        "properties": {"plan": "pro"},
        "contact_requested": False,
        "person": None,
        "channel": "widget",
        "responded_at": "2026-11-21T20:00:00.000Z",
        "day": "2026-11-21",
        "series": ["all"],
        "sent_id": None,
        "excluded": False,
        "exclusion_reason": None,
        "history": [],
        "history_left_out": 0,
    }
    return plain | details


def drawn(**details: Any) -> str:
    console = Console(width=80, color_system=None)
    with console.capture() as captured:
        console.print(response_card(response(**details), ascii_only=True))
    return " ".join(captured.get().replace("|", " ").split())


@pytest.fixture(autouse=True)
def recorded(earshot: FakeEarshot) -> None:
    earshot.add_survey()
    earshot.rows[ID] = response()


def test_a_response_is_shown_with_all_that_was_done_to_it(earshot: FakeEarshot, run: Run) -> None:
    earshot.rows[ID] = response(
        state="excluded",
        excluded=True,
        exclusion_reason="a test",
        series=[],
        history=[
            correction("excluded", changed=["excluded"], reason="a test"),
            correction("revised", "respondent", changed=["score", "comment"], scores=[9, 3]),
        ],
        history_left_out=2,
    )
    shown = run("response", "show", "demo", ID).stdout
    for line in (
        "3  detractor",
        "counts in     nothing",
        "2026-11-21 21:00 UTC  excluded with the key 0f1e2d3c4b5a",
        "“a test”",
        "revised by the respondent: score 9 to 3, comment",
        "and 2 older",
    ):
        assert line in shown, shown


@pytest.mark.parametrize(
    ("done", "words"),
    [
        (correction("revised", scores=[3, None]), "revised with the key 0f1e2d3c4b5a: score 3 to none"),
        (correction("revised"), "revised with the key 0f1e2d3c4b5a, as it was"),
        (correction("anonymised", "person-erased"), "anonymised as its person was erased"),
        (correction("included", changed=["excluded"]), "included with the key 0f1e2d3c4b5a"),
    ],
)
def test_each_correction_is_a_line(done: dict[str, Any], words: str) -> None:
    assert words in drawn(history=[done])


def test_an_untouched_and_an_erased_response_are_drawn_too() -> None:
    assert "It was never changed." in drawn()
    assert "contact" not in drawn()
    assert "contact requested" in drawn(contact_requested=True)
    gone: dict[str, Any] = {
        "score": None,
        "category": None,
        "comment": None,
        "comment_score": None,
        "channel": None,
        "properties": {},
        "series": [],
    }
    assert "score" not in drawn(**gone, state="erased", history=[correction("erased")])


@pytest.mark.parametrize(
    ("words", "body"),
    [
        (("revise", "--score", "9"), {"score": 9}),
        (("revise", "--comment", "", "--reason", "misheard"), {"comment": "", "reason": "misheard"}),
        (("revise", "--contact-requested"), {"contact_requested": True}),
        (("revise", "--no-contact-requested"), {"contact_requested": False}),
        (("exclude", "--reason", "a test"), {"excluded": True, "reason": "a test"}),
        (("include", "--reason", "no test"), {"excluded": False, "reason": "no test"}),
    ],
)
def test_a_correction_sends_what_was_typed_and_nothing_else(
    earshot: FakeEarshot, run: Run, words: tuple[str, ...], body: dict[str, Any]
) -> None:
    name, *rest = words
    assert run("response", name, "demo", ID, *rest).exit_code == 0
    assert earshot.calls[-1] == ("PATCH", f"/v1/surveys/demo/responses/{ID}", {}, body)


@pytest.mark.parametrize(
    ("name", "options", "sentence"),
    [
        ("revise", (), NOTHING_TO_REVISE),
        ("revise", ("--reason", "misheard"), NOTHING_TO_REVISE),
        ("exclude", (), "Pass the reason why the response is excluded: --reason TEXT is kept in its history.\n"),
        (
            "exclude",
            ("--reason", " "),
            "Pass the reason why the response is excluded: --reason TEXT is kept in its history.\n",
        ),
        ("include", (), "Pass the reason why the response is included again: --reason TEXT is kept in its history.\n"),
    ],
)
def test_nothing_is_sent_without_saying_what_or_why(
    earshot: FakeEarshot, run: Run, name: str, options: tuple[str, ...], sentence: str
) -> None:
    done = run("response", name, "demo", ID, *options)
    assert (done.exit_code, done.stderr) == (2, sentence)
    assert earshot.calls == []


@pytest.mark.parametrize(("typed", "left"), [("n\n", 1), ("y\n", 0)])
def test_an_erasure_asks_first(earshot: FakeEarshot, run: Run, typed: str, left: int) -> None:
    assert run("response", "erase", "demo", ID, typed=typed).exit_code == left
    assert len(earshot.rows) == left


def test_an_erasure_without_a_terminal_explains_what_to_add(earshot: FakeEarshot, run: Run) -> None:
    refused = run("response", "erase", "demo", ID)
    assert (refused.exit_code, "add --yes to erase it" in refused.stderr, len(earshot.rows)) == (2, True, 1)


def test_an_erasure_need_not_ask(earshot: FakeEarshot, run: Run) -> None:
    assert "is erased" in run("response", "erase", "demo", ID, "--yes").stdout
    assert not earshot.rows


def test_a_property_is_revised_and_the_others_stay(earshot: FakeEarshot, run: Run) -> None:
    earshot.rows[ID] = response(properties={"plan": "pro", "team": "x"})
    words = ("--property", "plan=free", "--property", "team=", "--property", "url=a=b", "--reason", "was wrong")
    assert run("response", "revise", "demo", ID, *words).exit_code == 0
    assert earshot.calls[-1][3] == {"properties": {"plan": "free", "url": "a=b"}, "reason": "was wrong"}


@pytest.mark.parametrize("typed", ["plan", "=pro", ""])
def test_a_property_without_name_or_value_is_a_usage_error(run: Run, typed: str) -> None:
    assert run("response", "revise", "demo", ID, "--property", typed).exit_code == 2
