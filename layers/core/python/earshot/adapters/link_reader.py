"""Reading the tokens of links: their ids, or the page that says why they are not good."""

from collections.abc import Mapping

from earshot.adapters.link_tokens import ExpiredTokenError, Tokens, WrongTokenError
from earshot.pages.render import Notice
from earshot.ports.invitations import Reader


def reader(tokens: Tokens) -> Reader:
    """Make the `Reader` port over the tokens."""

    def read(purpose: str, token: str) -> tuple[Mapping[str, str] | None, Notice | None]:
        try:
            return tokens.read(purpose, token), None
        except ExpiredTokenError as exc:
            return exc.ids, Notice.EXPIRED
        except WrongTokenError:
            return None, Notice.WRONG_LINK

    return read
