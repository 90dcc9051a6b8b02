"""Receive a call from outside that changes a case: check who signed it, and leave the change to who delivers."""

from collections.abc import Mapping
from dataclasses import dataclass

from earshot.domain.errors import NotFoundError, UnverifiedError
from earshot.domain.inbound_calls import HOW, InboundCall, SignedCall, read_signed_call
from earshot.domain.names import is_name
from earshot.ports.destinations import CredentialStore
from earshot.ports.inbound_calls import InboundCalls, Verify
from earshot.ports.messaging import DeliveryQueue


@dataclass(frozen=True, slots=True)
class ReceiveCallDeps:
    """What receiving calls works with; `secrets` has what destinations sign with, `now` is in Unix milliseconds."""

    calls: InboundCalls
    secrets: CredentialStore
    verify: Verify
    queue: DeliveryQueue
    now: int


def verified(destination: str, headers: Mapping[str, str], body: bytes, deps: ReceiveCallDeps) -> SignedCall:
    """Return a call of a destination whose signature over the body, as it was sent, is good.

    NotFoundError if no such destination may call, and no secret is read then; UnverifiedError if the signature is
    missing, wrong, or not of the last five minutes.
    """
    caller = deps.calls.caller(destination) if is_name(destination) else None
    if caller is None or not caller.takes_calls:
        raise NotFoundError("there is no destination of this id that may call; `inbound` of a webhook allows it")
    call = read_signed_call(headers, deps.now)
    if not deps.verify(call, body, deps.secrets.read(destination, caller.revision).secrets):
        raise UnverifiedError(f"webhook-signature: none is good for this id, time and body: {HOW}")
    return call


def queue_call(call: InboundCall, deps: ReceiveCallDeps) -> bool:
    """Queue a call; False if it came before, and nothing is queued.

    Its id is noted once it is queued: a run that dies in between queues the repeat, which changes nothing.
    """
    if deps.calls.is_known(call.destination, call.id, deps.now):
        return False
    deps.queue.send([(call.to_json(), 0)])
    deps.calls.note(call.destination, call.id, deps.now)
    return True
