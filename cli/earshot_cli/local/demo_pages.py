"""`/`: the widget live in a page and the score beside it, under `make run`; the deployed stack has no such page."""

from collections.abc import Mapping
from pathlib import Path

from aiohttp import ClientSession, web

from earshot_cli.local.outbox_pages import OURS

FOLDER = Path(__file__).with_name("demo")
SCORE = "/demo/score"
FILES = {
    "/": ("index.html", "text/html"),
    "/demo/page.css": ("page.css", "text/css"),
    "/demo/page.js": ("page.js", "text/javascript"),
}
# The widget builds its own styles without any that a policy could block; the page has one sheet and one script.
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'"
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
        """Whether a request is about the demo and not for the API."""
        return request.method in {"GET", "HEAD"} and (request.path in FILES or request.path == SCORE)

    async def answer(
        self, request: web.BaseRequest, session: ClientSession, url: str, headers: Mapping[str, str]
    ) -> web.Response:
        """Answer with a file of the page, or with the score as the API tells it now."""
        if not OURS.fullmatch(request.headers.get("Host", "")):
            return web.Response(status=403, text="The demo is for this machine only: open it at 127.0.0.1.\n")
        if request.path == SCORE:
            return await self._score(session, url, headers)
        name, kind = FILES[request.path]
        return web.Response(body=(FOLDER / name).read_bytes(), content_type=kind, charset="utf-8", headers=HEADERS)

    async def _score(self, session: ClientSession, engine: str, headers: Mapping[str, str]) -> web.Response:
        if self._key is None:
            return web.Response(status=503, headers={"Retry-After": "1"})
        url = f"{engine}/v1/surveys/{self._survey}/nps"
        async with session.get(url, headers={**headers, "Authorization": f"Bearer {self._key}"}) as answer:
            return web.Response(
                status=answer.status, body=await answer.read(), content_type="application/json", headers=HEADERS
            )
