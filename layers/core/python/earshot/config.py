"""The settings of a function, read from its environment when first asked for."""

import os
from pathlib import Path

# A century, in milliseconds: a file with a larger number is ignored.
FURTHEST_AHEAD = 100 * 365 * 86_400_000


class MissingSettingError(RuntimeError):
    """The function was deployed without a variable it needs."""


def setting(name: str) -> str:
    """Return an environment variable; raise MissingSettingError if it is not set."""
    try:
        return os.environ[name]
    except KeyError as exc:
        raise MissingSettingError(f"the environment variable {name} is not set for this function") from exc


def is_local() -> bool:
    """Return whether this is the engine of `make run`."""
    return os.environ.get("EARSHOT_STAGE") == "local"


def stand_in(variable: str) -> str | None:
    """Return the address of what stands in for a vendor's API under `make run`; None in every other stage."""
    return os.environ.get(variable) or None if is_local() else None


def clock_ahead() -> int:
    """Return the clock offset of `make run` in milliseconds; 0 in every other stage.

    It is read each time, since functions live on when it moves. An unreadable file moves nothing.
    """
    path = os.environ.get("EARSHOT_CLOCK_FILE")
    if not path or not is_local():
        return 0
    try:
        ahead = int(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return 0
    return ahead if 0 <= ahead <= FURTHEST_AHEAD else 0
