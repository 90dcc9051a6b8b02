"""Digests as they are seen: light, dark, on the narrowest telephone, right to left; build/pictures keeps them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from earshot.domain.colors import contrast
from earshot.domain.digests import DigestRole
from earshot.emails.digest import render_digest
from earshot.languages.catalogue import LANGUAGES
from tests.browser.test_mail_pictures import NARROW, READ_COLORS, WIDE, hexadecimal, overflow
from tests.unit.emails.digests import make_view


@pytest.fixture(scope="module")
def shown(browser: Browser) -> Callable[..., Any]:
    """Show a digest in a window of a width, light or dark; nothing is loaded from elsewhere."""

    @contextmanager
    def show(role: DigestRole, locale: str = "en", width: int = WIDE, scheme: Any = "light") -> Iterator[Page]:
        context = browser.new_context(viewport={"width": width, "height": 640}, color_scheme=scheme)
        page = context.new_page()
        page.route("**", lambda route: pytest.fail(f"{route.request.url} is loaded"))
        page.set_content(render_digest(make_view(role, locale)).html)
        yield page
        context.close()

    return show


@pytest.mark.parametrize("role", list(DigestRole))
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("light", {}),
        ("dark", {"scheme": "dark"}),
        ("320", {"width": NARROW}),
        ("ar", {"locale": "ar"}),
        ("ar-320-dark", {"locale": "ar", "width": NARROW, "scheme": "dark"}),
    ],
)
def test_every_text_of_a_digest_can_be_read(
    shown: Callable[..., Any], pictures: Path, role: DigestRole, name: str, options: dict[str, Any]
) -> None:
    with shown(role, **options) as page:
        page.screenshot(path=pictures / f"digest-{role.value}-{name}.png", full_page=True)
        texts = page.evaluate(READ_COLORS)
        assert overflow(page) == 0
    assert len(texts) >= 20
    for text, color, behind in texts:
        assert contrast(hexadecimal(color), hexadecimal(behind)) >= 4.5, text


@pytest.mark.parametrize("language", LANGUAGES)
def test_on_the_narrowest_telephone_nothing_scrolls_sideways(shown: Callable[..., Any], language: str) -> None:
    for role in DigestRole:
        with shown(role, language, width=NARROW) as page:
            assert overflow(page) == 0, role


@pytest.mark.parametrize("language", ["ar", "he"])
def test_from_right_to_left_a_title_begins_at_the_right(shown: Callable[..., Any], language: str) -> None:
    with shown(DigestRole.LEAD, language) as page:
        ends = page.evaluate(
            "[...document.querySelectorAll('h2')].map(title => {"
            " const range = document.createRange(); range.selectNodeContents(title);"
            " return [range.getBoundingClientRect().right, title.getBoundingClientRect().right]; })"
        )
    assert len(ends) >= 7
    for text, title in ends:
        assert text == pytest.approx(title, abs=2)
