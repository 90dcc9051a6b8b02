"""Read the tokens in the links of mails."""

from collections.abc import Mapping

from earshot.adapters.link_tokens import DIGEST, ExpiredTokenError, Tokens, WrongTokenError
from earshot.ports.links import DigestLink, DigestLinkReader, Link, LinkReader


def link_reader(tokens: Tokens) -> LinkReader:
    """Return the `LinkReader` port over the tokens."""

    def read(purpose: str, token: str) -> Link | None:
        try:
            return _link(tokens.read(purpose, token))
        except ExpiredTokenError as exc:
            return _link(exc.ids, is_expired=True)
        except WrongTokenError:
            return None

    return read


def digest_link_reader(tokens: Tokens) -> DigestLinkReader:
    """Return the `DigestLinkReader` port over the tokens; one that is expired stops a digest all the same."""

    def read(token: str) -> DigestLink | None:
        try:
            ids = tokens.read(DIGEST, token)
        except ExpiredTokenError as exc:
            ids = dict(exc.ids)
        except WrongTokenError:
            return None
        return DigestLink(ids["d"], ids["r"], ids["l"])

    return read


def _link(ids: Mapping[str, str], *, is_expired: bool = False) -> Link:
    return Link(ids["p"], ids["i"], is_expired)
