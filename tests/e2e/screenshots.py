"""`python -m tests.e2e.screenshots`: the pictures of the README, taken of the product while it runs."""

import re
import shutil
import struct
import sys
import tempfile
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from earshot.charts.trend_svg import trend_svg
from tests.browser.conftest import FLAGS, NAMES
from tests.e2e.conftest import ROOT, Stack, start_stack
from tests.e2e.invitation_client import ask, mail_to

FOLDER = ROOT / "docs/pictures"
MOST_BYTES = 600_000
SHARPNESS = 1.5
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def main() -> int:
    """Take all pictures again; return 1 if together they are too large for a page."""
    place = next(filter(None, map(shutil.which, NAMES)), None)
    if place is None:
        sys.exit("There is no Chromium (Debian and Ubuntu: apt install chromium).")
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="earshot-pictures-") as local:
        stack = start_stack(Path(local, "local"), EARSHOT_DEMO="")
        try:
            with sync_playwright() as playwright:
                take_all(stack, playwright.chromium.launch(executable_path=place, args=FLAGS))
        finally:
            stack.stop()
    sizes = {path.name: path.stat().st_size for path in sorted(FOLDER.glob("*.png"))}
    sys.stdout.writelines(f"docs/pictures/{name}: {size / 1000:.0f} KB\n" for name, size in sizes.items())
    return int(sum(sizes.values()) > MOST_BYTES)


def take_all(stack: Stack, browser: Browser) -> None:
    """Take the console, the widget in a page, a mail, the page it leads to, and a year of the score."""
    with browser.new_page(viewport={"width": 1100, "height": 760}, device_scale_factor=SHARPNESS) as page:
        (link,) = re.findall(r"http://\S+/app/invitation/\S+", "".join(stack.output))
        page.goto(link)
        page.locator("main button").click()
        page.locator("li.card").first.wait_for()
        keep(page.screenshot(), "console")
    ask(stack, "demo", {"id": "ann", "email": "ann@example.com", "name": "Ann", "locale": "en"})
    mail = mail_to(stack, "ann@example.com")
    with opened(browser, f"{stack.url}/demo", width=620, height=900) as page:
        page.wait_for_selector("earshot-survey input")
        page.locator("earshot-survey label").nth(9).click()
        page.wait_for_selector("earshot-survey textarea")
        keep(page.locator("#place").screenshot(), "widget")
    with opened(browser, f"{stack.url}/outbox/{mail.id}/html?scheme=light", width=640, height=300) as page:
        keep(page.screenshot(full_page=True), "mail")
    with opened(browser, f"{stack.url}{mail.respond}?score=9", width=640, height=300) as page:
        page.locator("textarea:visible").first.wait_for()
        keep(page.screenshot(full_page=True), "answer")
    year = (datetime.now(UTC) - timedelta(330)).date()
    trend = stack.call("GET", f"/v1/surveys/demo/trend?from={year}").body
    with browser.new_page(viewport={"width": 720, "height": 320}, device_scale_factor=SHARPNESS) as page:
        page.set_content(f"<body style='margin:0'>{trend_svg(trend)}")
        keep(page.locator("svg").screenshot(), "trend")


def opened(browser: Browser, address: str, width: int, height: int) -> Page:
    """Open a page as a reader with a light screen sees it."""
    page = browser.new_page(viewport={"width": width, "height": height}, device_scale_factor=SHARPNESS)
    page.goto(address)
    page.wait_for_load_state("load")
    page.wait_for_timeout(1000)
    return page


def keep(png: bytes, name: str) -> None:
    """Write a picture, compressed as well as it goes."""
    (FOLDER / f"{name}.png").write_bytes(compressed(png))


def compressed(png: bytes) -> bytes:
    """Compress the points of a picture as well as zlib can: a browser is in a hurry."""
    pieces, at, points = [], len(SIGNATURE), b""
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at : at + 8])
        if kind == b"IDAT":
            points += png[at + 8 : at + 8 + length]
        else:
            pieces.append((kind, png[at + 8 : at + 8 + length]))
        at += length + 12
    pieces.insert(-1, (b"IDAT", zlib.compress(zlib.decompress(points), 9)))
    return SIGNATURE + b"".join(
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in pieces
    )


if __name__ == "__main__":
    sys.exit(main())
