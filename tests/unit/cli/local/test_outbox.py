"""The local outbox: mails as they were sent, shown without giving them any power."""

import json
import re
from pathlib import Path
from unittest.mock import Mock

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from earshot_cli.local.outbox import Outbox
from earshot_cli.local.outbox_pages import in_scheme, is_of_outbox, respond_from_outbox

FIRST = "01795300170602-5ca41a8a-27ce-4ab3-a196-796e15cfc8e9"
SECOND = "01795300170700-00000000-27ce-4ab3-a196-796e15cfc8e9"
MIME = (
    b"From: Acme <survey@example.com>\r\nTo: ann@example.com\r\nSubject: =?utf-8?q?=3Cb=3EGr=C3=BC=C3=9Fe?=\r\n"
    b'MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary="b"\r\n\r\n'
    b'--b\r\nContent-Type: text/plain; charset="utf-8"\r\n\r\nplain </pre><script>alert(1)</script>\r\n'
    b'--b\r\nContent-Type: text/html; charset="utf-8"\r\n\r\n<p>html</p><script>alert(2)</script>\r\n--b--\r\n'
)


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    for name in (FIRST, SECOND):
        (tmp_path / f"{name}.eml").write_bytes(MIME)
    (tmp_path / f"{SECOND[:-1]}0.new").write_bytes(b"half a")
    (tmp_path / "other.eml").write_bytes(MIME)
    return Outbox(tmp_path)


def serve(outbox: Outbox, path: str, method: str = "GET", host: str = "127.0.0.1:8080") -> web.Response:
    request = make_mocked_request(method, path, headers={"Host": host}, transport=Mock())
    assert is_of_outbox(request)
    return respond_from_outbox(request, outbox)


def test_mails_are_listed_newest_first(outbox: Outbox, tmp_path: Path) -> None:
    assert [mail.id for mail in outbox.mails()] == [SECOND, FIRST]
    assert outbox.mails()[1].summary == {
        "id": FIRST,
        "sent_at": "2026-11-21T22:29:30.602Z",
        "from": "Acme <survey@example.com>",
        "to": "ann@example.com",
        "subject": "<b>Grüße",
    }
    listed = str(serve(outbox, "/outbox").text)
    assert listed.index(SECOND) < listed.index(FIRST)
    assert "&lt;b&gt;Grüße" in listed
    assert "No mail has been sent yet" in str(serve(Outbox(tmp_path / "none"), "/outbox").text)


def test_programs_get_the_list_with_the_texts(outbox: Outbox) -> None:
    body = json.loads(str(serve(outbox, "/outbox.json").text))["mails"]
    assert [mail["id"] for mail in body] == [SECOND, FIRST]
    assert body[0]["text"].startswith("plain ")


def test_a_mail_is_shown_rendered_as_text_and_as_source_and_nothing_in_it_runs(outbox: Outbox) -> None:
    page = serve(outbox, f"/outbox/{FIRST}")
    assert "<script" not in str(page.text)
    assert f'src="/outbox/{FIRST}/html?scheme=light" sandbox="allow-popups allow-popups-to-escape-sandbox"' in str(
        page.text
    )
    assert "script-src" not in page.headers["Content-Security-Policy"]
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    html = serve(outbox, f"/outbox/{FIRST}/html")
    assert str(html.text).strip() == "<p>html</p><script>alert(2)</script>"
    assert html.headers["Content-Security-Policy"].startswith("sandbox ")
    assert "allow-scripts" not in html.headers["Content-Security-Policy"]
    source = serve(outbox, f"/outbox/{FIRST}/source")
    assert (source.content_type, source.text) == ("text/plain", MIME.decode().replace("\r\n", "\n"))


@pytest.mark.parametrize("query", ["", "?view=none", "?view=desktop&scheme=blue"])
def test_a_mail_is_shown_at_a_desk_in_light_unless_something_else_is_chosen(outbox: Outbox, query: str) -> None:
    page = str(serve(outbox, f"/outbox/{FIRST}{query}").text)
    assert '<iframe class="desktop"' in page
    assert re.findall(r"<a [^>]*aria-current=true>([^<]+)", page) == ["Desktop", "Light"]
    assert "<details><summary>Source" in page


def test_each_tab_keeps_the_other_choice(outbox: Outbox) -> None:
    page = str(serve(outbox, f"/outbox/{FIRST}?view=phone&scheme=dark").text)
    assert '<iframe class="phone"' in page
    assert f'src="/outbox/{FIRST}/html?scheme=dark"' in page
    assert re.findall(r"<a [^>]*aria-current=true>([^<]+)", page) == ["Phone", "Dark"]
    assert 'href="?view=text&amp;scheme=dark"' in page
    assert 'href="?view=phone&amp;scheme=light"' in page


def test_the_text_stands_in_a_tab_of_its_own(outbox: Outbox) -> None:
    page = str(serve(outbox, f"/outbox/{FIRST}?view=text").text)
    assert '<pre dir="auto">plain &lt;/pre&gt;&lt;script&gt;' in page
    assert "<iframe" not in page


def test_a_mail_is_seen_in_the_scheme_that_is_chosen_whatever_the_screen_shows() -> None:
    mail = (
        '<meta name="color-scheme" content="light dark"><style>:root { color-scheme: light dark }'
        "@media (prefers-color-scheme: dark) { a { color: red } }</style>light dark"
    )
    dark, light = in_scheme(mail, "dark"), in_scheme(mail, "light")
    assert '"color-scheme" content="dark"' in dark
    assert "color-scheme: dark }@media (min-width: 0) {" in dark
    assert "color-scheme: light }@media (max-width: 0) {" in light
    assert (dark.endswith("light dark"), in_scheme(mail, "") == mail) == (True, True)


@pytest.mark.parametrize("path", ["/outbox/nothing", f"/outbox/{FIRST}/other", "/outbox/../x", "/outbox/other"])
def test_what_is_no_mail_is_not_found(outbox: Outbox, path: str) -> None:
    assert serve(outbox, path).status == 404


def test_the_outbox_is_only_read_and_only_from_this_machine(outbox: Outbox) -> None:
    assert serve(outbox, "/outbox", "POST").status == 405
    assert serve(outbox, "/outbox", host="localhost:8080").status == 200
    for host in ("evil.example", "127.0.0.1.evil.example:8080", ""):
        assert serve(outbox, "/outbox.json", host=host).status == 403


@pytest.mark.parametrize("path", ["/outboxes", "/v1/outbox", "/"])
def test_other_paths_belong_to_the_api(path: str) -> None:
    assert not is_of_outbox(make_mocked_request("GET", path))
