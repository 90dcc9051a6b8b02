"""Everything that reads a stranger's text takes time in proportion to its length, and says no to what is too long."""

import contextlib
import csv
import gc
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from earshot.adapters.identity_tokens import IdentityTokens
from earshot.adapters.link_tokens import Tokens, WrongTokenError
from earshot.api.pages import LinkRequest
from earshot.api.problems import problem
from earshot.api.request import parse_query
from earshot.api.request_body import json_object
from earshot.api.responses import Arrival, read_batch, read_response
from earshot.domain.api_key import hidden
from earshot.domain.errors import EarshotError
from earshot.domain.identity_claims import TokenRules, UntrustedTokenError
from earshot.domain.unicode_text import has_unstorable_characters, normal, normal_text, replace_unstorable
from earshot.emails import mime
from earshot.languages.catalogue import texts_for
from earshot.pages.forms import asks_to_unsubscribe, read_response_form
from earshot.pages.render import Notice, render_notice
from earshot_cli.errors import CommandError
from earshot_cli.imports.columns import Columns
from earshot_cli.imports.csv_file import CsvFile

Read = Callable[[str], object]
LONG, TIMES = 200_000, 4
# Four times the text takes four times the time, or sixteen times where a part is read again for each character.
MOST_GROWTH, NOISE = 9, 0.004
NOW = 1_790_000_000_000
FORM, PARTS = "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"


def arrival(*, keyed: bool = False) -> Arrival:
    return Arrival("shop", NOW, keyed, "c", lambda _: "01990000-0000-7000-8000-000000000000")


def one(text: str) -> object:
    return read_response(json_object(text.encode()), arrival())


def batch(text: str) -> object:
    return read_batch(json_object(text.encode()), arrival(keyed=True))


def refusal(text: str) -> object:
    try:
        return read_response(json_object(text.encode()), arrival())
    except EarshotError as error:
        return problem(error, text)


def form(text: str) -> object:
    return read_response_form(text.encode("utf-8", "surrogatepass"), FORM)


def parts(text: str) -> object:
    return read_response_form(text.encode(), PARTS)


def visit(text: str) -> object:
    heard = LinkRequest(
        {"rawQueryString": text, "headers": {"accept-language": text, "content-type": text}, "body": text}
    )
    return heard.chosen, heard.language, asks_to_unsubscribe(*heard.form)


def members(count: int) -> str:
    return ",".join(f'"{number}":1' for number in range(count))


# What makes each reader work hardest, as a function of a length.
HARD: dict[str, tuple[Read, Callable[[int], str]]] = {
    "JSON: a name twice after many": (one, lambda n: "{" + members(n // 40) + ',"0":1}'),
    "JSON: many unknown fields": (refusal, lambda n: '{"score":9,' + members(n // 10) + "}"),
    "JSON: many properties": (one, lambda n: '{"score":9,"properties":{' + members(n // 10) + "}}"),
    "JSON: one long name": (one, lambda n: '{"score":9,"' + "x" * n + '":1}'),
    "JSON: escapes": (one, lambda n: '{"score":9,"comment":"' + r"\u00e9" * (n // 6) + '"}'),
    "JSON: deep": (one, lambda n: '{"a":' * (n // 5)),
    "JSON: brackets in a text that never ends": (one, lambda n: '{"a":"' + '[{\\"' * (n // 4)),
    "JSON: many pairs of brackets": (one, lambda n: '{"score":9,"x":[' + "[]," * (n // 3) + "[]]}"),
    "JSON: a hundred deep, often": (
        one,
        lambda n: '{"score":9,"x":[' + ("[" * 98 + "]" * 98 + ",") * (n // 197) + "1]}",
    ),
    "JSON: many short texts": (one, lambda n: '{"a":[' + '"[",' * (n // 4) + "1]}"),
    "JSON: long numbers": (one, lambda n: '{"score":[' + ",".join(["9" * 4_000] * (n // 4_001)) + "]}"),
    "JSON: a long fraction": (one, lambda n: '{"score":1.' + "0" * n + "}"),
    "JSON: spaces": (one, lambda n: " " * n),
    "JSON: a batch of faults": (batch, lambda n: '{"responses":[' + ",".join(['{"x":1}'] * (n // 800)) + "]}"),
    "query: many parameters": (parse_query, lambda n: "&".join(f"p{number}=1" for number in range(n // 8))),
    "query: escapes": (parse_query, lambda n: "a=" + "%41" * (n // 3)),
    "query: separators": (parse_query, lambda n: "&" * n),
    "form: separators": (form, lambda n: "&" * n),
    "form: escapes": (form, lambda n: "score=9&comment=" + "%41" * (n // 3)),
    "form: half characters": (form, lambda n: "score=9&comment=" + "%ED%A0%80" * (n // 9)),
    "form: one long name": (form, lambda n: "=" * n),
    "parts: boundaries": (parts, lambda n: "--b\r\n" * (n // 5)),
    "parts: dispositions": (parts, lambda n: "--b" + "\ncontent-disposition: form-data;" * (n // 33) + "\n--b--"),
    "parts: names": (parts, lambda n: '--b\ncontent-disposition: form-data; name="' + 'name="' * (n // 6) + "\n--b--"),
    "parts: spaces": (parts, lambda n: "--b\ncontent-disposition:" + " " * n + "\n--b--"),
    "page: query and headers": (visit, lambda n: "score=9&" * (n // 8)),
    "page: separators": (visit, lambda n: ",;" * (n // 2)),
    "page: a language": (texts_for, lambda n: "de-" * (n // 3)),
    "page: its text": (lambda text: render_notice(Notice.FAILED, texts_for(text)), lambda n: "x" * n),
    "mail: an address": (mime.ADDRESS.fullmatch, lambda n: "a@" * (n // 2)),
    "mail: a link": (mime.LINK.fullmatch, lambda n: "https://" + "a:" * (n // 2) + "<"),
    "mail: a message id": (mime.MESSAGE_ID.fullmatch, lambda n: "<" + "@" * n),
    "text: no characters": (
        lambda text: (has_unstorable_characters(text), replace_unstorable(text)),
        lambda n: "\ud800x" * (n // 2),
    ),
    "text: marks on one letter": (normal_text, lambda n: "a" + "\u0301\u0316" * (n // 2)),
    "name: marks on one letter": (normal, lambda n: "a" + "\u0301\u0316" * (n // 2)),
    "name: joiners": (normal, lambda n: "\u0646\u200c" * (n // 2)),
    "name: joiners in a row": (normal, lambda n: "\u0646" + "\u200c" * n),
    "text: keys": (hidden, lambda n: "earshot_0123456789ab_" * (n // 21)),
    "text: halves of keys": (hidden, lambda n: "earshot_" * (n // 8)),
}


def seconds(read: Read, text: str) -> float:
    """Return the least CPU time of this thread, of three goes."""
    taken = []
    # The collector of garbage would walk over the objects of all tests.
    gc.disable()
    try:
        for _ in range(3):
            begun = time.thread_time()
            with contextlib.suppress(EarshotError):
                read(text)
            taken.append(time.thread_time() - begun)
    finally:
        gc.enable()
    return min(taken)


@pytest.mark.parametrize("name", HARD)
def test_four_times_the_text_takes_about_four_times_the_time(name: str) -> None:
    read, text = HARD[name]
    length = LONG // TIMES
    short, long = seconds(read, text(length)), seconds(read, text(length * TIMES))
    assert long <= MOST_GROWTH * short + NOISE, f"{short * 1000:.1f} ms for {length}, {long * 1000:.1f} ms for {LONG}"


CELLS = {
    "a mark that is never closed": lambda n: 'a,b\n"' + "x" * n,
    "doubled marks": lambda n: 'a,b\n"' + '""' * (n // 2) + '",1\n',
    "many columns": lambda n: "a,b" + ",c" * (n // 2) + "\n",
    "many rows": lambda n: "a,b\n" + "1,2\n" * (n // 4),
    "blank lines": lambda n: "a,b\n" + "\n" * n,
}


@pytest.mark.parametrize("name", CELLS)
def test_a_table_is_read_in_one_pass(name: str, tmp_path: Path) -> None:
    def read(path: str) -> object:
        with contextlib.suppress(CommandError, csv.Error):
            return sum(1 for _ in CsvFile(Path(path), Columns({"score": "a", "responded_at": "b"})).records())
        return None

    files = []
    for length in (LONG // TIMES, LONG):
        files.append(tmp_path / f"{length}.csv")
        files[-1].write_text(CELLS[name](length), encoding="utf-8")
    short, long = (seconds(read, str(path)) for path in files)
    assert long <= MOST_GROWTH * short + NOISE, f"{short * 1000:.1f} ms, then {long * 1000:.1f} ms"


@pytest.mark.parametrize("text", ["." * 5_000, "a." * 2_500, "=" * 5_000])
def test_a_token_that_is_too_long_is_not_even_read(text: str) -> None:
    with pytest.raises(WrongTokenError):
        Tokens([b"key"], lambda: NOW).read("respond", text)

    def key() -> bytes:
        raise AssertionError("the secret was wanted")

    with pytest.raises(UntrustedTokenError, match="it has 5000 characters; at most 4096 are allowed"):
        IdentityTokens(key).read("shop", TokenRules(), text, NOW)
