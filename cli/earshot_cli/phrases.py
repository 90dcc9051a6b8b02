"""Numbers, lists and spans of time as a sentence has them."""


def counted(count: int, one: str, many: str | None = None) -> str:
    """Return a number with its word: `1 queue`, `2 queues`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def listed(names: list[str]) -> str:
    """Return names as a sentence lists them: `a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def span(seconds: float) -> str:
    """Return a time in its most readable unit: `40 seconds`, `17 minutes`, `3 hours`, `2 days`."""
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= 2 * size or (unit == "minute" and seconds >= size):
            return counted(round(seconds / size), unit)
    return counted(round(seconds), "second")
