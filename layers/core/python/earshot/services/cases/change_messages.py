"""What webhooks are sent of a change of a case: the case as it is at each attempt, without person and words."""

from dataclasses import dataclass

from earshot.domain.case_events import case_data
from earshot.domain.deliveries import Delivery
from earshot.domain.events import iso
from earshot.domain.message_types import CLOSED
from earshot.ports.cases import Cases
from earshot.ports.destinations import Message


@dataclass(frozen=True, slots=True)
class CaseChangeMessages:
    """Makes messages of changes; `url` is the public address, under which links lead to what they name."""

    cases: Cases
    url: str

    def __call__(self, delivery: Delivery) -> Message | None:
        """Return the message of a change; None of a closing that is over, as the case was opened again since.

        Nothing in it leads to a person or a response, so an erasure has nothing to take back.
        """
        case = self.cases.get(delivery.subject)
        if case is None or (delivery.type == CLOSED and not case.state.is_closed):
            return None
        links = {"case": f"{self.url.rstrip('/')}/v1/cases/{case.id}"}
        data = {**case_data(case), "account": case.account, "score": case.score, "links": links}
        return Message(delivery.id, delivery.type, iso(delivery.alerted_at), data, delivery.correlation)
