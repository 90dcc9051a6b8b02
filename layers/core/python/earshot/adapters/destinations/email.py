"""Mails to members of staff, of alerts and about cases: to the owner of a survey, a member, or addresses."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from earshot.domain.deliveries import Delivery
from earshot.domain.delivery_outcome import Ambiguous, Delivered, Down, Outcome, Rejected, Throttled
from earshot.domain.destinations import CONTACT, OWNER, STAFF, SURVEY_OWNER
from earshot.ports.destinations import Destinations, Message, Target
from earshot.ports.mail import Mailer, NotSentError, RejectedError, ThrottledError, UnknownOutcomeError
from earshot.ports.surveys import Surveys
from earshot.ports.team import Members

NAME = "Earshot"
# How long a mail waits that was too fast for the account (milliseconds).
PATIENCE = 60_000


class Compose(Protocol):
    """Writes the mail of an alert, or about a case."""

    def __call__(
        self, kind: str, data: Mapping[str, Any], survey: str, *, sender: tuple[str, str], to: Sequence[str]
    ) -> bytes:
        """Return its MIME; ValueError if there can be none."""


class EmailSender:
    """The `Sender` of the kind `email`; `address` is who it is from, and `compose` writes the mail.

    SES has no key: a mail whose outcome is unknown may be sent twice, and is marked so.
    """

    def __init__(
        self,
        mailer: Mailer,
        surveys: Surveys,
        destinations: Destinations,
        members: Members,
        address: str,
        compose: Compose,
    ) -> None:
        self._mailer, self._surveys, self._destinations, self._members = mailer, surveys, destinations, members
        self._address, self._compose = address, compose

    def render(self, message: Message, _: Target) -> str:
        """Write what the mail is made of; it is composed as it is sent."""
        return json.dumps({"type": message.type, "data": message.data}, ensure_ascii=False, separators=(",", ":"))

    def send(self, delivery: Delivery, body: str, target: Target, now: int) -> Outcome:
        """Send one mail to all recipients."""
        survey = self._surveys.get(delivery.survey) if delivery.survey else None
        owner = survey.owner if survey else None
        recipients = self._recipients(delivery, target, owner)
        if not recipients:
            return Rejected("nobody is to get it: the survey has no owner", None)
        read = json.loads(body)
        name = survey.name if survey else ""
        try:
            mime = self._compose(read["type"], read["data"], name, sender=(NAME, self._address), to=recipients)
            message_id = self._mailer.send(mime, self._address, recipients[0], also=recipients[1:])
        except ThrottledError:
            return Throttled(now + PATIENCE, None)
        except (RejectedError, ValueError) as exc:
            return Rejected(f"the mail is refused ({exc})", None)
        except NotSentError as exc:
            return Down(str(exc))
        except UnknownOutcomeError as exc:
            return Ambiguous(str(exc))
        return Delivered(message_id, None)

    def probe(self, _delivery: Delivery, _target: Target, _now: int) -> Outcome | None:
        """Return None: SES cannot be asked for a mail by an id of ours."""
        return None

    def erase(self, _delivery: Delivery, _target: Target, _now: int) -> Outcome:
        """Return that a mail cannot be taken back."""
        return Rejected("a mail cannot be taken back", None)

    def _recipients(self, delivery: Delivery, target: Target, owner: str | None) -> list[str]:
        """Return the addresses that a mail goes to, each once."""
        found: list[str] = []
        for each in target.destination.settings["to"]:
            if each == OWNER:
                found += [owner] if owner else []
            elif each == STAFF:
                found += self._staff(delivery, owner)
            elif each == CONTACT:
                sick = self._destinations.get(delivery.subject)
                found += [sick.contact] if sick and sick.contact else []
            else:
                found.append(each)
        return list(dict.fromkeys(found))

    def _staff(self, delivery: Delivery, owner: str | None) -> list[str]:
        """Return the address of the member that a delivery is for; one who was removed has none."""
        if delivery.subject == SURVEY_OWNER:
            return [owner] if owner else []
        member = self._members.get(delivery.subject)
        return [member.email] if member and member.email else []
