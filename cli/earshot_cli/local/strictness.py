"""The switches that make the local stack as hard as an AWS account can be: EARSHOT_STRICT, off unless named.

The engine's own Python loads this too, and reads the same text.
"""

import re
from dataclasses import dataclass
from typing import Self

CONFLICTS = re.compile(r"0?\.[0-9]+|0", re.ASCII)
CONCURRENCY = re.compile(r"[1-9][0-9]{0,3}", re.ASCII)
SES = ("sandbox", "unverified", "no-set")
KNOWN = f"conflicts=0.2, concurrency=10, or ses={'|'.join(SES)}"


@dataclass(frozen=True)
class Strictness:
    """What is harder than usual.

    `conflicts` is the share of transactions that another one gets in the way of, `concurrency` how many invocations
    the account runs at a time (None for what the machine bears), `ses` what is wrong with the account's mail.
    """

    conflicts: float = 0.0
    concurrency: int | None = None
    ses: str | None = None

    @classmethod
    def read(cls, text: str) -> Self:
        """Read `name=value` pairs separated by commas; ValueError names the one that makes no sense."""
        given: dict[str, str] = {}
        for pair in text.replace(",", " ").split():
            name, _, value = pair.partition("=")
            if name in given or not _is_known(name, value):
                raise ValueError(f"has {pair!r}; it must be {KNOWN}, each once, separated by commas")
            given[name] = value
        concurrency = given.get("concurrency")
        return cls(float(given.get("conflicts", 0)), int(concurrency) if concurrency else None, given.get("ses"))

    @property
    def text(self) -> str:
        """Return what `read` reads back."""
        pairs = {"conflicts": self.conflicts or None, "concurrency": self.concurrency, "ses": self.ses}
        return ",".join(f"{name}={value}" for name, value in pairs.items() if value is not None)


def _is_known(name: str, value: str) -> bool:
    match name:
        case "conflicts":
            return CONFLICTS.fullmatch(value) is not None
        case "concurrency":
            return CONCURRENCY.fullmatch(value) is not None
    return name == "ses" and value in SES
