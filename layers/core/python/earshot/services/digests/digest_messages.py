"""What a channel of Slack gets of a digest: read again at each attempt, so that nothing erased is posted."""

from collections.abc import Callable, Mapping
from typing import Any

from earshot.domain.deliveries import Delivery
from earshot.domain.digest_contents import DigestContents
from earshot.domain.digests import Addressee, Digest, Period, kind_of, read_period
from earshot.domain.digests import Recipient as Channel
from earshot.domain.events import iso
from earshot.domain.survey import Survey
from earshot.ports.destinations import Message
from earshot.ports.digests import Digests
from earshot.ports.surveys import Surveys
from earshot.services.digests.find_addressee import AddressBook, NoAddressee, find_reported


class DigestMessages:
    """Makes the messages of digests; `contents` reads what stands in one, `write` puts it into words."""

    def __init__(
        self,
        *,
        digests: Digests,
        surveys: Surveys,
        addresses: AddressBook,
        contents: Callable[[Digest, Survey, Addressee, Period], DigestContents],
        write: Callable[[Digest, Addressee, DigestContents], Mapping[str, Any]],
    ) -> None:
        self._digests, self._surveys, self._addresses = digests, surveys, addresses
        self._contents, self._write = contents, write

    def __call__(self, delivery: Delivery) -> Message | None:
        """Return the message of a delivery; None if the digest is gone, or no longer for this channel."""
        name, _, rest = delivery.subject.partition("/")
        digest = self._digests.get(name)
        if digest is None or delivery.destination not in digest.to:
            return None
        survey = find_reported(digest, self._surveys)
        if isinstance(survey, str):
            return None
        channel = Channel(delivery.destination, delivery.destination, kind_of(delivery.destination))
        addressee = self._addresses.find(digest, channel, survey)
        if isinstance(addressee, NoAddressee):
            return None
        period = read_period("/".join(rest.split("/")[:2]))
        data = self._write(digest, addressee, self._contents(digest, survey, addressee, period))
        return Message(delivery.id, delivery.type, iso(delivery.alerted_at), data)
