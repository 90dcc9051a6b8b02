"""Touchpoint queue: invite each person who reached a touchpoint in another system, if they may be asked now."""

from typing import Any

from earshot import bootstrap
from earshot.api.sqs_batch import failures, json_body
from earshot.api.touchpoints import OUR_NAMES, read_touchpoint
from earshot.domain.errors import BusyError, InvalidError, NotFoundError
from earshot.observability import logger
from earshot.services.invitations.invite_people import invite
from earshot.services.surveys.find_survey import find_survey


def lambda_handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    return failures(record["messageId"] for record in event["Records"] if not asked(record))


def asked(record: dict[str, Any]) -> bool:
    try:
        touchpoint = read_touchpoint(json_body(record))
        survey = find_survey(touchpoint.survey, bootstrap.surveys())
        (decided,) = invite(survey, [touchpoint.wish], bootstrap.invite_deps(touchpoint.event))
    except InvalidError as exc:
        refused(record, "it does not satisfy the contract", **named(exc))
        return False
    except NotFoundError:
        refused(record, "there is no such survey")
        return False
    except BusyError as exc:
        refused(record, exc.detail)
        return False
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as exc:
        refused(record, f"it cannot be read ({type(exc).__name__})")
        return False
    logger.info(decided.state.value, correlation_id=touchpoint.event, invitation=decided.id, reason=decided.reason)
    return True


def named(exc: InvalidError) -> dict[str, Any]:
    """Return the faulty fields that are ours; reasons and other names may repeat personal data."""
    names = [fault.field for fault in exc.faults]
    ours = [name for name in names if name in OUR_NAMES]
    return {"fields": ours, "unknown": len(names) - len(ours)}


def refused(record: dict[str, Any], reason: str, **more: Any) -> None:
    logger.warning("touchpoint not taken", message_id=record["messageId"], reason=reason, **more)
