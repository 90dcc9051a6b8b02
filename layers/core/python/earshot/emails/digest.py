"""Render a digest as a mail: tables with colored cells, no pictures, and plain text equal in content."""

from collections.abc import Callable, Mapping

from earshot.domain.digest_contents import DigestContents
from earshot.domain.digests import Addressee, Digest
from earshot.emails.digest_view import DigestView, digest_view, section_lines
from earshot.emails.invitation import Mail
from earshot.emails.mail_templates import template_of
from earshot.emails.mime import to_mime
from earshot.languages.digest_texts import digest_texts_for

NAME = "Earshot"
# As `adapters.link_tokens` calls it.
PURPOSE = "digest"
# In plain text, below a title.
RULE = "-" * 40


class DigestComposer:
    """Makes the MIME of digests; `sign` makes a token for a purpose, `address` is the sender."""

    def __init__(self, url: str, address: str, sign: Callable[[str, Mapping[str, str]], str]) -> None:
        self._url, self._address, self._sign = url.rstrip("/"), address, sign

    def compose(
        self, digest: Digest, addressee: Addressee, contents: DigestContents, *, is_test: bool = False
    ) -> bytes:
        """Write the mail of a digest, with a link by which its recipient ends it; ValueError if there can be none."""
        ids = {"d": digest.id, "r": addressee.recipient.key, "l": digest_texts_for(addressee.locale).language}
        stop_url = f"{self._url}/u/{self._sign(PURPOSE, ids)}"
        mail = render_digest(self.view(digest, addressee, contents, stop_url=stop_url, is_test=is_test))
        return to_mime(mail, sender=(NAME, self._address), to=addressee.address or "", unsubscribe_url=stop_url)

    def view(
        self,
        digest: Digest,
        addressee: Addressee,
        contents: DigestContents,
        *,
        stop_url: str = "",
        is_test: bool = False,
    ) -> DigestView:
        """Put a digest into the recipient's language."""
        texts = digest_texts_for(addressee.locale)
        return digest_view(digest, contents, addressee, texts, url=self._url, stop_url=stop_url, is_test=is_test)


def render_digest(view: DigestView) -> Mail:
    """Render a digest; the same view gives the same mail."""
    return Mail(view.subject, template_of("digest.html").render(view=view), digest_text(view))


def digest_text(view: DigestView) -> str:
    """Write a digest as plain text."""
    sections = ["\n".join((each.title, RULE, *section_lines(each))) for each in view.sections]
    stop = f"{view.stop}: {view.stop_url}" if view.stop_url else ""
    end = "\n".join(filter(None, ("-- ", view.reason, stop)))
    head = f"{view.title}\n{view.survey}\n{view.period}"
    return "\n\n".join(filter(None, (head, *sections, "\n".join(view.notes), end))) + "\n"
