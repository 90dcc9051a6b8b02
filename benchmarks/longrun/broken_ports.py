"""The same services over ports that do one thing wrong each, to show what the verifier finds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from benchmarks.longrun.ports import Ports
from earshot.domain.person import Person

Change = Callable[[Ports], Ports]


class Replaced:
    """A port of which some methods were replaced; each is given what it replaces."""

    def __init__(self, port: Any, **methods: Callable[..., Any]) -> None:
        self._port = port
        self._methods = methods

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._port, name)
        if name not in self._methods:
            return real
        return lambda *args, **options: self._methods[name](real, *args, **options)


@dataclass(frozen=True, slots=True)
class BrokenPort:
    """What is wrong with the ports, and what the verifier has to find."""

    change: Change
    found: str


def _claims_everything(ports: Ports) -> Ports:
    def claim(real: Any, invitation: Any, now: int) -> bool:
        real(invitation, now)
        return True

    return ports.but(invitations=Replaced(ports.invitations, claim=claim))


def _suppresses_nobody(ports: Ports) -> Ports:
    return ports.but(suppressions=Replaced(ports.suppressions, is_suppressed=lambda _, __: None))


def _overlooks_responses(ports: Ports) -> Ports:
    # They are looked for in two ways.
    ledger = Replaced(ports.ledger, find=lambda _, *__: None)
    return ports.but(people=Replaced(ports.people, responses_since=lambda _, *__: []), ledger=ledger)


def _overlooks_submissions(ports: Ports) -> Ports:
    def get(real: Any, *name: str) -> Any:
        found = real(*name)
        return found and replace(found, attempts=())

    def claim(real: Any, invitation: Any, now: int) -> bool:
        known = ports.invitations.get(invitation.person, invitation.id)
        return bool(real(replace(invitation, attempts=known.attempts), now))

    return ports.but(invitations=Replaced(ports.invitations, get=get, claim=claim))


def _spends_without_end(ports: Ports) -> Ports:
    return ports.but(budgets=Replaced(ports.budgets, spend=lambda _, *__: True))


def _never_sleeps(ports: Ports) -> Ports:
    def get(real: Any, name: str) -> Any:
        survey = real(name)
        return survey and replace(survey, rules=replace(survey.rules, opens=0, closes=24))

    return ports.but(surveys=Replaced(ports.surveys, get=get))


def _never_closes(ports: Ports) -> Ports:
    def get(real: Any, name: str) -> Any:
        survey = real(name)
        return survey and replace(survey, state="open")

    return ports.but(surveys=Replaced(ports.surveys, get=get))


def _finds_nothing_due(ports: Ports) -> Ports:
    return ports.but(invitations=Replaced(ports.invitations, due=lambda _, *__: ([], None)))


def _drops_reminders(ports: Ports) -> Ports:
    def record_sent(real: Any, invitation: Any, message: str, now: int, _: int | None) -> bool:
        return bool(real(invitation, message, now, None))

    return ports.but(invitations=Replaced(ports.invitations, record_sent=record_sent))


def _reminds_at_once(ports: Ports) -> Ports:
    def record_sent(real: Any, invitation: Any, message: str, now: int, due: int | None) -> bool:
        return bool(real(invitation, message, now, due and now))

    return ports.but(invitations=Replaced(ports.invitations, record_sent=record_sent))


def _reminds_for_ever(ports: Ports) -> Ports:
    def get(real: Any, name: str) -> Any:
        survey = real(name)
        return survey and replace(survey, rules=replace(survey.rules, reminders=(1, 2, 3, 4)))

    return ports.but(surveys=Replaced(ports.surveys, get=get))


def _drops_quiet_periods(ports: Ports) -> Ports:
    def get_many(real: Any, names: Any, **how: Any) -> Mapping[str, Any]:
        found = real(names, **how).items()
        return {name: replace(who, last_invited_at=None) if isinstance(who, Person) else who for name, who in found}

    return ports.but(people=Replaced(ports.people, get_many=get_many))


def _overlooks_erasures(ports: Ports) -> Ports:
    known: dict[str, Person] = {}

    def get(real: Any, name: str, **how: Any) -> Any:
        found = real(name, **how)
        if isinstance(found, Person):
            known[name] = found
        return known.get(name, found)

    def put_tombstone(real: Any, *who: Any) -> bool:
        real(*who)
        return True

    return _suppresses_nobody(ports).but(
        people=Replaced(ports.people, get=get, put_tombstone=put_tombstone),
        invitations=Replaced(ports.invitations, of_person=lambda _, __: []),
    )


BROKEN_PORTS = {
    "a claim without a condition": BrokenPort(_claims_everything, "the same wave twice"),
    "suppressions overlooked": BrokenPort(_suppresses_nobody, "mailed after saying no"),
    "responses overlooked": BrokenPort(_overlooks_responses, "reminded after a response"),
    "submissions overlooked": BrokenPort(_overlooks_submissions, "reminded while the response was on its way"),
    "a budget without an end": BrokenPort(_spends_without_end, "more mails a day than the budget"),
    "hours overlooked": BrokenPort(_never_sleeps, "mailed outside their hours"),
    "a closed survey overlooked": BrokenPort(_never_closes, "mailed about a closed survey"),
    "nothing ever due": BrokenPort(_finds_nothing_due, "due and left unasked"),
    "reminders dropped": BrokenPort(_drops_reminders, "due and left unreminded"),
    "reminders at once": BrokenPort(_reminds_at_once, "a reminder too early"),
    "reminders without an end": BrokenPort(_reminds_for_ever, "one reminder too many"),
    "quiet periods dropped": BrokenPort(_drops_quiet_periods, "asked twice in a quiet period"),
    "erasures overlooked": BrokenPort(_overlooks_erasures, "mailed after an erasure"),
}
