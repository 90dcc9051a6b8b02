"""Where the engine of a run listens, and the token that it wants with every request."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Endpoint:
    """The engine's address and the session token of its run; the token is a secret and never shown."""

    url: str
    token: str = field(repr=False)
