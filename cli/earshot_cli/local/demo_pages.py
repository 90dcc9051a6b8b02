"""`/demo`: the widget live in a page, the score and its trend next to it, under `make run`; none of it is deployed."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

from aiohttp import ClientSession, web

from earshot.charts.trend_svg import trend_svg
from earshot.languages.catalogue import LANGUAGES
from earshot_cli.local.outbox_pages import OURS

FOLDER = Path(__file__).with_name("demo")
PAGE, SCORE, TREND = "/demo", "/demo/score", "/demo/trend.svg"
# The address of the stack itself leads to the console, which the deployed functions serve.
HOME, START = "/", "/app"
FILES = {
    PAGE: ("index.html", "text/html"),
    "/demo/page.css": ("page.css", "text/css"),
    "/demo/page.js": ("page.js", "text/javascript"),
}
NAMES = {
    "ar": "العربية",
    "da": "Dansk",
    "de": "Deutsch",
    "en": "English",
    "es": "Español",
    "fr": "Français",
    "he": "עברית",
    "it": "Italiano",
    "ja": "日本語",
    "nb": "Norsk",
    "nl": "Nederlands",
    "pl": "Polski",
    "pt": "Português",
    "sv": "Svenska",
    "tr": "Türkçe",
    "zh": "中文",
}
# The trend's picture, in pixels.
NARROWEST, WIDEST = 260, 760
LANGUAGES_GO_HERE = "<!-- languages -->"
# The widget builds its own styles without any that a policy could block; the page has one sheet and one script.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'"
)
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": f"{POLICY}; require-trusted-types-for 'script'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
}


class Demo:
    """The demo page and the score it shows; the key stays here, and the page never sees it."""

    def __init__(self) -> None:
        self._key: str | None = None
        self._survey = ""

    def show(self, survey: str, key: str) -> None:
        """Show the score of this survey, read with this key, from now on."""
        self._survey, self._key = survey, key

    def knows(self, request: web.BaseRequest) -> bool:
        """Return whether a request is about the demo and not for the API."""
        return request.method in {"GET", "HEAD"} and request.path in {*FILES, HOME, SCORE, TREND}

    async def respond(
        self, request: web.BaseRequest, session: ClientSession, url: str, headers: Mapping[str, str]
    ) -> web.Response:
        """Reply with a file of the page, or with the score as the API returns it now."""
        if not OURS.fullmatch(request.headers.get("Host", "")):
            return web.Response(status=403, text="The demo is for this machine only: open it at 127.0.0.1.\n")
        if request.path == HOME:
            return web.Response(status=303, headers={**HEADERS, "Location": START})
        if request.path in {SCORE, TREND}:
            width = _width(request.query.get("width", ""))
            return await self._of_the_survey(request.path, session, url, headers, width)
        name, kind = FILES[request.path]
        content = (FOLDER / name).read_text(encoding="utf-8").replace(LANGUAGES_GO_HERE, _options())
        return web.Response(text=content, content_type=kind, charset="utf-8", headers=HEADERS)

    async def _of_the_survey(
        self, path: str, session: ClientSession, engine: str, headers: Mapping[str, str], width: int
    ) -> web.Response:
        """Reply with the score as JSON, or with its trend as a picture of a width."""
        if self._key is None:
            return web.Response(status=503, headers={"Retry-After": "1"})
        url = f"{engine}/v1/surveys/{self._survey}/{'nps' if path == SCORE else 'trend'}"
        async with session.get(url, headers={**headers, "Authorization": f"Bearer {self._key}"}) as respond:
            body, media = await respond.read(), "application/json"
            if path == TREND and respond.status == 200:
                body, media = trend_svg(json.loads(body), width=width).encode(), "image/svg+xml"
            return web.Response(status=respond.status, body=body, content_type=media, headers=HEADERS)


def _width(asked: str) -> int:
    """Return the width that a picture is asked for in, as far as one can be drawn."""
    return min(max(int(asked), NARROWEST), WIDEST) if re.fullmatch("[0-9]{1,4}", asked) else WIDEST


def _options() -> str:
    """Return an option for each language that respondents are asked in, by its own name, sorted by it."""
    named = sorted((NAMES.get(code, code), code) for code in LANGUAGES)
    chosen = {"en": " selected"}
    return "".join(f'<option value="{code}"{chosen.get(code, "")}>{name}</option>' for name, code in named)
