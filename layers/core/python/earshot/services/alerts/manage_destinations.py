"""Manage destinations: make, change, test, rotate their secret, deliver again what was parked or already delivered."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from earshot.domain.alerts import delivery_id
from earshot.domain.circuit_breaker import BreakerState
from earshot.domain.deliveries import Delivery, DeliveryState
from earshot.domain.destinations import (
    BUILT_IN,
    KINDS,
    MOST_DESTINATIONS,
    OWNER,
    Destination,
    DestinationState,
    Kind,
)
from earshot.domain.errors import BusyError, ChangedError, ConflictError, FieldError, InvalidError, NotFoundError
from earshot.domain.message_types import TEST
from earshot.ports.alerts import AlertRules, Alerts
from earshot.ports.destinations import CredentialStore, Deliveries, Destinations
from earshot.ports.messaging import DeliveryQueue
from earshot.ports.responses import ResponseQuery, Responses
from earshot.ports.surveys import Surveys
from earshot.services.alerts.deliver_again import AgainTask, counted, deliver_again
from earshot.services.alerts.follow_deliveries import release
from earshot.services.alerts.withdraw_alerts import keys_of

ATTEMPTS = 5
# How many deliveries the health of a destination is judged by.
LOOKED_AT = 200
# How many pages one call that lists deliveries looks through.
MOST_LOOKS = 10


@dataclass(frozen=True, slots=True)
class ManageDestinationsDeps:
    """What managing destinations works with.

    `built_in` returns the destinations of the deployment, `check_url` raises ValueError for an address that no
    destination may have, `new_id` and `new_secret` make an id and a secret to sign with; `now` is in Unix milliseconds.
    `inbound` keeps the secrets that destinations sign their calls to us with.
    """

    destinations: Destinations
    deliveries: Deliveries
    credentials: CredentialStore
    inbound: CredentialStore
    alerts: Alerts
    rules: AlertRules
    surveys: Surveys
    responses: Responses
    queue: DeliveryQueue
    built_in: Callable[[str], Destination | None]
    check_url: Callable[[str], object]
    new_id: Callable[[], str]
    new_secret: Callable[[], str]
    now: int


@dataclass(frozen=True, slots=True)
class Health:
    """How a destination does: its breaker, and of its newest deliveries how many wait and how many are parked.

    `oldest` and `delivered_at` are Unix milliseconds: when the oldest alert was raised that still waits, and when one
    was delivered last.
    """

    breaker: BreakerState
    pending: int = 0
    parked: int = 0
    oldest: int | None = None
    delivered_at: int | None = None


def list_destinations(deps: ManageDestinationsDeps) -> list[Destination]:
    """List all destinations, those of the deployment first."""
    built_in = [found for name in BUILT_IN if (found := deps.built_in(name)) is not None]
    return [*built_in, *deps.destinations.list()]


def find_destination(destination: str, deps: ManageDestinationsDeps) -> Destination:
    """Read a destination; NotFoundError if there is none of this id."""
    found = deps.built_in(destination) if destination in BUILT_IN else deps.destinations.get(destination)
    if found is None:
        raise NotFoundError("there is no destination of this id")
    return found


def health(destination: Destination, deps: ManageDestinationsDeps) -> Health:
    """Return how a destination does, by its newest 200 deliveries."""
    newest, _ = deps.deliveries.of_destination(destination.id, LOOKED_AT)
    pending = [each for each in newest if not each.state.is_final]
    return Health(
        breaker=deps.deliveries.breaker(destination.id).state(deps.now),
        pending=len(pending),
        parked=sum(each.state is DeliveryState.PARKED for each in newest),
        oldest=min((each.alerted_at for each in pending), default=None),
        delivered_at=max((each.delivered_at or 0 for each in newest if not each.is_deletion), default=0) or None,
    )


@dataclass(frozen=True, slots=True)
class Draft:
    """A destination as it is asked for; `credentials` are never shown again."""

    kind: str
    name: str
    settings: Mapping[str, Any]
    credentials: Mapping[str, str] = field(default_factory=dict)
    include: tuple[str, ...] = ()
    contact: str | None = None
    state: DestinationState = DestinationState.ENABLED
    inbound: bool = False


@dataclass(frozen=True, slots=True)
class Made:
    """A destination that was made, and the secrets that are shown this once: ours to sign with, and its own."""

    destination: Destination
    secret: str | None = None
    inbound_secret: str | None = None


def create_destination(draft: Draft, deps: ManageDestinationsDeps) -> Made:
    """Make a destination, with the secrets that it needs.

    InvalidError names every fault. Its credentials are stored first: a destination without them would fail.
    """
    if len(deps.destinations.list()) >= MOST_DESTINATIONS:
        raise ConflictError(f"there are {MOST_DESTINATIONS} destinations; delete one first")
    kind = KINDS[draft.kind]
    _check(kind, draft.settings, draft.credentials, tuple(draft.credentials), deps)
    if draft.inbound and not kind.is_signed:
        raise InvalidError(FieldError("inbound", "only a webhook may call us"))
    secret = deps.new_secret() if kind.is_signed else None
    inbound_secret = deps.new_secret() if draft.inbound else None
    made = Destination(
        id=deps.new_id(),
        kind=draft.kind,
        name=draft.name,
        settings=draft.settings,
        include=draft.include,
        contact=draft.contact,
        state=draft.state,
        has_credentials=bool(draft.credentials or secret),
        credentials=tuple(draft.credentials),
        inbound=draft.inbound,
        made_at=deps.now,
    )
    if made.has_credentials:
        deps.credentials.write(made.id, draft.credentials, secret)
    if inbound_secret is not None:
        deps.inbound.write(made.id, {}, inbound_secret)
    _store(made, deps)
    return Made(made, secret, inbound_secret)


def change_destination(destination: str, given: Mapping[str, Any], deps: ManageDestinationsDeps) -> Destination:
    """Change the given fields of a destination; another state lets go what waited for it: to be sent, or parked.

    With a `revision` the change rests on that one; ChangedError if it is not the present one.
    """
    credentials = given.get("credentials")
    changes = {name: value for name, value in given.items() if name not in ("credentials", "revision")}
    for _ in range(ATTEMPTS):
        old = _own(destination, deps)
        if given.get("revision", old.revision) != old.revision:
            raise ChangedError("the destination", old)
        _check_inbound(old, changes)
        new = _changed(old, changes, credentials)
        _check(new.rules, new.settings, credentials, new.credentials, deps)
        if credentials:
            deps.credentials.write(old.id, credentials, None)
        if old.inbound and not new.inbound:
            # What leaked signs nothing then, not even for a day next to a new one.
            deps.inbound.write(old.id, {}, None)
        if deps.destinations.put(new, old):
            if new.state is not old.state:
                _let_go(new.id, deps)
            return new
    raise BusyError("somebody else changes this destination; try again in a moment")


def delete_destination(destination: str, deps: ManageDestinationsDeps) -> None:
    """Delete a destination; ConflictError names the rules that still use it. What it had is parked.

    It goes last, disabled at first, so that nothing is sent without its secret: a repeat ends what was interrupted.
    """
    old = _own(destination, deps)
    used = [f"{rule.survey}/{rule.id}" for rule in _all_rules(deps) if destination in rule.destinations]
    if used:
        raise ConflictError(f"alert rules still name it: {', '.join(used[:10])}; change or delete them first")
    going = old.stopped(DestinationState.DISABLED, "it is being deleted; delete it again if it stays")
    if not deps.destinations.put(going, old):
        raise BusyError("somebody else changes this destination; try again in a moment")
    if old.has_credentials:
        deps.credentials.delete(destination)
    if old.rules.is_signed:
        # Also where its calls are not taken now: they may have been.
        deps.inbound.delete(destination)
    _let_go(destination, deps)
    if not deps.destinations.delete(going, deps.now):
        raise BusyError("somebody else changes this destination; try again in a moment")


def rotate_secret(destination: str, deps: ManageDestinationsDeps, *, inbound: bool = False) -> str:
    """Make a new secret to sign with, and return it; the former one signs for a day more.

    With `inbound` it is the secret that the destination signs its calls to us with, which are taken from then on. The
    destination's revision is counted on: who sends, and who is called, reads the secret again then.
    """
    old = _own(destination, deps)
    if not old.rules.is_signed:
        raise ConflictError(f"a destination of kind {old.kind} signs nothing; send its new `credentials` instead")
    secret = deps.new_secret()
    (deps.inbound if inbound else deps.credentials).write(destination, {}, secret)
    for _ in range(ATTEMPTS):
        now = _own(destination, deps)
        if deps.destinations.put(replace(now, revision=now.revision + 1, inbound=now.inbound or inbound), now):
            return secret
    raise BusyError("somebody else changes this destination; try again in a moment")


def test_destination(destination: str, deps: ManageDestinationsDeps) -> str:
    """Queue a test to a destination, and return the id of its delivery.

    ConflictError if only the owners of surveys get what is sent to it: a test is of no survey.
    """
    found = find_destination(destination, deps)
    if set(found.settings.get("to", ())) == {OWNER}:
        raise ConflictError(
            "it goes to the owner of each survey, and a test is of no survey; "
            "to try the mail, test a destination of kind email with an address"
        )
    made = delivery_id(f"test/{destination}", destination, deps.new_id())
    task = {
        "destination": found.id,
        "delivery": made,
        "alert": "",
        "rule": "",
        "survey": "",
        "subject": "",
        "type": TEST,
        "alerted_at": deps.now,
    }
    deps.queue.send([(task, 0)])
    return made


def redrive(destination: str, deps: ManageDestinationsDeps) -> int:
    """Try again what is parked for a destination; return how many deliveries."""
    find_destination(destination, deps)
    return _again(AgainTask(destination, deps.now), deps)


def replay(destination: str, since: int, deps: ManageDestinationsDeps) -> int:
    """Deliver again what was delivered of alerts since a moment (Unix milliseconds), under the same ids."""
    find_destination(destination, deps)
    return _again(AgainTask(destination, deps.now, delivered=True, since=since), deps)


def list_deliveries(
    wanted: Callable[[Delivery], bool],
    start: tuple[str, str],
    limit: int,
    deps: ManageDestinationsDeps,
    destination: str | None = None,
) -> tuple[list[Delivery], tuple[str, str] | None]:
    """List the deliveries to all destinations or to one, the newest of each first, from a place on; and the next place.

    Those to a destination that was deleted are among them.

    A place is a destination and a key before which it goes on; the first is empty. After so many looks there is a next
    place although few were found, or none.
    """
    found: list[Delivery] = []
    ids = {each.id for each in list_destinations(deps)}
    names = ids.union(deps.destinations.deleted()) if destination is None else [destination]
    looks = 0
    for name in sorted(each for each in names if each >= start[0]):
        before: str | None = start[1] if name == start[0] else ""
        while before is not None:
            if len(found) >= limit or looks >= MOST_LOOKS:
                return found, (name, before)
            page, before = deps.deliveries.of_destination(name, limit, before)
            found += [each for each in page if wanted(each)]
            looks += 1
    return found, None


def deliveries_of_response(survey: str, response: str, deps: ManageDestinationsDeps) -> list[Delivery]:
    """List the deliveries of a response: of the alerts on it, of its later changes, and to the CRM."""
    # The newest one that is not above it: it is read as the trial of a rule reads.
    page, _ = deps.responses.page(survey, ResponseQuery(limit=1, below=f"{response}~"))
    if not page or page[0].id != response:
        return []
    keys = keys_of(page[0], deps.alerts.of_response(survey, response))
    return [found for key in keys if (found := deps.deliveries.find(key)) is not None]


def _store(made: Destination, deps: ManageDestinationsDeps) -> None:
    """Write a new destination; BusyError if that fails, and then its credentials, which nobody would find, are deleted.

    One whose reply was lost is there all the same.
    """
    try:
        is_stored = deps.destinations.put(made, None)
    except BusyError:
        is_stored = False
    if is_stored or deps.destinations.get(made.id) is not None:
        return
    if made.has_credentials:
        deps.credentials.delete(made.id)
    if made.inbound:
        deps.inbound.delete(made.id)
    raise BusyError("the destination could not be stored; try again in a moment")


def _again(task: AgainTask, deps: ManageDestinationsDeps) -> int:
    """Deliver again the newest, and leave the rest to the function that delivers; return how many these are in all."""
    released, left = deliver_again(task, deps.deliveries, deps.queue)
    if left is None:
        return released
    deps.queue.send([(left.to_json(), 0)])
    return released + counted(left, deps.deliveries)


def _let_go(destination: str, deps: ManageDestinationsDeps) -> None:
    """Close the breaker and send on what waited; the planner goes on with what is more than one call releases."""
    for _ in range(ATTEMPTS):
        if deps.deliveries.put_breaker(deps.deliveries.breaker(destination).releasing()):
            break
    release(destination, deps.deliveries, deps.queue)


def _changed(old: Destination, changes: Mapping[str, Any], credentials: Mapping[str, str] | None) -> Destination:
    new = replace(old, **changes, revision=old.revision + 1)
    if credentials:
        new = replace(new, has_credentials=True, credentials=tuple(credentials))
        if old.state is DestinationState.BROKEN and "state" not in changes:
            new = replace(new, state=DestinationState.ENABLED)
    return replace(new, reason=None) if new.is_enabled else new


def _check_inbound(old: Destination, changes: Mapping[str, Any]) -> None:
    if changes.get("inbound") and not old.inbound:
        how = 'send `{"inbound": true}` to its `rotate-secret`' if old.rules.is_signed else "only a webhook may"
        raise InvalidError(FieldError("inbound", f"to call us it needs a secret, which is shown once: {how}"))


def _own(destination: str, deps: ManageDestinationsDeps) -> Destination:
    """Read a destination that may be changed; ConflictError for those of the deployment."""
    found = find_destination(destination, deps)
    if destination in BUILT_IN:
        raise ConflictError("this destination is part of the deployment; it is changed by its parameters only")
    return found


def _all_rules(deps: ManageDestinationsDeps) -> Iterator[Any]:
    for survey in deps.surveys.list():
        yield from deps.rules.of_survey(survey.id)


def _check(
    kind: Kind,
    settings: Mapping[str, Any],
    credentials: Mapping[str, str] | None,
    stored: Sequence[str],
    deps: ManageDestinationsDeps,
) -> None:
    """Check settings and credentials against what the kind declares; InvalidError names every fault.

    `stored` are the names of the credentials that it has then: those given, or else those of before.
    """
    faults = [*_missing("settings", kind.settings, settings), *_unknown(kind, "settings", kind.settings, settings)]
    if credentials is not None:
        faults += _missing("credentials", kind.credentials, credentials)
        faults += _unknown(kind, "credentials", kind.credentials, credentials)
    faults += _mismatched(kind, settings, stored)
    addresses = {"settings.url": settings.get("url"), "credentials.webhook_url": (credentials or {}).get("webhook_url")}
    for field_name, address in addresses.items():
        try:
            if address is not None:
                deps.check_url(address)
        except ValueError as exc:
            faults.append(FieldError(field_name, str(exc)))
    if faults:
        raise InvalidError(*faults)


def _mismatched(kind: Kind, settings: Mapping[str, Any], stored: Sequence[str]) -> Iterator[FieldError]:
    """Yield the settings that do not fit the credentials, or the other settings."""
    for credential, setting in kind.goes_with.items():
        if credential in stored and setting not in settings:
            yield FieldError(f"settings.{setting}", f"with `{credential}` a destination of this kind needs it")
        if credential not in stored and setting in settings:
            yield FieldError(f"settings.{setting}", f"without `{credential}` it has no effect; leave it out")
    for setting, (other, value) in kind.belongs_to.items():
        if setting in settings and settings.get(other) != value:
            yield FieldError(f"settings.{setting}", f"it belongs to a destination whose `{other}` is `{value}`")


def _unknown(kind: Kind, where: str, groups: Sequence[Sequence[str]], given: Mapping[str, Any]) -> Iterator[FieldError]:
    """Yield the fields that a kind has none of."""
    allowed = {name for group in groups for name in group} | set(kind.optional if where == "settings" else ())
    for name in given:
        if name not in allowed:
            yield FieldError(f"{where}.{name}", f"a destination of kind {kind.name} has no such field")


def _missing(where: str, groups: Sequence[Sequence[str]], given: Mapping[str, Any]) -> Iterator[FieldError]:
    for group in groups:
        if sum(name in given for name in group) != 1:
            choice = " or ".join(f"`{name}`" for name in group)
            yield FieldError(f"{where}.{group[0]}", f"a destination of this kind needs {choice}")
