"""Take responses and people out of cases, as an erasure or an expiry does; what became of a case stays."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from earshot.domain.alerts import Alert
from earshot.domain.errors import BusyError
from earshot.domain.response import Response
from earshot.ports.alerts import Alerts

if TYPE_CHECKING:
    from earshot.ports.cases import Cases

ATTEMPTS = 12


@dataclass(frozen=True, slots=True)
class LeaveCases:
    """What an erasure or an expiry does with cases."""

    alerts: Alerts
    cases: "Cases"
    pause: Callable[[int], None]

    def leave(self, response: Response) -> None:
        """Take a response out of its cases, to which its alerts lead: as long as those are there.

        BusyError if others write a case all the while.
        """
        self.leave_as(self.alerts.of_response(response.survey, response.id))

    def leave_as(self, alerts: Iterable[Alert], person: str | None = None) -> None:
        """Take the response of some alerts out of the cases that they lead to; BusyError as above.

        A `person` leaves those of their cases that no response is in any more.
        """
        for case, response in sorted({(alert.case, alert.subject) for alert in alerts if alert.case is not None}):
            self._until_done(partial(self.cases.leave, case, response))
            if person is not None:
                self._until_done(partial(self.cases.anonymize_emptied, case, person))

    def anonymize(self, person: str) -> None:
        """Take a person out of all their cases. BusyError if new ones are opened all the while."""
        self._until_done(partial(self.cases.anonymize, person))

    def _until_done(self, write: Callable[[], bool]) -> None:
        for attempt in range(ATTEMPTS):
            if write():
                return
            self.pause(attempt)
        raise BusyError("the cases are being written by others; try again")
