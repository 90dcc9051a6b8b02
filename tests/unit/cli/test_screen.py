"""What reaches the terminal: the words that somebody wrote, and no command to it."""

import json
from io import BytesIO, TextIOWrapper
from typing import Any

import pytest
from rich.text import Text

from earshot_cli.drawing.response_card import response_card
from earshot_cli.screen import Screen, say_json
from tests.unit.cli.test_response import response

# Clears the screen, renames the window, begins a sequence in one character, and deletes.
ATTACK = "fine\x1b[2J\x1b]0;owned\x07\x9b31m\x7f, thanks"


def is_harmless(shown: str) -> bool:
    return all(letter.isprintable() or letter == "\n" for letter in shown)


def shown_in(encoding: str, renderable: Any) -> str:
    file = TextIOWrapper(BytesIO(), encoding=encoding)
    Screen(file=file, width=80).print(renderable)
    file.seek(0)
    return file.read()


def shown(renderable: Any) -> str:
    console = Screen(width=80, color_system=None, markup=False, highlight=False, emoji=False)
    with console.capture() as captured:
        console.print(renderable)
    return captured.get()


@pytest.mark.parametrize("renderable", [ATTACK, Text(ATTACK)])
def test_what_is_said_holds_no_command_to_the_terminal(renderable: Any) -> None:
    assert is_harmless(shown(renderable))
    assert "fine" in shown(renderable)
    assert "thanks" in shown(renderable)


def test_an_answer_of_a_stranger_gives_the_terminal_no_command() -> None:
    drawn = shown(response_card(response(comment=ATTACK, properties={ATTACK: ATTACK}, channel=ATTACK)))
    assert is_harmless(drawn)
    assert len({len(line) for line in drawn.splitlines()}) == 1  # and the frame stays whole


def test_lines_stay_lines() -> None:
    assert shown("one\ntwo") == "one\ntwo\n"


def test_colours_are_still_ours_to_give() -> None:
    console = Screen(width=80, force_terminal=True, color_system="standard")
    with console.capture() as captured:
        console.print("red", style="red")
    assert captured.get() == "\x1b[31mred\x1b[0m\n"


def test_json_is_harmless_and_says_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    say_json({"comment": f"{ATTACK}é"})
    printed = capsys.readouterr().out
    assert is_harmless(printed)
    assert json.loads(printed) == {"comment": f"{ATTACK}é"}


@pytest.mark.parametrize(
    ("encoding", "expected"), [("ascii", "caf? ? 5 ?"), ("latin-1", "café ? 5 ?"), ("utf-8", "café 🙂 5 €")]
)
def test_what_the_locale_cannot_write_is_a_question_mark_and_no_traceback(encoding: str, expected: str) -> None:
    assert shown_in(encoding, Text("café 🙂 5 €")).strip() == expected
    assert expected in shown_in(encoding, response_card(response(comment="café 🙂 5 €"), ascii_only=True))


def test_json_loses_no_letter_where_the_locale_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    file = TextIOWrapper(BytesIO(), encoding="ascii")
    monkeypatch.setattr("earshot_cli.screen.out", Screen(file=file))
    say_json({"comment": "café 🙂"})
    file.seek(0)
    assert json.loads(file.read()) == {"comment": "café 🙂"}
