"""Replies: strict policies, texts that stay texts in a spreadsheet, and bodies as browsers take them."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.console.reply import POLICY, csv_reply, html_reply, json_reply, redirect, sent, svg_reply
from tests.unit.console.world import unpacked


def test_a_page_may_load_our_own_files_and_nothing_else() -> None:
    headers = html_reply("<p>").headers
    assert headers["content-security-policy"] == POLICY
    assert "unsafe" not in POLICY
    assert POLICY.startswith("default-src 'none'")
    assert headers["cache-control"] == "no-store, private"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a", "\tx", "\rx", "\nx"])
def test_a_text_does_not_become_a_formula(text: str) -> None:
    rows = list(csv.reader(io.StringIO(csv_reply("a", ("x",), [(text,)]).body.decode(), newline="")))
    assert rows[1] == [f"'{text}"]


def test_numbers_stay_numbers_and_nothing_is_empty() -> None:
    assert csv_reply("a", ("x", "y", "z"), [(-12, -0.5, None)]).body.decode().splitlines()[1] == "-12,-0.5,"


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), min_size=1, max_size=4))
def test_any_text_is_read_back_from_a_file(texts: list[str]) -> None:
    body = csv_reply("a", texts, [texts]).body.decode()
    header, row = csv.reader(io.StringIO(body, newline=""))
    assert (header, row) == (texts, [_as_written(text) for text in texts])


def test_a_file_leads_to_the_rows_after_it() -> None:
    headers = csv_reply("a", ("x",), [], "/app/s/demo/responses.csv?cursor=c").headers
    assert headers["link"] == '</app/s/demo/responses.csv?cursor=c>; rel="next"'
    assert "link" not in csv_reply("a", ("x",), []).headers


def test_a_chart_may_use_its_own_style_only() -> None:
    policy = svg_reply("<svg><style>.a{}</style></svg>").headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")


@pytest.mark.parametrize("accepted", ["gzip, br", ""])
def test_a_long_body_is_compressed_for_who_takes_it(accepted: str) -> None:
    reply = json_reply({"text": "x" * 5000})
    headers, body = unpacked(reply, accepted)
    assert body == reply.body
    assert ("content-encoding" in headers) is bool(accepted)


def test_a_head_request_gets_no_body() -> None:
    assert sent(html_reply("x" * 5000), "gzip", is_head=True)["body"] == ""


def test_a_redirect_sets_the_cookies_it_is_given() -> None:
    assert sent(redirect("/app", cookies=("a=b",)), "")["cookies"] == ["a=b"]


def _as_written(text: str) -> str:
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else text
