"""The page behind the link in a digest: it stops the digest, shows that it is stopped, or that it goes on."""

from earshot.languages.catalogue import texts_for
from earshot.languages.digest_texts import digest_texts_for
from earshot.pages.render import Page, render_digest_page
from earshot.services.digests.stop_digest import Stopping

IS_STOPPED = {Stopping.SENT: False, Stopping.STOPPED: True, Stopping.RESUMED: None}


def digest_page(stopping: Stopping, language: str, token: str) -> Page:
    """Return the page in the language of the mail."""
    texts, words = texts_for(language), digest_texts_for(language)
    return render_digest_page(texts, words, f"/u/{token}", is_stopped=IS_STOPPED[stopping])
