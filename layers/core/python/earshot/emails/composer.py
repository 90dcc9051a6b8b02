"""Composing the mail of an invitation or a reminder: the person's language, the survey's brand, links with ids only."""

from collections.abc import Callable, Mapping

from earshot.domain.invitation import Invitation
from earshot.domain.person import Person
from earshot.domain.survey import DEFAULT_QUESTION, Survey
from earshot.emails.brand import MailBrand
from earshot.emails.invitation import MailFacts, render_invitation
from earshot.emails.mime import check_sender, to_mime
from earshot.languages.catalogue import texts_for

Sign = Callable[[str, Mapping[str, str]], str]


class Composer:
    """Makes the MIME of invitations; `sign` makes a token for a purpose, `address` is the sender.

    ValueError if `url` or `address` would spoil every mail.
    """

    def __init__(self, url: str, address: str, sign: Sign) -> None:
        check_sender(address, url)
        self._url = url.rstrip("/")
        self.address = address
        self._sign = sign

    def compose(self, survey: Survey, person: Person, invitation: Invitation) -> bytes:
        """Write the mail that asks a person, or reminds them, in their language and with links of its own.

        ValueError if there can be none.
        """
        ids = {"p": person.id, "i": invitation.id}
        unsubscribe = f"{self._url}/u/{self._sign('unsubscribe', ids)}"
        brand = MailBrand(survey.brand.name or survey.name, **_given(survey))
        facts = MailFacts(
            brand=brand,
            texts=texts_for(person.locale),
            response_url=f"{self._url}/s/{self._sign('respond', ids)}",
            unsubscribe_url=unsubscribe,
            question=None if survey.question == DEFAULT_QUESTION else survey.question,
            name=person.name,
            is_reminder=invitation.wave > 1,
        )
        sender = (brand.name, self.address)
        return to_mime(render_invitation(facts), sender=sender, to=person.email or "", unsubscribe_url=unsubscribe)


def _given(survey: Survey) -> dict[str, str]:
    """Return the parts of a brand that a survey has; the mail has defaults for the others."""
    parts = {"color": survey.brand.color, "logo_url": survey.brand.logo}
    return {name: part for name, part in parts.items() if part is not None}
