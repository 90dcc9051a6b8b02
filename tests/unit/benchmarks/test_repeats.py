"""The made-up responses of the trend bench: as many as wanted, and each but a person's last is superseded."""

from benchmarks.repeats import responses
from earshot.domain.score import Histogram


def test_every_response_but_a_persons_last_is_superseded_later() -> None:
    made = responses(100, 4)
    days, superseded = made.days(), made.superseded()
    assert (Histogram.total(days.values()).responses, Histogram.total(superseded.values()).responses) == (200, 150)
    assert all(day <= later for day, later in superseded)
    assert made.rows == responses(100, 4).rows
