"""Delivery queue: make the next attempt of each delivery of an alert, always under the same id.

Other tasks come the same way, each named by a field of its message: where somebody asked for many deliveries again,
it goes on with these, turn by turn.
"""

from collections.abc import Callable, Mapping
from typing import Any

from earshot import bootstrap
from earshot.api.sqs_batch import failures, json_body
from earshot.domain.deliveries import Delivery, DeliveryState
from earshot.domain.errors import EarshotError
from earshot.domain.message_types import FOR_PEOPLE
from earshot.metrics import count
from earshot.observability import logger
from earshot.services.alerts.deliver import Done, deliver
from earshot.services.alerts.deliver_again import AgainTask, deliver_again

QUIET = frozenset({"repeated", "early", "taken", "not asked for"})


def lambda_handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    return failures(record["messageId"] for record in event["Records"] if not attempted(record))


def attempted(record: dict[str, Any]) -> bool:
    try:
        task = json_body(record)
        other = next((carry_out for name, carry_out in TASKS.items() if name in task), None)
        if other is not None:
            other(task)
            return True
        done = deliver(task, bootstrap.deliver_deps())
    except (EarshotError, ValueError, KeyError, TypeError, AttributeError) as exc:
        logger.warning("not attempted", message_id=record["messageId"], reason=f"{type(exc).__name__}: {exc}")
        return False
    report(done)
    return True


def go_on(message: Mapping[str, Any]) -> None:
    """Release the next deliveries that are asked for again, and leave the rest to the next turn."""
    task, queue = AgainTask.of(message), bootstrap.delivery_queue()
    released, left = deliver_again(task, bootstrap.deliveries(), queue)
    if left is not None:
        queue.send([(left.to_json(), 0)])
    logger.info("delivering again", destination=task.destination, deliveries=released)


def apply_inbound(message: Mapping[str, Any]) -> None:
    """Apply a call from outside to its case; of its words nothing is logged."""
    from earshot.domain.inbound_calls import InboundCall  # noqa: PLC0415 - few containers get one
    from earshot.services.cases.apply_inbound import apply_call, is_left_unowned  # noqa: PLC0415

    call, deps = InboundCall.of(message), bootstrap.apply_inbound_deps()
    outcome = apply_call(call, deps)
    about: dict[str, Any] = {"destination": call.destination, "case": call.case, "correlation_id": call.correlation}
    logger.info("call from outside", outcome=outcome, **about)
    count("case opened again", about, CasesUnowned=is_left_unowned(call, outcome, deps))


def report(done: Done) -> None:
    """Count and log what became of a delivery; of the receiver's reply only the status is logged."""
    found = done.delivery
    if found is None or done.outcome in QUIET:
        return
    last = found.attempts[-1] if found.attempts else None
    about: dict[str, Any] = {
        "delivery": found.id,
        "destination": found.destination,
        "survey": found.survey,
        "status": last.status if last else None,
        "correlation_id": found.correlation,
    }
    if found.state is DeliveryState.DELIVERED and not found.is_deletion:
        count(done.outcome, about, AlertsDelivered=1, SecondsToDeliver=seconds_of(found))
    elif found.state is DeliveryState.PARKED:
        count(done.outcome, about, DeliveriesParked=1)
    else:
        logger.info(done.outcome, **about)


def seconds_of(delivered: Delivery) -> float:
    """Return how long an alert took; 0 of a summary, of a notice and of what is delivered again."""
    is_again = sum(attempt.outcome == "delivered" for attempt in delivered.attempts) > 1
    if is_again or delivered.type in FOR_PEOPLE:
        return 0
    return max(0, bootstrap.now() - delivered.alerted_at) / 1000


def take_case_steps(message: Mapping[str, Any]) -> None:
    """Take the steps of a case that are due: a mail to its owner, or to those who lead them."""
    from earshot.services.cases.take_steps import take_steps  # noqa: PLC0415 - most messages are deliveries

    mails = take_steps(message["case_steps"], bootstrap.take_steps_deps())
    logger.info("steps of a case taken", case=message["case_steps"], mails=mails)


def hand_over_case(message: Mapping[str, Any]) -> None:
    """Hand a case of a removed member to their stand-in, who gets a mail; count it if there is none."""
    from earshot.services.cases.hand_over import hand_over  # noqa: PLC0415 - most messages are deliveries

    case = hand_over(message["case_hand_over"], message["member"], bootstrap.change_case_deps())
    if case is not None:
        about = {"case": case.id, "survey": case.survey, "member": message["member"], "owner": case.owner}
        count("case handed over", about, CasesUnowned=case.owner is None)
        if case.owner is not None:
            # Should this be lost, the planner finds the case.
            bootstrap.delivery_queue().send([({"case_steps": case.id}, 0)])


def carry_on_digest(message: Mapping[str, Any]) -> None:
    """Send a digest to the recipient that a message names; without one, queue a message for each who is due."""
    if "recipient" not in message:
        logger.info("digest planned", digest=message["digest"], sendings=bootstrap.plan_digest(message["digest"]))
        return
    if "test" in message:
        logger.info("digest tested", digest=message["digest"], outcome=bootstrap.test_digest(message))
        return
    sending = bootstrap.send_digest(message)
    if sending is not None:
        logger.info("digest", digest=sending.digest, period=sending.period.name, state=sending.state.value)


def mail_sign_in(message: Mapping[str, Any]) -> None:
    """Send somebody the mail with which they sign in, if their address is a member's; the log has no address."""
    from earshot.services.sessions.send_sign_in import send_sign_in  # noqa: PLC0415 - most messages are deliveries

    outcome = send_sign_in(message, bootstrap.send_sign_in_deps())
    logger.info("mail to sign in", outcome=outcome, correlation_id=message.get("correlation"))


def mail_invitation(message: Mapping[str, Any]) -> None:
    """Send a member the invitation to the team."""
    from earshot.services.sessions.send_sign_in import send_invitation  # noqa: PLC0415 - as above

    outcome, member = send_invitation(message, bootstrap.send_sign_in_deps()), message["team_invitation"]
    logger.info("mail to join the team", outcome=outcome, member=member, correlation_id=message.get("correlation"))


# What is no delivery, by the field that names it; each imports its service when the first such task comes.
TASKS: Mapping[str, Callable[[Mapping[str, Any]], None]] = {
    "again": go_on,
    "case_steps": take_case_steps,
    "case_hand_over": hand_over_case,
    "digest": carry_on_digest,
    "inbound": apply_inbound,
    "sign_in": mail_sign_in,
    "team_invitation": mail_invitation,
}
