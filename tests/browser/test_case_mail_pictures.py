"""Mails about cases as staff see them: light, dark, on the narrowest telephone, in every language."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from earshot.domain.colors import contrast
from earshot.emails.case import render_case
from earshot.languages.catalogue import LANGUAGES
from tests.browser.test_mail_pictures import NARROW, READ_COLORS, WIDE, boxes, hexadecimal, overflow
from tests.unit.emails.mails import HOUR, MONDAY, make_case_data
from tests.unit.emails.test_case import EVERYTHING_HAPPENED

LONG_WORDS = {"comment": "Unzustellbarkeitsbescheinigungsverfahren " * 4, "account": "Fabrikam" * 20}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("kind", ["assigned", "escalated"])
def test_every_text_can_be_read(browser: Browser, pictures: Path, kind: str, width: int, scheme: str) -> None:
    data = make_case_data(facts=EVERYTHING_HAPPENED, now=MONDAY + 60 * HOUR, **LONG_WORDS)
    context = browser.new_context(viewport={"width": width, "height": 640}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.set_content(render_case(f"case.{kind}", data, "Shop").html)
    page.screenshot(path=pictures / f"case-{kind}-{width}-{scheme}.png", full_page=True)
    texts, sideways = page.evaluate(READ_COLORS), overflow(page)
    context.close()
    assert sideways == 0
    assert len(texts) > 40
    for text, color, behind in texts:
        assert contrast(hexadecimal(color), hexadecimal(behind)) >= 4.5, text


def test_in_every_language_nothing_is_cut_on_a_telephone_and_the_button_is_a_target(browser: Browser) -> None:
    context = browser.new_context(viewport={"width": NARROW, "height": 640})
    page = context.new_page()
    for language in LANGUAGES:
        data = make_case_data(facts=EVERYTHING_HAPPENED, locale=language, earlier_facts=3)
        page.set_content(render_case("case.overdue", data, "Shop").html)
        assert overflow(page) == 0, language
        assert boxes(page, "a")[0]["height"] >= 44
    context.close()
