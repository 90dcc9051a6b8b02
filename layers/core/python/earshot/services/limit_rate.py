"""Take only so many answers a minute from one network: nobody alone can flood a survey, or its bill."""

from hashlib import sha256
from typing import TYPE_CHECKING

from earshot.domain.entrance import network_of
from earshot.domain.errors import BusyError, TooManyError

if TYPE_CHECKING:  # the door starts faster without what it only names
    from earshot.widget_ports import RateLimits

MINUTE, DAY = 60_000, 86_400_000


def limit_rate(survey: str, address: str, rate: int | None, now: int, *, salt: str, limits: "RateLimits") -> None:
    """Refuse with TooManyError once `rate` answers came from the address's network in this minute.

    `now` is in Unix milliseconds. The network is kept as a hash whose salt changes by the day, for ten minutes. A table
    that is busy lets answers through: better a flood for a moment than a lost answer.
    """
    if rate is None:
        return
    network = sha256(f"{salt}/{survey}/{now // DAY}/{network_of(address)}".encode()).hexdigest()[:24]
    try:
        is_taken = limits.take(survey, network, now // MINUTE, rate)
    except BusyError:
        return
    if not is_taken:
        rest = -(-(MINUTE - now % MINUTE) // 1000)
        raise TooManyError(f"more than {rate} answers a minute came from your network; try again in {rest} s", rest)
