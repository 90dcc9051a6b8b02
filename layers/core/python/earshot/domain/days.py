"""Days by their names: many in a row at once."""

from datetime import date, timedelta

NUMBERS = tuple(f"{number:02}" for number in range(1, 32))


def names_of_days(first: date, end: date) -> list[str]:
    """Return each day from `first` (inclusive) to `end` (exclusive) in ISO 8601.

    It goes by months: making a date of each day takes more than twice as long, which a long trend would feel.
    """
    named: list[str] = []
    while first < end:
        following = min(end, (first.replace(day=28) + timedelta(4)).replace(day=1))
        month, before = first.isoformat()[:8], first.day - 1
        named += [month + number for number in NUMBERS[before : before + (following - first).days]]
        first = following
    return named
