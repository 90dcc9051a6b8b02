"""The page that stops a digest: each state has its words and its button."""

import pytest

from earshot.api.digest_pages import digest_page
from earshot.services.digests.stop_digest import Stopping


@pytest.mark.parametrize(
    ("stopping", "words", "button"),
    [
        (Stopping.SENT, "Stop this digest?", 'name="confirm"'),
        (Stopping.STOPPED, "The digest is stopped", 'name="undo"'),
        (Stopping.RESUMED, "The digest goes on", ""),
    ],
)
def test_each_state_has_its_words_and_its_button(stopping: Stopping, words: str, button: str) -> None:
    page = digest_page(stopping, "en", "token")
    assert page.status == 200
    assert words in page.html
    assert button in page.html
    assert ('action="/u/token"' in page.html) is bool(button)


def test_it_is_in_the_language_of_the_mail() -> None:
    page = digest_page(Stopping.SENT, "he", "token")
    assert 'lang="he"' in page.html
    assert 'dir="rtl"' in page.html
    assert "להפסיק" in page.html
