"""The mails with which members sign in, as a person should look at them: by width and color scheme."""

from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser

from earshot.emails.sign_in import render_sign_in
from tests.factories import make_member

LINK = "https://earshot.example.com/app/sign-in/" + "x" * 43
MAILS = {"sign-in": "012345", "invitation-to-the-team": None}


@pytest.mark.parametrize("name", MAILS)
@pytest.mark.parametrize("width", [360, 640])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_mail_fits_and_its_words_can_be_read(
    name: str, width: int, scheme: Literal["light", "dark"], browser: Browser, pictures: Path
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 640}, color_scheme=scheme)
    page.set_content(render_sign_in(make_member("kim", email="kim@example.com"), LINK, MAILS[name]).html)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    button = page.get_by_role("link").first.bounding_box()
    assert button is not None
    assert button["height"] >= 44
    page.screenshot(path=pictures / f"mail-{name}-{width}-{scheme}.png", full_page=True)
    page.close()
