"""The settings of a function, read from its environment when first asked for."""

import os


class MissingSettingError(RuntimeError):
    """The function was deployed without a variable it needs."""


def setting(name: str) -> str:
    """Give a variable of the environment; MissingSettingError names the one that is missing."""
    try:
        return os.environ[name]
    except KeyError as exc:
        raise MissingSettingError(f"the environment variable {name} is not set for this function") from exc


def is_local() -> bool:
    """Tell whether this is the engine of `make run`."""
    return os.environ.get("EARSHOT_STAGE") == "local"
