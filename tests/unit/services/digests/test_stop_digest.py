"""Stopping a digest by its link, and taking that back."""

from earshot.ports.links import DigestLink
from earshot.services.digests.stop_digest import Stopping, read_stopping, resume_digest, stop_digest
from tests.factories import NOON
from tests.fakes.digests import InMemoryDigestSendings

LINK = DigestLink("weekly", "leo", "en")


def test_a_link_stops_one_digest_for_one_recipient_until_it_is_taken_back() -> None:
    sendings = InMemoryDigestSendings()
    assert read_stopping(LINK, sendings) is Stopping.SENT
    assert stop_digest(LINK, NOON, sendings) is Stopping.STOPPED
    assert stop_digest(LINK, NOON + 1, sendings) is Stopping.STOPPED
    assert sendings.unsubscribed == {("weekly", "leo"): NOON}
    assert read_stopping(LINK, sendings) is Stopping.STOPPED
    assert read_stopping(DigestLink("weekly", "kim", "en"), sendings) is Stopping.SENT
    assert read_stopping(DigestLink("daily", "leo", "en"), sendings) is Stopping.SENT
    assert resume_digest(LINK, sendings) is Stopping.RESUMED
    assert read_stopping(LINK, sendings) is Stopping.SENT
