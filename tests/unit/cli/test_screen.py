"""What reaches the terminal: the words that somebody wrote, and no command to it."""

import json
import sys
from io import BytesIO, TextIOWrapper
from typing import Any

import pytest
from rich.text import Text

from earshot_cli.listing import Format, write_list
from earshot_cli.rendering.response_card import response_card
from earshot_cli.screen import Screen, confirmed, write_json
from tests.unit.cli.test_response import response

# Clears the screen, renames the window, begins a sequence in one character, and deletes.
ATTACK = "fine\x1b[2J\x1b]0;owned\x07\x9b31m\x7f, thanks"
# Turns the direction of writing: what stands behind it reads backwards, or as part of another field.
TURNS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def is_harmless(shown: str) -> bool:
    return all(char.isprintable() or char == "\n" for char in shown)


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
def test_printed_values_hold_no_command_to_the_terminal(renderable: Any) -> None:
    assert is_harmless(shown(renderable))
    assert "fine" in shown(renderable)
    assert "thanks" in shown(renderable)


def test_a_response_of_a_stranger_gives_the_terminal_no_command() -> None:
    drawn = shown(response_card(response(comment=ATTACK, properties={ATTACK: ATTACK}, channel=ATTACK)))
    assert is_harmless(drawn)
    assert len({len(line) for line in drawn.splitlines()}) == 1  # and the frame stays whole


@pytest.mark.parametrize("turn", TURNS)
def test_what_a_stranger_wrote_turns_no_line(turn: str) -> None:
    plain, turned = (f"{before}txt.exe 10{before}" for before in ("", turn))
    assert shown(turned) == shown(plain)
    assert turn not in shown(Text(turned))
    drawn = [shown(response_card(response(comment=each, channel=each))) for each in (plain, turned)]
    assert drawn[0] == drawn[1]  # and the frame stays whole


def test_what_is_written_from_right_to_left_stays_as_it_is() -> None:
    assert shown("שלום, ممتاز") == "שלום, ممتاز\n"


def test_a_question_is_asked_as_it_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("typer.confirm", lambda question, **_: is_harmless(question) and "fine" in question)
    assert confirmed(f"Remove {ATTACK}{TURNS}", "remove it")


def test_lines_stay_lines() -> None:
    assert shown("one\ntwo") == "one\ntwo\n"


def test_colors_are_still_ours_to_give() -> None:
    console = Screen(width=80, force_terminal=True, color_system="standard")
    with console.capture() as captured:
        console.print("red", style="red")
    assert captured.get() == "\x1b[31mred\x1b[0m\n"


def test_json_is_harmless_and_holds_the_same_data(capsys: pytest.CaptureFixture[str]) -> None:
    write_json({"comment": f"{ATTACK}{TURNS}é"})
    printed = capsys.readouterr().out
    assert is_harmless(printed)
    assert json.loads(printed) == {"comment": f"{ATTACK}{TURNS}é"}


@pytest.mark.parametrize(
    ("encoding", "expected"), [("ascii", "caf? ? 5 ?"), ("latin-1", "café ? 5 ?"), ("utf-8", "café 🙂 5 €")]
)
def test_an_unencodable_character_is_replaced_and_causes_no_traceback(encoding: str, expected: str) -> None:
    assert shown_in(encoding, Text("café 🙂 5 €")).strip() == expected
    assert expected in shown_in(encoding, response_card(response(comment="café 🙂 5 €"), ascii_only=True))


@pytest.mark.parametrize("is_terminal", [True, False])
def test_a_row_of_a_list_gives_a_terminal_no_command_and_a_file_all_of_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, is_terminal: bool
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: is_terminal)
    for form in (Format.CSV, Format.JSONL):
        write_list(iter([{"comment": f"{ATTACK}{TURNS}"}]), form, ["comment"], lambda _: None)
    printed = capsys.readouterr().out
    assert is_harmless(printed) is is_terminal
    assert (TURNS in printed) is not is_terminal
    assert printed.count("\n") == 3


def test_json_loses_no_character_where_the_locale_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    file = TextIOWrapper(BytesIO(), encoding="ascii")
    monkeypatch.setattr("earshot_cli.screen.out", Screen(file=file))
    write_json({"comment": "café 🙂"})
    file.seek(0)
    assert json.loads(file.read()) == {"comment": "café 🙂"}
