"""Simulated SES: it throttles, pauses, rejects, loses replies, and keeps every mail that went out."""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from benchmarks.longrun.facts import Facts, Moment, Sent
from benchmarks.longrun.faults import Faults
from earshot.domain.invitation import Invitation
from earshot.domain.person import Person
from earshot.domain.sending_quota import SendingQuota
from earshot.domain.survey import Survey
from earshot.ports.mail import PausedError, RejectedError, ThrottledError, UnknownOutcomeError

THROTTLED, PAUSED, REJECTED, UNKNOWN = 0.01, 0.004, 0.001, 0.004
RATE = 50.0


def compose(survey: Survey, person: Person, invitation: Invitation) -> bytes:
    """Write what the verifier must know into the mail."""
    about = {"survey": survey.id, "person": person.id, "invitation": invitation.id, "wave": invitation.wave}
    return json.dumps({**about, "ask": invitation.properties.get("ask", "")}).encode()


class Mailbox:
    """The `Mailer` of a run, and its account; `arrived` is called with each mail that really went out."""

    def __init__(self, faults: Faults, chance: Random, facts: Facts, arrived: Callable[[Sent], None]) -> None:
        self.refused: Counter[str] = Counter()
        self._faults = faults
        self._chance = chance
        self._facts = facts
        self._arrived = arrived

    def allowance(self) -> SendingQuota:
        """Allow what SES would."""
        return SendingQuota(RATE)

    def send(self, mime: bytes, sender: str, recipient: str, tags: Mapping[str, str] | None = None) -> str:  # noqa: ARG002
        """Send a mail, or not, or with an unknown outcome."""
        draw = self._chance.random()
        for share, name, error in (
            (THROTTLED, "throttled", ThrottledError("slower")),
            (PAUSED, "paused", PausedError("not now", for_all=False)),
            (REJECTED, "rejected", RejectedError("not this one")),
        ):
            if draw < share:
                self.refused[name] += 1
                raise error
            draw -= share
        if draw < UNKNOWN / 2:
            raise UnknownOutcomeError("no reply, and it did not go out")
        mail = self._kept(json.loads(mime), recipient)
        if draw < UNKNOWN:
            raise UnknownOutcomeError("no reply, and it went out")
        return mail.message_id

    def _kept(self, about: Mapping[str, Any], recipient: str) -> Sent:
        run, line = self._faults.runs[-1], self._faults.timeline
        name = f"message-{len(self._facts.mails) + 1}"
        mail = Sent(Moment(run.began, run.step), line.now, recipient, message_id=name, **about)
        self._facts.mails.append(mail)
        self._arrived(mail)
        return mail
